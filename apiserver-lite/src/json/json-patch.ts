import { inByteOrder } from '@pg8s/k8s-proto/byte-order';
import { isTooDeep } from '@pg8s/k8s-proto/json-reader';
import { goJson } from '@pg8s/k8s-proto/go-json';
import { copyJson, isJsonObject, isSameScalar, setField, type JsonObject } from './json-value.ts';
import { PatchError } from './patch-error.ts';

/** One step of a JSON patch (RFC 6902). */
export interface JsonPatchOperation {
  op: string;
  path: string;
  from?: string;
  value?: unknown;
}

/** The bytes of JSON that all copies of one patch may add up to (Kubernetes: `JSONPatchMaxCopyBytes`). */
const maxCopiedBytes = 3 * 1024 * 1024;

/**
 * The steps that one patch may take: values compared, list elements moved. A stock server has no such limit;
 * without one, 10,000 operations on a list of a million elements would take a minute.
 */
const maxSteps = 2_000_000;

/** What a patch has used up, and where it was. */
class Spent {
  #copied = 0;
  #steps = 0;
  readonly #reached = new Set<JsonObject>();

  /** The patch reached into an object. */
  reach(container: JsonObject): void {
    this.#reached.add(container);
  }

  /** Fields of objects that were reached into are in order then, as those of a Go map. */
  putInOrder(): void {
    for (const object of this.#reached) {
      for (const key of inByteOrder(Object.keys(object))) {
        const value = object[key];
        delete object[key];
        setField(object, key, value);
      }
    }
  }

  /** A copy; objects that were reached into are written in order. */
  copy(value: unknown): unknown {
    this.#copied += Buffer.byteLength(goJson(value));
    if (this.#copied > maxCopiedBytes) {
      throw failed(
        `Unable to complete the copy, the accumulated size increase of copy is ${this.#copied}, exceeding the limit ${maxCopiedBytes}`,
      );
    }
    return this.#written(value);
  }

  #written(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#written(item));
    if (!isJsonObject(value)) return value;
    const keys = Object.keys(value);
    const copy: JsonObject = {};
    for (const key of this.#reached.has(value) ? inByteOrder(keys) : keys)
      setField(copy, key, this.#written(value[key]));
    return copy;
  }

  step(count: number): void {
    this.#steps += count;
    if (this.#steps > maxSteps) throw failed(`the patch takes more than ${maxSteps} steps`);
  }
}

/** The document after the operations; the original stays as it is. Throws PatchErrors. */
export function applyJsonPatch(document: JsonObject, operations: readonly JsonPatchOperation[]): JsonObject {
  const patched = copyJson(document);
  const spent = new Spent();
  for (const operation of operations) apply(patched, operation, spent);
  spent.putInOrder();
  if (isTooDeep(patched)) throw failed('exceeded max depth');
  return patched;
}

function failed(message: string): PatchError {
  return new PatchError(message);
}

const missing = 'missing value';

function apply(document: JsonObject, operation: JsonPatchOperation, spent: Spent): void {
  const { op, path, from } = operation;
  if (typeof path !== 'string' && ['add', 'remove', 'replace', 'move', 'test', 'copy'].includes(op)) {
    throw failed(`${op} operation failed to decode path: ${missing}`);
  }
  switch (op) {
    case 'add': {
      const place = find(document, path, {
        absent: `add operation does not apply: doc is missing path: "${path}"`,
        spent,
      });
      add(place, copyJson(operation.value ?? null), { where: `error in add for path: '${path}'`, spent });
      return;
    }
    case 'remove': {
      const place = find(document, path, {
        absent: `remove operation does not apply: doc is missing path: "${path}"`,
        spent,
      });
      remove(place, { where: `error in remove for path: '${path}'`, spent });
      return;
    }
    case 'replace': {
      if (path === '') {
        replaceRoot(document, operation.value);
        return;
      }
      const place = find(document, path, {
        absent: `replace operation does not apply: doc is missing path: ${path}`,
        spent,
      });
      if (get(place) === undefined) {
        throw failed(`replace operation does not apply: doc is missing key: ${path}: ${missing}`);
      }
      set(place, copyJson(operation.value ?? null));
      return;
    }
    case 'move':
    case 'copy': {
      if (typeof from !== 'string') throw failed(`${op} operation failed to decode from: ${missing}`);
      const source = find(document, from, {
        absent: `${op} operation does not apply: doc is missing from path: ${from}`,
        spent,
      });
      const value = get(source);
      const where = op === 'move' ? `error in move for path: '${from}'` : `error in copy for from: '${from}'`;
      if (value === undefined)
        throw failed(`${where}: unable to get nonexistent key: ${source.key}: ${missing}`);
      const placed = op === 'move' ? value : spent.copy(value);
      if (op === 'move') remove(source, { where, spent });
      const target = find(document, path, {
        absent: `${op} operation does not apply: doc is missing destination path: ${path}`,
        spent,
      });
      // What moves is in the document once, before as after.
      add(target, placed, {
        where: `error in ${op} for path: '${path}'`,
        spent,
      });
      return;
    }
    case 'test': {
      if (path === '') {
        if (isEqual(document, operation.value ?? null, spent)) return;
        throw failed(`testing value ${path} failed: test failed`);
      }
      const place = find(document, path, {
        absent: `test operation does not apply: is missing path: ${path}`,
        spent,
      });
      const value = get(place);
      if (value === undefined) {
        throw failed(
          `error in test for path: '${path}': unable to get nonexistent key: ${place.key}: ${missing}`,
        );
      }
      if (!isEqual(value, operation.value ?? null, spent))
        throw failed(`testing value ${path} failed: test failed`);
      return;
    }
    default:
      throw failed(`Unexpected kind: ${op}`);
  }
}

function replaceRoot(document: JsonObject, value: unknown): void {
  if (!isJsonObject(value)) throw failed('replace operation hit doc root with a value that is no object');
  for (const key of Object.keys(document)) delete document[key];
  for (const [key, item] of Object.entries(copyJson(value))) setField(document, key, item);
}

/** How a place is looked for. */
interface Search {
  /** What is said where there is none. */
  absent: string;
  spent: Spent;
}

/** Where an operation acts: the container and the last reference token. */
interface Place {
  container: JsonObject | unknown[];
  key: string;
}

function find(document: JsonObject, path: string, { absent, spent }: Search): Place {
  // What comes before the first slash does not count.
  const first = path.indexOf('/');
  if (first < 0) throw failed(`${absent}: ${missing}`);
  const last = path.lastIndexOf('/');
  let container: unknown = document;
  // What is below nothing is not read: a path may have a million parts.
  for (let at = first; at < last && container !== undefined;) {
    const end = path.indexOf('/', at + 1);
    const key = unescaped(path.slice(at + 1, end));
    at = end;
    if (isJsonObject(container)) spent.reach(container);
    if (Array.isArray(container)) container = container[arrayIndex(key, container.length) ?? -1];
    else container = isJsonObject(container) && Object.hasOwn(container, key) ? container[key] : undefined;
  }
  if (!Array.isArray(container) && !isJsonObject(container)) throw failed(`${absent}: ${missing}`);
  if (!Array.isArray(container)) spent.reach(container);
  return { container, key: unescaped(path.slice(last + 1)) };
}

/** A part of a JSON pointer (RFC 6901). */
const unescaped = (token: string) => token.replaceAll('~1', '/').replaceAll('~0', '~');

/** Negative indexes count from the end. */
function arrayIndex(key: string, length: number): number | undefined {
  if (!/^[+-]?\d+$/.test(key)) return undefined;
  const index = Number(key);
  return index < 0 ? index + length : index;
}

/**
 * Undefined: a list has no such index. A member that an object does not have is null, unlike in RFC 6902: it
 * can be replaced, copied, and tested for being null (Kubernetes: `evanphx/json-patch`, version 4).
 */
function get({ container, key }: Place): unknown {
  if (!Array.isArray(container)) return Object.hasOwn(container, key) ? container[key] : null;
  const index = arrayIndex(key, container.length);
  return index === undefined ? undefined : container[index];
}

function set({ container, key }: Place, value: unknown): void {
  if (Array.isArray(container)) container[arrayIndex(key, container.length)!] = value;
  else setField(container, key, value);
}

interface Change {
  /** How errors begin. */
  where: string;
  spent: Spent;
}

function add({ container, key }: Place, value: unknown, { where, spent }: Change): void {
  if (!Array.isArray(container)) {
    setField(container, key, value);
    return;
  }
  if (key === '-') {
    container.push(value);
    return;
  }
  const index = requireIndex(key, where);
  const at = index < 0 ? index + container.length + 1 : index;
  if (at < 0 || at > container.length) throw invalidIndex(where, index);
  spent.step(container.length - at);
  container.splice(at, 0, value);
}

function remove({ container, key }: Place, { where, spent }: Change): void {
  if (!Array.isArray(container)) {
    if (!Object.hasOwn(container, key))
      throw failed(`${where}: Unable to remove nonexistent key: ${key}: ${missing}`);
    delete container[key];
    return;
  }
  const index = requireIndex(key, where);
  const at = index < 0 ? index + container.length : index;
  if (at < 0 || at >= container.length) throw invalidIndex(where, index);
  spent.step(container.length - at);
  container.splice(at, 1);
}

function isEqual(a: unknown, b: unknown, spent: Spent): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return false;
    spent.step(a.length);
    return a.every((item, index) => isEqual(item, b[index], spent));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return isSameScalar(a, b);
  const keys = Object.keys(a);
  spent.step(keys.length);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key], b[key], spent))
  );
}

function requireIndex(key: string, where: string): number {
  if (!/^[+-]?\d+$/.test(key))
    throw failed(`${where}: strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`);
  return Number(key);
}

function invalidIndex(where: string, index: number): PatchError {
  return failed(`${where}: Unable to access invalid index: ${index}: invalid index referenced`);
}
