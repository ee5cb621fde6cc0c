import { setJsonField } from '@pg8s/k8s-proto/json-reader';
import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { RemoteSpec } from './remote-documents.ts';

type Fields = Record<string, unknown>;

const definitionPrefix = '#/definitions/';

/**
 * One OpenAPI 2 document out of several: of others only the paths below their prefix are taken, and a
 * definition whose name is taken by another one gets a new name (kube-openapi: `aggregator.MergeSpecs`). The
 * document is new; nothing else is changed.
 */
export function mergedSpecs(own: Fields, remote: readonly RemoteSpec[]): Fields {
  if (remote.length === 0) return own;
  const paths: Fields = { ...(own['paths'] as Fields) };
  const definitions: Fields = { ...(own['definitions'] as Fields) };
  for (const { prefix, spec } of remote) {
    const names = newNames(fieldsOf(spec['definitions']), definitions);
    for (const [name, definition] of Object.entries(fieldsOf(spec['definitions']))) {
      const newName = names.get(name) ?? name;
      if (!Object.hasOwn(definitions, newName))
        setJsonField(definitions, newName, renamed(definition, names));
    }
    for (const [path, item] of Object.entries(fieldsOf(spec['paths']))) {
      if (path.startsWith(prefix) && !Object.hasOwn(paths, path)) {
        setJsonField(paths, path, renamed(item, names));
      }
    }
  }
  return { ...own, paths, definitions };
}

/** Names for definitions that are others than those that have their names: `NAME_v2`. */
function newNames(added: Fields, taken: Fields): Map<string, string> {
  const names = new Map<string, string>();
  for (const [name, definition] of Object.entries(added)) {
    const there = ownValue(taken, name);
    if (there === undefined || isSameJson(there, definition)) continue;
    let number = 2;
    while (Object.hasOwn(taken, `${name}_v${number}`)) number++;
    names.set(name, `${name}_v${number}`);
  }
  return names;
}

/** With the new names in all references; recursion is bounded by the depth that JSON was read with. */
function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (names.size === 0 || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => renamed(item, names));
  const copy: Fields = {};
  for (const [key, item] of Object.entries(value)) {
    const name =
      key === '$ref' && typeof item === 'string' && item.startsWith(definitionPrefix)
        ? names.get(item.slice(definitionPrefix.length))
        : undefined;
    setJsonField(copy, key, name === undefined ? renamed(item, names) : `${definitionPrefix}${name}`);
  }
  return copy;
}

function isSameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => isSameJson((left as Fields)[key], ownValue(right as Fields, key)))
  );
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}
