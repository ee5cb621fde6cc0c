import { setJsonField } from '../json-reader.ts';
import { entriesAsWritten } from '../repeated-keys.ts';
import type { FieldType } from '../schema/field-type.ts';
import { planOf } from './plan.ts';
import { isObject } from './walk.ts';

/** Objects and lists of this merge's own making, which it may change. */
type Owned = WeakSet<object>;

function typeBelow(
  type: FieldType | undefined,
  key: string,
): { type: FieldType | undefined; pointer: boolean } {
  if (type?.kind === 'map') return { type: type.value, pointer: false };
  if (type?.kind !== 'message') return { type: undefined, pointer: false };
  const plan = planOf(type.name);
  const index = plan.indexes.get(key);
  const field = index === undefined ? undefined : plan.fields[index];
  return { type: field?.type, pointer: field?.pointer ?? false };
}

const keptOverNull = new Set<FieldType['kind'] | undefined>([
  'string',
  'bool',
  'int32',
  'int64',
  'float64',
  'message',
]);

/** Go decodes the later value into what the earlier one made: structs and maps keep what it does not name. */
function decodedInto(owned: Owned, type: FieldType | undefined, earlier: unknown, later: unknown): unknown {
  if (later === null) return keptOverNull.has(type?.kind) ? earlier : null;
  if (type?.kind === 'list' && Array.isArray(earlier) && Array.isArray(later)) {
    const { element } = type;
    return later.map((item: unknown, index) =>
      index < earlier.length ? decodedInto(owned, element, earlier[index], item) : item,
    );
  }
  const keeps = type?.kind === 'message' || type?.kind === 'map';
  if (!keeps || !isObject(earlier) || !isObject(later)) return later;
  let target = earlier;
  if (!owned.has(target)) {
    target = {};
    for (const key of Object.keys(earlier)) setJsonField(target, key, earlier[key]);
    owned.add(target);
  }
  for (const key of Object.keys(later)) {
    const below = typeBelow(type, key);
    // A map's value is decoded anew.
    const before = type.kind === 'message' && Object.hasOwn(target, key) ? target[key] : undefined;
    setJsonField(target, key, assigned(owned, below, before, later[key]));
  }
  return target;
}

function assigned(
  owned: Owned,
  { type, pointer }: { type: FieldType | undefined; pointer: boolean },
  earlier: unknown,
  later: unknown,
): unknown {
  if (earlier === undefined || (later === null && pointer)) return later;
  return decodedInto(owned, type, earlier, later);
}

/**
 * A value of a JSON text with the values of keys that stand twice made one, as Go's decoder makes them one by
 * decoding both into the same struct or map. The value itself stays as it is. Takes time in proportion to the
 * text.
 */
export function mergeRepeated(value: unknown, message: string): unknown {
  const owned: Owned = new WeakSet();
  const merge = (item: unknown, type: FieldType | undefined): unknown => {
    if (Array.isArray(item)) {
      const element = type?.kind === 'list' ? type.element : undefined;
      return item.map((each: unknown) => merge(each, element));
    }
    if (!isObject(item)) return item;
    const merged: Record<string, unknown> = {};
    owned.add(merged);
    for (const [key, each] of entriesAsWritten(item) ?? Object.entries(item)) {
      const below = typeBelow(type, key);
      const next = merge(each, below.type);
      const before = type?.kind === 'message' && Object.hasOwn(merged, key) ? merged[key] : undefined;
      setJsonField(merged, key, assigned(owned, below, before, next));
    }
    return merged;
  };
  return merge(value, { kind: 'message', name: message, goType: '' });
}
