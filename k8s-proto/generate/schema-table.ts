/** The facts of one field of `wire.json`; see the README beside it. */
export interface WireField {
  json: string;
  go: string;
  number: number;
  kind: string;
  type: string;
  package?: string;
  inline?: boolean;
  pointer?: boolean;
  omitempty?: boolean;
  omitzero?: boolean;
  optional?: boolean;
  default?: string;
  patchStrategy?: string;
  patchMergeKey?: string;
  listType?: string;
  listMapKeys?: string[];
  mapType?: string;
  structType?: string;
  featureGate?: string;
}

/** `wire.json`. */
export interface WireFacts {
  version: string;
  messages: Record<string, WireField[]>;
  aliases: Record<string, string>;
  enums: Record<string, string[]>;
}

const metaPackage = 'k8s.io.apimachinery.pkg.apis.meta.v1';

import type { OpenApiFacts } from './openapi-facts.ts';

/**
 * Messages without fields, and types that are another one under a second name: `wire.json` doesn't list them.
 */
const emptyMessages = [
  `${metaPackage}.Patch`,
  'k8s.io.api.apiserverinternal.v1alpha1.StorageVersionSpec',
  'k8s.io.api.scheduling.v1alpha2.BasicSchedulingPolicy',
  'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceStatus',
];

/** Named Go strings of packages that have no messages. */
const externalStrings = ['k8s.io.apimachinery.pkg.types.UID', 'k8s.io.apimachinery.pkg.types.NodeName'];

const scalars = new Set(['string', 'bool', 'int', 'int32', 'int64', 'float64', 'byte', 'uint32', 'uint64']);

/** `k8s.io.api.core.v1.Pod` → its package. */
function packageOf(name: string): string {
  return name.slice(0, name.lastIndexOf('.'));
}

/** `k8s.io/api/core/v1` → `k8s.io.api.core.v1`. */
function protoPackage(importPath: string): string {
  return importPath.replaceAll('/', '.').replaceAll('-', '_');
}

/**
 * Calls `replace` for each named type of a Go type expression (`map[ResourceName]resource.Quantity` has two).
 */
function mapNames(type: string, replace: (name: string) => string): string {
  return type.replaceAll(/[A-Za-z_][\w.]*/g, (name) =>
    name === 'map' || scalars.has(name) ? name : replace(name),
  );
}

/**
 * The table of messages, as `src/schema/table.ts` reads it:
 *
 *     { version, packages: [package…],
 *       types:    { "0.RestartPolicy": "string" }            named types that aren't messages
 *       enums:    { "0.RestartPolicy": ["Always"…] }
 *       messages: { "0.Pod": [[json, go, number, type, flags, extra?]…] } }
 *
 * Types name a package by its index: `[]0.Container`, `map[0.ResourceName]1.Quantity`. Flags: `e` omitempty,
 * `z` omitzero, `i` inline, `o` optional.
 */
export function schemaTable(wire: WireFacts, { definitions }: OpenApiFacts): string {
  const packages: string[] = [];
  const indexes = new Map<string, number>();
  const short = (name: string): string => {
    const home = packageOf(name);
    let index = indexes.get(home);
    if (index === undefined) {
      index = packages.push(home) - 1;
      indexes.set(home, index);
    }
    return `${index}.${name.slice(home.length + 1)}`;
  };
  const used = new Set<string>();
  const qualified = (name: string, home: string, importPath: string | undefined): string => {
    if (name.startsWith('k8s.io.')) return name;
    if (!name.includes('.')) return `${home}.${name}`;
    const bare = name.slice(name.lastIndexOf('.') + 1);
    if (importPath === undefined) return name;
    return `${protoPackage(importPath)}.${bare}`;
  };
  const expression = (type: string, home: string, importPath?: string): string =>
    mapNames(type, (name) => {
      const full = qualified(name, home, importPath);
      used.add(full);
      return short(full);
    });

  const messages: Record<string, unknown[]> = {};
  for (const [name, fields] of Object.entries(wire.messages)) {
    messages[short(name)] = fields.map((field) =>
      fieldRow(field, expression(field.type, packageOf(name), field.package)),
    );
  }
  for (const name of emptyMessages) messages[short(name)] = [];
  const types: Record<string, string> = {};
  for (const name of externalStrings) types[short(name)] = 'string';
  // An alias may stand for another one: the set grows while it is walked.
  for (const name of used) {
    const target = wire.aliases[name];
    if (target !== undefined) types[short(name)] = expression(target, packageOf(name));
  }
  types[short('time.Duration')] = 'int64';
  types[short('k8s.io.api.core.v1.List')] = short(`${metaPackage}.List`);
  const enums: Record<string, string[]> = {};
  for (const [name, values] of Object.entries(wire.enums)) if (used.has(name)) enums[short(name)] = values;

  const atomic = Object.entries(definitions)
    .filter(([, schema]) => schema['x-kubernetes-map-type'] === 'atomic')
    .map(([name]) => short(messageName(name)))
    .filter((name) => messages[name] !== undefined);

  const lines = (table: Record<string, unknown>): string =>
    `{\n${Object.keys(table)
      .map((key) => `${JSON.stringify(key)}:${JSON.stringify(table[key])}`)
      .join(',\n')}}`;
  return (
    `{"version":${JSON.stringify(wire.version)},\n"packages":${JSON.stringify(packages)},\n` +
    `"atomic":${JSON.stringify(atomic)},\n"types":${lines(types)},\n"enums":${lines(enums)},\n"messages":${lines(messages)}}\n`
  );
}

function fieldRow(field: WireField, type: string): unknown[] {
  const flags =
    (field.omitempty ? 'e' : '') +
    (field.omitzero ? 'z' : '') +
    (field.inline ? 'i' : '') +
    (field.optional ? 'o' : '');
  const extra: Record<string, unknown> = {};
  if (field.patchStrategy !== undefined) extra['ps'] = field.patchStrategy;
  if (field.patchMergeKey !== undefined) extra['mk'] = field.patchMergeKey;
  if (field.listType !== undefined) extra['lt'] = field.listType;
  if (field.listMapKeys !== undefined) extra['lk'] = field.listMapKeys;
  if (field.mapType !== undefined) extra['mt'] = field.mapType;
  if (field.structType !== undefined) extra['st'] = field.structType;
  if (field.default !== undefined) extra['df'] = field.default;
  if (field.featureGate !== undefined) extra['fg'] = field.featureGate;
  const row: unknown[] = [field.json, field.go, field.number, type, flags];
  if (Object.keys(extra).length > 0) row.push(extra);
  return row;
}

/** `io.k8s.kube-aggregator.pkg…` → `k8s.io.kube_aggregator.pkg…` */
function messageName(definition: string): string {
  return definition.replace(/^io\.k8s\./, 'k8s.io.').replaceAll('-', '_');
}
