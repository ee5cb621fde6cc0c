import { inByteOrder, isInByteOrder } from './byte-order.ts';
import { stringifyJson } from './json.ts';

const unsafe = /[<>&\u2028\u2029]/g;
const escapes: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

function escaped(text: string): string {
  return text.search(unsafe) === -1 ? text : text.replace(unsafe, (character) => escapes[character]!);
}

/**
 * JSON as Go writes a struct: fields as they stand; characters that HTML would take for markup are escaped.
 */
export function goJson(value: unknown, indent?: number): string {
  return escaped(stringifyJson(value, indent) ?? 'null');
}

/**
 * JSON as Go's encoder writes a map, which is how kube-apiserver stores and sends custom resources: keys in
 * the order of their bytes, the same characters escaped. `indent`: spaces a level; undefined: one line.
 */
export function goMapJson(value: unknown, indent?: number): string {
  if (indent !== undefined) return indented(value, ' '.repeat(indent), '\n');
  const unsorted = new Set<object>();
  noteUnsorted(value, unsorted);
  return escaped(sortedJson(value, unsorted));
}

/** Collects the objects and lists that have, somewhere in them, keys out of order. Answers whether one is. */
function noteUnsorted(value: unknown, unsorted: Set<object>): boolean {
  if (typeof value !== 'object' || value === null) return false;
  let isUnsorted = false;
  if (Array.isArray(value)) {
    for (const item of value) if (noteUnsorted(item, unsorted)) isUnsorted = true;
  } else {
    const keys = Object.keys(value);
    isUnsorted = !isInByteOrder(keys);
    for (const key of keys) {
      if (noteUnsorted((value as Record<string, unknown>)[key], unsorted)) isUnsorted = true;
    }
  }
  if (isUnsorted) unsorted.add(value);
  return isUnsorted;
}

/** What is in order is printed in one go, which is many times faster. */
function sortedJson(value: unknown, unsorted: ReadonlySet<object>): string {
  if (typeof value !== 'object' || value === null || !unsorted.has(value))
    return stringifyJson(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map((item) => sortedJson(item, unsorted)).join(',')}]`;
  let text = '';
  for (const key of inByteOrder(Object.keys(value))) {
    const item = (value as Record<string, unknown>)[key];
    if (item === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${sortedJson(item, unsorted)}`;
  }
  return `{${text}}`;
}

function indented(value: unknown, step: string, line: string): string {
  const isList = Array.isArray(value);
  if (!isList && (typeof value !== 'object' || value === null)) return goJson(value);
  const inner = line + step;
  const parts = isList
    ? value.map((item) => indented(item, step, inner))
    : inByteOrder(Object.keys(value))
        .filter((key) => (value as Record<string, unknown>)[key] !== undefined)
        .map(
          (key) =>
            `${escaped(JSON.stringify(key))}: ${indented((value as Record<string, unknown>)[key], step, inner)}`,
        );
  const [open, close] = isList ? '[]' : '{}';
  return parts.length === 0 ? `${open}${close}` : `${open}${inner}${parts.join(`,${inner}`)}${line}${close}`;
}
