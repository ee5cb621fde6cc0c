import { parseJson } from '../json.ts';
import { ConformError } from './conform-error.ts';
import { jsonSyntaxError } from './json-syntax.ts';

/** A key that stands again in one JSON object. */
export interface DuplicateKey {
  path: readonly (string | number)[];
}

/** A JSON text's value, and the keys that it has twice (the last one counts, as in Go). */
export interface StrictJson {
  value: unknown;
  duplicates: readonly DuplicateKey[];
}

/** Whether the string that ends before `at` is a key. */
function isKey(text: string, at: number): boolean {
  let next = at;
  while (isSpace(text.charCodeAt(next))) next++;
  return text.charCodeAt(next) === 0x3a;
}

/** Strings that are followed by a colon are keys: that many there are in the text. */
function countKeysInText(text: string): number {
  let count = 0;
  let at = text.indexOf('"');
  while (at !== -1) {
    let end = text.indexOf('"', at + 1);
    while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
    if (isKey(text, end + 1)) count++;
    at = text.indexOf('"', end + 1);
  }
  return count;
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text.charCodeAt(at - 1 - slashes) === 0x5c) slashes++;
  return slashes % 2 === 1;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** Go gives up at 10,000. Nothing real comes near either, and everything below may recurse without care. */
const maxDepth = 1000;

function countKeys(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (depth > maxDepth) throw new ConformError('syntax', 'exceeded max depth');
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countKeys(item, depth + 1);
  } else {
    for (const key of Object.keys(value)) {
      count += 1 + countKeys((value as Record<string, unknown>)[key], depth + 1);
    }
  }
  return count;
}

type OnKey = (path: readonly (string | number)[], repeated: boolean) => void;

interface OpenValue {
  /** Keys so far; undefined for a list. */
  keys: Set<string> | undefined;
  index: number;
}

/** Walks through the keys of a valid JSON text, in its order. */
function walkKeys(text: string, onKey: OnKey): void {
  const open: OpenValue[] = [];
  const path: (string | number)[] = [];
  const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]/g;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const piece = match[0];
    const top = open.at(-1);
    if (piece === '{' || piece === '[') {
      const isObject = piece === '{';
      open.push({ keys: isObject ? new Set() : undefined, index: 0 });
      path.push(isObject ? '' : 0);
    } else if (piece === '}' || piece === ']') {
      open.pop();
      path.pop();
    } else if (piece === ',') {
      if (top !== undefined && top.keys === undefined) path[path.length - 1] = ++top.index;
    } else if (top?.keys !== undefined && isKey(text, token.lastIndex)) {
      const key = JSON.parse(piece) as string;
      path[path.length - 1] = key;
      onKey(path, top.keys.has(key));
      top.keys.add(key);
    }
  }
}

/**
 * `JSON.parse` with what kube-apiserver's strict decoding wants to know besides. Long integers become bigints.
 *
 * @throws ConformError with Go's words for what is wrong with the text
 */
export function parseJsonStrict(text: string): StrictJson {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw new ConformError('syntax', jsonSyntaxError(text) ?? String(error));
  }
  // Nearly always there are no duplicates, and counting is all that it takes to know.
  if (countKeys(value, 1) === countKeysInText(text)) return { value, duplicates: [] };
  const duplicates: DuplicateKey[] = [];
  walkKeys(text, (path, repeated) => {
    if (repeated) duplicates.push({ path: [...path] });
  });
  return { value, duplicates };
}

/** The order in which keys first stand in a text (a duplicate: stand again), by their path as JSON. */
export function keyPositions(text: string): ReadonlyMap<string, { first: number; again: number }> {
  const positions = new Map<string, { first: number; again: number }>();
  let count = 0;
  walkKeys(text, (path, repeated) => {
    const key = JSON.stringify(path);
    const known = positions.get(key);
    if (known === undefined) positions.set(key, { first: count, again: count });
    else if (repeated && known.again === known.first) known.again = count;
    count++;
  });
  return positions;
}
