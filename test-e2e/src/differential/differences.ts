import { isDeepStrictEqual } from 'node:util';
import type { NormalAnswer } from './normalise.ts';

/** More of one answer are not listed: they have one cause. */
const most = 12;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

const longest = 300;

/** The value, of a long one the part where it begins to differ from the other. */
function print(value: unknown, other?: unknown): string {
  const text = textOf(value);
  if (text.length <= longest) return text;
  const theirs = textOf(other);
  let same = 0;
  while (same < text.length && text[same] === theirs[same]) same++;
  const start = Math.max(0, Math.min(same - 60, text.length - longest));
  const end = start + longest;
  return `${start > 0 ? '…' : ''}${text.slice(start, end)}${end < text.length ? '…' : ''}`;
}

function textOf(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value);
}

/**
 * Where two answers differ: lines `path: pg8s VALUE, stock VALUE`, none where they are equal. The order of
 * fields does not count, that of items in lists does.
 */
export function differencesOf(ours: NormalAnswer, stock: NormalAnswer): string[] {
  const found: string[] = [];
  const walk = (path: string, left: unknown, right: unknown): void => {
    if (found.length >= most || isDeepStrictEqual(left, right)) return;
    if (Array.isArray(left) && Array.isArray(right)) {
      if (left.length !== right.length) {
        found.push(`${path}.length: pg8s ${left.length}, stock ${right.length}`);
      }
      const count = Math.max(left.length, right.length);
      for (let index = 0; index < count; index++) walk(`${path}[${index}]`, left[index], right[index]);
      return;
    }
    if (isObject(left) && isObject(right) && !Array.isArray(left) && !Array.isArray(right)) {
      for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
        walk(`${path}.${key}`, left[key], right[key]);
      }
      return;
    }
    found.push(`${path}: pg8s ${print(left, right)}, stock ${print(right, left)}`);
  };
  if (ours.code !== stock.code) {
    const message = ({ body }: NormalAnswer): string =>
      print(isObject(body) ? (body['message'] ?? body['kind']) : body);
    found.push(`code: pg8s ${ours.code} ${message(ours)}, stock ${stock.code} ${message(stock)}`);
    return found;
  }
  walk('headers', ours.headers, stock.headers);
  walk('body', ours.body, stock.body);
  return found;
}
