import { JsonSyntaxError, maxJsonDepth, readJson, type JsonPath } from '../json-reader.ts';
import { ConformError } from './conform-error.ts';

/** A key that stands again in one JSON object. */
export interface DuplicateKey {
  path: JsonPath;
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

function countKeys(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  // The slower reader has the words for it.
  if (depth > maxJsonDepth) throw new SyntaxError();
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

/** In longer texts, counting keys takes longer than reading them with our own reader at once. */
const maxTwiceRead = 64 * 1024;

/** Of one text no more are remembered; kube-apiserver reports a hundred. */
const maxDuplicates = 1000;

/**
 * A number that its text tells better than `JSON.parse`, or that looks like one: it may stand in a string.
 * Then the slower reader is used.
 */
const inexactNumber = /[[:,\s]-?[0-9]+(?:\.[0-9]|[eE]|[0-9]{15})/;

/**
 * The value of a JSON text with what kube-apiserver's strict decoding wants to know besides. Numbers are kept
 * as written where that matters: integers beyond 2^53 are bigints, others are NumberTokens.
 *
 * @throws ConformError with Go's words for what is wrong with the text; with code `size` for more than
 * `maxKeys` keys
 */
export function parseJsonStrict(text: string, maxKeys = Number.POSITIVE_INFINITY): StrictJson {
  let value: unknown;
  if (text.length <= maxTwiceRead && !inexactNumber.test(` ${text}`)) {
    try {
      value = JSON.parse(text);
      // Nearly always there are no duplicates, and counting is all that it takes to know.
      if (countKeys(value, 0) === countKeysInText(text)) return { value, duplicates: [] };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  const duplicates: DuplicateKey[] = [];
  const seen = new Set<string>();
  let keys = 0;
  value = read(text, (path, repeated) => {
    if (++keys > maxKeys) {
      throw new ConformError('size', `a JSON document may have ${maxKeys} keys`);
    }
    if (!repeated || seen.size >= maxDuplicates) return;
    const key = JSON.stringify(path);
    if (seen.has(key)) return;
    seen.add(key);
    duplicates.push({ path: [...path] });
  });
  return { value, duplicates };
}

function read(text: string, onKey: (path: JsonPath, repeated: boolean) => void): unknown {
  try {
    return readJson(text, { exactNumbers: true, onKey });
  } catch (error) {
    throw error instanceof JsonSyntaxError ? new ConformError('syntax', error.message) : error;
  }
}

/** The order in which these keys first stand in a text (a duplicate: stand again), by their path as JSON. */
export function keyPositions(
  text: string,
  paths: readonly JsonPath[],
): ReadonlyMap<string, { first: number; again: number }> {
  const wanted = new Set(paths.map((path) => JSON.stringify(path)));
  const lastParts = new Set(paths.map((path) => path.at(-1)));
  const positions = new Map<string, { first: number; again: number }>();
  let count = 0;
  read(text, (path, repeated) => {
    count++;
    // Most keys need no text of their whole path to know that nobody asks for them.
    if (!lastParts.has(path.at(-1))) return;
    const key = JSON.stringify(path);
    if (!wanted.has(key)) return;
    const known = positions.get(key);
    if (known === undefined) positions.set(key, { first: count, again: count });
    else if (repeated && known.again === known.first) known.again = count;
  });
  return positions;
}
