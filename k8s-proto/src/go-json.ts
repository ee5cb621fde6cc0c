import { Buffer } from 'node:buffer';
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
 * JSON as Go's encoder writes a map, which is how kube-apiserver stores custom resources: keys in the order
 * of their bytes, the same characters escaped.
 */
export function goMapJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goMapJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return escaped(stringifyJson(value) ?? 'null');
  const entries = Object.entries(value);
  entries.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${entries.map(([key, item]) => `${goJson(key)}:${goMapJson(item)}`).join(',')}}`;
}
