import { compareBytes, inByteOrder } from '@pg8s/k8s-proto/byte-order';
import { setJsonField } from '@pg8s/k8s-proto/json-reader';
import { maxMapKeys } from '../../body/map-budget.ts';
import { goSyntax } from '../../../json/go-print.ts';
import type { MappingNode, Node, ScalarNode } from './node.ts';
import { resolveScalar, type Resolved } from './resolve.ts';
import { yamlProblem, YamlError } from './yaml-error.ts';

/**
 * What a document is as JSON, and the keys that stand twice in one of its maps: `line 4: key "a" already set
 * in map`.
 */
export interface ParsedYaml {
  value: unknown;
  duplicates: readonly string[];
}

/**
 * The share of a document that aliases may make is 99 % up to the first number of nodes, and 10 % from the
 * second on.
 */
const aliasRatioLow = 400_000;
const aliasRatioHigh = 4_000_000;

/**
 * The characters that aliases may repeat in all: as much as a body may have. The original does not count
 * them.
 */
const maxAliasedCharacters = 3 * 1024 * 1024;

/** No more are reported of one document. */
const maxDuplicates = 1000;

function allowedAliasRatio(count: number): number {
  if (count <= aliasRatioLow) return 0.99;
  if (count >= aliasRatioHigh) return 0.1;
  return 0.99 - (0.89 * (count - aliasRatioLow)) / (aliasRatioHigh - aliasRatioLow);
}

/**
 * A map that is being filled: what JSON has, and its keys as YAML tells them apart (`1` and `"1"` are two).
 */
interface OpenMap {
  object: Record<string, unknown>;
  keys: Set<string>;
}

class Decoder {
  readonly duplicates: string[] = [];
  /** Aliases that are being followed, each once. */
  readonly #following = new Set<Node>();
  /** The first key that JSON can't have; reported when nothing else is wrong. */
  #unsupported: string | undefined;
  #hasInfinity = false;
  #decoded = 0;
  #aliased = 0;
  #aliasedCharacters = 0;

  decode(node: Node): unknown {
    this.#decoded++;
    if (this.#following.size > 0) {
      this.#aliased++;
      if (node.kind === 'scalar') this.#aliasedCharacters += node.text.length;
    }
    const excessive =
      this.#aliased > 100 &&
      this.#decoded > 1000 &&
      this.#aliased / this.#decoded > allowedAliasRatio(this.#decoded);
    if (excessive || this.#aliasedCharacters > maxAliasedCharacters) {
      throw yamlProblem('document contains excessive aliasing');
    }
    switch (node.kind) {
      case 'scalar':
        return this.#scalar(scalarOf(node));
      case 'sequence':
        return node.items.map((item) => this.decode(item));
      case 'mapping': {
        const map: OpenMap = { object: {}, keys: new Set() };
        this.#fill(map, node);
        return inKeyOrder(map.object);
      }
      case 'alias':
        return this.#follow(node, node.name, () => this.decode(node.target));
    }
  }

  #scalar({ value }: Resolved): unknown {
    if (typeof value === 'number' && !Number.isFinite(value)) this.#hasInfinity = true;
    return value;
  }

  /** The whole document, checked for what JSON does not have. */
  document(node: Node): unknown {
    const value = this.decode(node);
    if (this.#unsupported !== undefined) throw new YamlError(this.#unsupported);
    if (this.#hasInfinity) refuseInfinity(value);
    return value;
  }

  #follow<T>(alias: Node, name: string, decode: () => T): T {
    if (this.#following.has(alias)) throw yamlProblem(`anchor '${name}' value contains itself`);
    this.#following.add(alias);
    const result = decode();
    this.#following.delete(alias);
    return result;
  }

  #fill(map: OpenMap, { items }: MappingNode): void {
    for (let index = 0; index < items.length; index += 2) {
      const key = items[index]!;
      const value = items[index + 1]!;
      if (isMerge(key)) this.#merge(map, value);
      else this.#set(map, this.#key(key, value), value);
    }
  }

  #set({ object, keys }: OpenMap, key: { name: string; shown: string; identity: string }, node: Node): void {
    const value = this.decode(node);
    if (keys.has(key.identity)) {
      if (this.duplicates.length < maxDuplicates) {
        this.duplicates.push(`line ${node.line + 1}: key ${key.shown} already set in map`);
      }
    }
    keys.add(key.identity);
    setJsonField(object, key.name, value);
  }

  /** A key as JSON has it, as Go shows it, and what tells it from others. */
  #key(node: Node, value: Node): { name: string; shown: string; identity: string } {
    const target = node.kind === 'alias' ? node.target : node;
    if (target.kind !== 'scalar') throw yamlProblem(`invalid map key: ${goMapSyntax(this.decode(node))}`);
    this.#decoded++;
    const { tag, value: key } = scalarOf(target);
    if (typeof key === 'string') return { name: key, shown: goSyntax(key), identity: `"${key}` };
    if (key === null) {
      this.#unsupported ??= `unsupported map key of type: %!s(<nil>), key: <nil>, value: ${goMapSyntax(this.decode(value))}`;
    }
    const name = typeof key === 'number' && tag === '!!float' ? floatName(key) : `${key}`;
    return { name, shown: `${key}`, identity: `${typeof key}${tag}${key}` };
  }

  /** `<<`: the fields of another map, or of several, the first of which counts most. */
  #merge(map: OpenMap, node: Node): void {
    if (node.kind === 'sequence') {
      for (const item of node.items.toReversed()) this.#mergeOne(map, item);
    } else {
      this.#mergeOne(map, node);
    }
  }

  #mergeOne(map: OpenMap, node: Node): void {
    const target = node.kind === 'alias' ? node.target : node;
    if (target.kind !== 'mapping') {
      throw yamlProblem('map merge requires map or sequence of maps as the value');
    }
    this.#decoded++;
    if (node.kind === 'alias') this.#follow(node, node.name, () => this.#fill(map, target));
    else this.#fill(map, target);
  }
}

/**
 * The map with its keys sorted: YAML is read by way of Go's JSON, which writes maps so, and errors are found
 * in that order. One with more keys than an object may have is left as it is.
 */
export function inKeyOrder(
  object: Record<string, unknown>,
  keys: readonly string[] = Object.keys(object),
): Record<string, unknown> {
  if (keys.length > maxMapKeys || isSorted(keys)) return object;
  const ordered: Record<string, unknown> = {};
  for (const key of inByteOrder(keys)) setJsonField(ordered, key, object[key]);
  return ordered;
}

function isSorted(keys: readonly string[]): boolean {
  for (let index = 1; index < keys.length; index++)
    if (compareBytes(keys[index - 1]!, keys[index]!) > 0) return false;
  return true;
}

function isMerge(node: Node): boolean {
  return (
    node.kind === 'scalar' && node.text === '<<' && (node.implicit || node.tag === 'tag:yaml.org,2002:merge')
  );
}

function scalarOf({ text, tag, implicit }: ScalarNode): Resolved {
  return tag === '' && !implicit ? { tag: '!!str', value: text } : resolveScalar(text, tag);
}

function infinityName(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

/** A key that is a number with a fraction, of 32 bits. */
function floatName(key: number): string {
  if (Number.isNaN(key)) return '.nan';
  if (!Number.isFinite(key)) return key > 0 ? '.inf' : '-.inf';
  return `${Number(Math.fround(key).toPrecision(8))}`;
}

function refuseInfinity(value: unknown): void {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new YamlError(`json: unsupported value: ${infinityName(value)}`);
  }
  if (typeof value !== 'object' || value === null) return;
  const record = value as Record<string, unknown>;
  for (const key of Array.isArray(value) ? Object.keys(value) : inByteOrder(Object.keys(value))) {
    refuseInfinity(record[key]);
  }
}

/** As Go prints the maps of its YAML reader, whose keys may be anything. */
function goMapSyntax(value: unknown): string {
  return goSyntax(value).replaceAll('map[string]interface {}', 'map[interface {}]interface {}');
}

/** The JSON value of a document. @throws YamlError */
export function decodeNodes(node: Node | undefined): ParsedYaml {
  const decoder = new Decoder();
  const value = node === undefined ? null : decoder.document(node);
  return { value, duplicates: decoder.duplicates };
}
