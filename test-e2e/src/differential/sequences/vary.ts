import type { Random } from '@pg8s/shim/mvcc/testing/random';
import { isJson, itemShape, type Json, keysOf, memberShape, type Shape } from './structure.ts';

/** How a part is taken from a document. */
export interface Taking {
  random: Random;
  /** Percent of the fields that stay. */
  keep: number;
  /** Percent of the values that become others. */
  change: number;
  /** Now and then a value is null, empty or of another type. Most servers refuse it. */
  wild?: boolean;
}

const quantities = ['1', '1.0', '1000m', '0.5', '500m', '2Gi', '2048Mi', '1e3', '1k', '1.5'];
const times = ['2026-01-02T03:04:05Z', '2026-01-02T04:04:05+01:00', '2027-01-01T00:00:00Z'];

/** Another value than the given leaf, one that is as good unless it may be `wild`. */
export function otherLeaf(
  shape: Shape | undefined,
  value: unknown,
  { random, wild = false }: Pick<Taking, 'random' | 'wild'>,
): unknown {
  if (wild && random.chance(10)) return random.pick([null, '', 0, false, 'A b', [], {}]);
  const type = shape?.type;
  switch (type?.kind) {
    case 'quantity':
      return random.pick(quantities);
    case 'time':
      return random.pick(times);
    case 'intOrString':
      return random.pick([1, 2, '1', '20%', '30%']);
    case 'string':
      if (type.values !== undefined && type.values.length > 0) return random.pick(type.values);
      break;
  }
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return random.pick([value + 1, value, Math.max(0, value - 1), 1]);
  if (typeof value === 'string') {
    if (wild && random.chance(15)) return '';
    return value.length > 40 ? value : `${value}${random.pick(['2', '-b', 'x'])}`;
  }
  return value;
}

function takeMembers(shape: Shape | undefined, document: Json, taking: Taking, always: readonly string[]) {
  const { random, keep } = taking;
  const taken: Json = {};
  for (const [name, value] of Object.entries(document)) {
    if (name.endsWith('xpression')) taken[name] = value; // Expressions are not compiled yet.
    else if (always.includes(name))
      taken[name] = taking.wild === true && random.chance(3) ? `${String(value)}2` : structuredClone(value);
    else if (random.chance(keep)) {
      const member = shape === undefined ? undefined : memberShape(shape, name);
      taken[name] = take(member, value, taking);
    }
  }
  return taken;
}

function isAtomicList(shape: Shape | undefined): boolean {
  return shape?.field?.listType === undefined || shape.field.listType === 'atomic';
}

function takeItems(shape: Shape | undefined, items: readonly unknown[], taking: Taking): unknown[] {
  const { random, keep, change } = taking;
  const keys = shape === undefined ? [] : keysOf(shape);
  const item = shape === undefined ? undefined : itemShape(shape);
  const whole = isAtomicList(shape) && keys.length === 0;
  const taken = items
    .filter(() => random.chance(whole ? 90 : keep))
    .map((each) =>
      isJson(each)
        ? takeMembers(item, each, whole ? { ...taking, keep: 97 } : taking, keys)
        : structuredClone(each),
    );
  if (taken.length > 0 && random.chance(change)) {
    const extra = structuredClone(random.pick(taken));
    if (isJson(extra) && (taking.wild !== true || random.chance(70))) {
      for (const key of keys) {
        const value = extra[key];
        if (value !== undefined) extra[key] = otherLeaf(item && memberShape(item, key), value, taking);
      }
      taken.splice(random.below(taken.length + 1), 0, extra);
    } else taken.push(typeof extra === 'string' ? otherLeaf(item, extra, taking) : extra);
  }
  if (random.chance(change)) taken.reverse();
  return taken;
}

/** A random part of a value, with other values here and there. What distinguishes items stays. */
export function take(shape: Shape | undefined, value: unknown, taking: Taking): unknown {
  const { random, change, wild } = taking;
  if (typeof value === 'object' && value !== null && random.chance(wild === true ? 4 : 1)) {
    return random.pick([null, Array.isArray(value) ? [] : {}]);
  }
  if (Array.isArray(value)) return takeItems(shape, value, taking);
  if (isJson(value)) return takeMembers(shape, value, taking, []);
  return random.chance(change) ? otherLeaf(shape, value, taking) : value;
}
