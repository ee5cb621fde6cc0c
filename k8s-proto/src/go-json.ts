import { inByteOrder } from './byte-order.ts';
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
  return indent === undefined ? compact(value) : indented(value, ' '.repeat(indent), '\n');
}

function compact(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(compact).join(',')}]`;
  if (typeof value !== 'object' || value === null) return escaped(stringifyJson(value) ?? 'null');
  let text = '';
  for (const key of inByteOrder(Object.keys(value))) {
    const item = (value as Record<string, unknown>)[key];
    if (item === undefined) continue;
    text += `${text === '' ? '' : ','}${escaped(JSON.stringify(key))}:${compact(item)}`;
  }
  return `{${text}}`;
}

function indented(value: unknown, step: string, line: string): string {
  const isList = Array.isArray(value);
  if (!isList && (typeof value !== 'object' || value === null)) return compact(value);
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
