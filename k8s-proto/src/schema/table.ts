import { readFileSync } from 'node:fs';

/** Attributes of a field that only some have: see `SchemaTable`. */
export interface FieldExtra {
  /** patchStrategy */
  ps?: string;
  /** patchMergeKey */
  mk?: string;
  /** listType */
  lt?: 'atomic' | 'set' | 'map';
  /** listMapKeys */
  lk?: string[];
  /** mapType */
  mt?: 'atomic' | 'granular';
  /** structType */
  st?: 'atomic' | 'granular';
  /** default, as written in Go */
  df?: string;
  /** featureGate */
  fg?: string;
}

/**
 * json name, Go name, number, Go type, flags (`e` omitempty, `z` omitzero, `i` inline, `o` optional), extra.
 */
export type FieldRow = readonly [string, string, number, string, string, FieldExtra?];

/**
 * `src/generated/schema.json`. A name is `<index of its package>.<bare name>`; a Go type is an expression
 * over such names: `[]0.Container`, `map[0.ResourceName]1.Quantity`, `*int64`.
 */
export interface SchemaTable {
  version: string;
  packages: readonly string[];
  /** Messages that change owners as a whole wherever they are used: `+structType=atomic` at the type. */
  atomic: readonly string[];
  /** Named types that aren't messages, and what they stand for. */
  types: Readonly<Record<string, string>>;
  enums: Readonly<Record<string, readonly string[]>>;
  messages: Readonly<Record<string, readonly FieldRow[]>>;
}

let table: SchemaTable | undefined;
let packageIndexes: ReadonlyMap<string, number> | undefined;

/** The generated table of messages, read when first needed (a few milliseconds). */
export function schemaTable(): SchemaTable {
  table ??= JSON.parse(
    readFileSync(new URL('../generated/schema.json', import.meta.url), 'utf8'),
  ) as SchemaTable;
  return table;
}

/** `12.Deployment` → `k8s.io.api.apps.v1.Deployment`. */
export function fullName(short: string): string {
  const dot = short.indexOf('.');
  return `${schemaTable().packages[Number(short.slice(0, dot))]}${short.slice(dot)}`;
}

/** `k8s.io.api.apps.v1.Deployment` → `12.Deployment`; undefined where the table has no such package. */
export function shortName(full: string): string | undefined {
  packageIndexes ??= new Map(schemaTable().packages.map((name, index) => [name, index]));
  const dot = full.lastIndexOf('.');
  const index = packageIndexes.get(full.slice(0, dot));
  return index === undefined ? undefined : `${index}${full.slice(dot)}`;
}
