import { inByteOrder } from '@pg8s/k8s-proto/byte-order';
import { isJsonObject } from '../../json/json-value.ts';
import type { JsonPath, PathStep } from './parse-json-path.ts';

/** More values than this a path may not go through: each `..` multiplies them. */
const mostValues = 100_000;

/** Why nothing can be found: a list that is none, an index that is not there, values that do not compare. */
const notFound = Symbol('not found');

/**
 * The values at a path within an object, in its order; fields that are not there are left out. Undefined
 * where kube-apiserver has an error, and shows nothing (client-go: `util/jsonpath`).
 */
export function findByPath(object: unknown, path: JsonPath): readonly unknown[] | undefined {
  try {
    return walk([object], path);
  } catch (error) {
    if (error === notFound) return undefined;
    throw error;
  }
}

function walk(values: readonly unknown[], path: JsonPath): readonly unknown[] {
  let current = values;
  for (const step of path) {
    current = take(current, step);
    if (current.length > mostValues) throw notFound;
  }
  return current;
}

function take(values: readonly unknown[], step: PathStep): readonly unknown[] {
  switch (step.kind) {
    case 'field':
      return values.flatMap((value) =>
        isJsonObject(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [],
      );
    case 'wildcard':
      return values.flatMap(within);
    case 'recursive': {
      const found: unknown[] = [];
      for (const value of values) descend(value, found);
      return found;
    }
    case 'slice':
      return values.flatMap((value) => sliced(value, step));
    case 'union':
      return step.paths.flatMap((path) => walk(values, path));
    case 'filter':
      return values.flatMap((value) => filtered(value, step));
    case 'constant':
      return values.map(() => step.value);
    case 'identifier':
      throw notFound;
  }
}

function within(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isJsonObject(value) ? inByteOrder(Object.keys(value)).map((name) => value[name]) : [];
}

/** The value and all below it that are not empty. */
function descend(value: unknown, found: unknown[]): void {
  const inner = within(value);
  if (inner.length === 0) return;
  if (found.length > mostValues) throw notFound;
  found.push(value);
  for (const each of inner) descend(each, found);
}

function sliced(value: unknown, { from, to, step = 1, isIndex }: PathStep & { kind: 'slice' }): unknown[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw notFound;
  const { length } = value;
  const fromEnd = (index: number) => (index < 0 ? index + length : index);
  const start = fromEnd(from ?? 0);
  let end: number;
  if (isIndex) end = (from ?? 0) + 1 <= 0 ? (from ?? 0) + 1 + length : (from ?? 0) + 1;
  else end = fromEnd(to ?? length);
  if (start === end) return [];
  if (start < 0 || start >= length || end < 0 || end > length || start > end || step <= 0) throw notFound;
  return (value as unknown[]).slice(start, end).filter((_item, index) => index % step === 0);
}

function filtered(value: unknown, { left, operator, right }: PathStep & { kind: 'filter' }): unknown[] {
  if (!Array.isArray(value)) throw notFound;
  return (value as unknown[]).filter((item) => {
    if (operator === 'exists') return (findByPath(item, left) ?? []).length > 0;
    const lefts = walk([item], left);
    if (lefts.length === 0) return false;
    const rights = walk([item], right);
    if (lefts.length > 1 || rights.length > 1) throw notFound;
    return rights.length > 0 && compares(lefts[0], operator, rights[0]);
  });
}

/** As templates of Go compare: only values of one kind. */
function compares(left: unknown, operator: string, right: unknown): boolean {
  const kind = kindOf(left);
  if (kind === undefined || kind !== kindOf(right)) throw notFound;
  const [a, b] = [left, right] as [string, string];
  const order = a < b ? -1 : Number(a > b);
  switch (operator) {
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    default:
      if (kind === 'boolean') throw notFound;
  }
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    default:
      throw notFound;
  }
}

function kindOf(value: unknown): string | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return typeof value;
  if (typeof value === 'bigint') return 'integer';
  if (typeof value !== 'number') return undefined;
  return Number.isInteger(value) ? 'integer' : 'float';
}
