import { Buffer } from 'node:buffer';

const escapes: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

function scalar(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return text.replaceAll(/[<>&\u2028\u2029]/g, (character) => escapes[character] ?? character);
}

/**
 * JSON text as Go's encoder writes a map, which is how kube-apiserver stores custom resources: keys in the order of
 * their bytes, and what HTML would take for markup escaped.
 */
export function goJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return scalar(value);
  const entries = Object.entries(value);
  entries.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${entries.map(([key, item]) => `${scalar(key)}:${goJson(item)}`).join(',')}}`;
}
