import type { FieldType } from '@pg8s/k8s-proto/schema/field-type';
import { type FieldSchema, messageSchema } from '@pg8s/k8s-proto/schema/schema';

/** What a value is, and how its items are distinguished when lists are merged. */
export interface Shape {
  type: FieldType;
  /** The field that it stands in; undefined: an item, a value of a map, or the whole object. */
  field?: FieldSchema;
}

/** An object with fields. */
export type Json = Record<string, unknown>;

/** Whether a value is an object with fields. */
export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The shape of a whole object, by the full name of its message. */
export function shapeOfMessage(name: string): Shape {
  return { type: { kind: 'message', name, goType: name } };
}

/** The shape of a member of an object; undefined: the type has none of this name. */
export function memberShape({ type }: Shape, name: string): Shape | undefined {
  if (type.kind === 'map') return { type: type.value };
  if (type.kind !== 'message') return undefined;
  const field = messageSchema(type.name)?.byJson.get(name);
  return field === undefined ? undefined : { type: field.type, field };
}

/** The shape of the items of a list. */
export function itemShape({ type }: Shape): Shape | undefined {
  return type.kind === 'list' ? { type: type.element } : undefined;
}

/** Fields that distinguish items, in applies and in strategic merge patches; none: nothing does. */
export function keysOf({ field }: Shape): readonly string[] {
  const keys = field?.listType === 'map' ? (field.listMapKeys ?? []) : [];
  const mergeKey = field?.patchMergeKey;
  return mergeKey === undefined || keys.includes(mergeKey) ? keys : [...keys, mergeKey];
}
