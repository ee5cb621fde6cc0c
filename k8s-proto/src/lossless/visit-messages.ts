import { jsonSchemaProps } from '../schema/field-type.ts';
import type { FieldType } from '../schema/field-type.ts';
import { joinRecords, splitRecords } from './wire-record.ts';
import type { WireRecord } from './wire-record.ts';

/** A message in both of its forms. */
export interface Located {
  value: unknown;
  bytes: Buffer;
}

/** What is done with each message: gives it back, with one of its forms changed. */
export type Visit = (message: string, located: Located) => Located;

const schemaType: FieldType = { kind: 'message', name: jsonSchemaProps, goType: '' };

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON schemas within a union: one, or the elements of a list. */
function visitUnion(
  schemaField: number,
  listField: number,
  { value, bytes }: Located,
  visit: Visit,
): Located {
  const records = splitRecords(bytes);
  const field = Array.isArray(value) ? listField : schemaField;
  const own = records.filter((record) => record.field === field);
  const items: unknown[] = Array.isArray(value) ? value : [value];
  if (items.length !== own.length || !items.every(isObject)) return { value, bytes };
  const visited = visitEach(schemaType, { items, records: own }, visit);
  const next = visited.records.values();
  return {
    value: Array.isArray(value) ? visited.items : visited.items[0],
    bytes: joinRecords(
      records.map((record) => (record.field === field ? (next.next().value ?? record) : record)),
    ),
  };
}

function visitEach(
  type: FieldType,
  { items, records }: { items: readonly unknown[]; records: readonly WireRecord[] },
  visit: Visit,
): { items: unknown[]; records: WireRecord[] } {
  const located = records.map(({ bytes }, index) => visitOne(type, { value: items[index], bytes }, visit));
  return {
    items: located.map(({ value }) => value),
    records: records.map(({ field, wireType }, index) => ({
      field,
      wireType,
      bytes: located[index]?.bytes as Buffer,
    })),
  };
}

function visitOne(type: FieldType, located: Located, visit: Visit): Located {
  switch (type.kind) {
    case 'message':
      return visit(type.name, located);
    case 'schemaOrBool':
      return visitUnion(2, 0, located, visit);
    case 'schemaOrArray':
      return visitUnion(1, 2, located, visit);
    case 'schemaOrStringArray':
      return visitUnion(1, 0, located, visit);
    default:
      return located;
  }
}

const messageKinds: ReadonlySet<FieldType['kind']> = new Set<FieldType['kind']>([
  'message',
  'schemaOrBool',
  'schemaOrArray',
  'schemaOrStringArray',
]);

/** Entries are `{1: key, 2: value}`. Of a key that is there twice the last one counts. */
function visitMap(
  type: FieldType,
  { map, records }: { map: Record<string, unknown>; records: readonly WireRecord[] },
  visit: Visit,
): { value: unknown; records: WireRecord[] } {
  const visitedMap = new Map(Object.entries(map));
  const visitedRecords = records.map((entry) => {
    const parts = splitRecords(entry.bytes);
    const key = parts.findLast(({ field }) => field === 1)?.bytes.toString('utf8') ?? '';
    const last = parts.findLast(({ field, wireType }) => field === 2 && wireType === 2);
    if (last === undefined || !Object.hasOwn(map, key)) return entry;
    const { value, bytes } = visitOne(type, { value: map[key], bytes: last.bytes }, visit);
    visitedMap.set(key, value);
    return { ...entry, bytes: joinRecords(parts.map((part) => (part === last ? { ...part, bytes } : part))) };
  });
  return { value: Object.fromEntries(visitedMap), records: visitedRecords };
}

/**
 * Visits the messages that a field holds by itself, in a list, a map, or a union, and gives the field's value
 * and records with what the visits made of them. Where the two don't go together they stay as they are.
 */
export function visitMessages(
  type: FieldType,
  { value, records }: { value: unknown; records: readonly WireRecord[] },
  visit: Visit,
): { value: unknown; records: readonly WireRecord[] } {
  if (type.kind === 'list') {
    if (!messageKinds.has(type.element.kind) || !Array.isArray(value)) return { value, records };
    if (value.length !== records.length) return { value, records };
    const visited = visitEach(type.element, { items: value, records }, visit);
    return { value: visited.items, records: visited.records };
  }
  if (type.kind === 'map') {
    if (!messageKinds.has(type.value.kind) || !isObject(value)) return { value, records };
    return visitMap(type.value, { map: value, records }, visit);
  }
  if (!messageKinds.has(type.kind) || records.length !== 1) return { value, records };
  const visited = visitEach(type, { items: [value], records }, visit);
  return { value: visited.items[0], records: visited.records };
}
