import { isDeepStrictEqual } from 'node:util';
import type { NormalAnswer } from './normalise.ts';

/** More of one answer are not listed: they have one cause. */
const most = 12;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function print(value: unknown): string {
  const text = value === undefined ? 'absent' : JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
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
    found.push(`${path}: pg8s ${print(left)}, stock ${print(right)}`);
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
