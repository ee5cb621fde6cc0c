import type { FieldType, SpecialKind } from '@pg8s/k8s-proto/schema/field-type';
import { zeroValue } from '@pg8s/k8s-proto/schema/zero-value';
import type { ManagedFieldsEntry } from '@pg8s/k8s-proto/object';
import { atomicPlan, type FieldPlan, type StructPlan, type TypePlan } from '../type-plan.ts';
import { requireMessage, type FieldSchema, type MessageSchema } from '@pg8s/k8s-proto/schema/schema';

const leafPlan: TypePlan = { kind: 'leaf' };
const structs = new Map<string, StructPlan>();

/** The plan of a message by its full name. */
export function structPlan(message: string): StructPlan {
  let plan = structs.get(message);
  if (plan === undefined) {
    plan = makeStruct(requireMessage(message));
    structs.set(message, plan);
  }
  return plan;
}

/** Fields are resolved when first read: types may contain themselves. */
function makeStruct(schema: MessageSchema): StructPlan {
  let fields: readonly FieldPlan[] | undefined;
  let byName: ReadonlyMap<string, FieldPlan> | undefined;
  return {
    kind: 'struct',
    get fields() {
      fields ??= flatFields(schema).map(fieldPlan);
      return fields;
    },
    get byName() {
      byName ??= new Map(this.fields.map((field) => [field.name, field]));
      return byName;
    },
  };
}

/** In fieldsV1's order, those of inline messages included. */
function flatFields(schema: MessageSchema): FieldSchema[] {
  return [...schema.byJson.values()].sort((a, b) => (a.json < b.json ? -1 : a.json > b.json ? 1 : 0));
}

function fieldPlan(field: FieldSchema): FieldPlan {
  const { type, pointer, omitempty, omitzero } = field;
  // Go never finds a struct empty: with omitempty alone it is printed all the same.
  const struct = !pointer && (type.kind === 'message' || structKinds.has(type.kind as SpecialKind));
  const omitted = omitzero || (omitempty && !struct);
  return {
    name: field.json,
    element: `f:${field.json}`,
    plan: planOf(type, field),
    zero: omitted ? undefined : zeroOf(type, pointer),
    dropsEmpty: omitted && !pointer,
  };
}

const structKinds: ReadonlySet<SpecialKind> = new Set<SpecialKind>([
  'time',
  'microTime',
  'duration',
  'quantity',
  'intOrString',
  'rawExtension',
  'json',
]);

function zeroOf(type: FieldType, pointer: boolean): unknown {
  if (pointer) return null;
  return type.kind === 'message' ? emptyStruct : zeroValue(type);
}

const emptyStruct: Readonly<Record<string, unknown>> = Object.freeze({});

function planOf(type: FieldType, field: FieldSchema): TypePlan {
  switch (type.kind) {
    case 'message':
      if (field.structType === 'atomic') return atomicPlan;
      if (field.structType === undefined && requireMessage(type.name).isAtomic) return atomicPlan;
      return structPlan(type.name);
    case 'map':
      return field.mapType === 'atomic' ? atomicPlan : { kind: 'map', value: elementPlan(type.value) };
    case 'list':
      if (field.listType === 'set') return { kind: 'set' };
      if (field.listType === 'map') {
        return {
          kind: 'keyed',
          keys: [...(field.listMapKeys ?? [])].sort(),
          defaults: keyDefaults(type.element, field.listMapKeys ?? []),
          element: elementPlan(type.element),
        };
      }
      return isOwners(type.element) ? ownersPlan : atomicPlan;
    default:
      return leafPlan;
  }
}

function isOwners(element: FieldType): boolean {
  return element.kind === 'message' && element.name.endsWith('.meta.v1.ManagedFieldsEntry');
}

/** Of the metadata of a template: sets of fields may be any JSON to Go's type, but are maps in the schema. */
const ownersPlan: TypePlan = {
  ...atomicPlan,
  isOtherType: (entries) =>
    Array.isArray(entries) &&
    entries.some((entry: ManagedFieldsEntry) => {
      const fields: unknown = entry.fieldsV1 ?? {};
      return typeof fields !== 'object' || Array.isArray(fields);
    }),
};

/** What an item's key is taken for that does not stand there: the `default` of the published schema. */
export function keyDefaults(element: FieldType, keys: readonly string[]): Readonly<Record<string, unknown>> {
  if (element.kind !== 'message') return {};
  const defaults: Record<string, unknown> = {};
  for (const key of keys) {
    const value = keyDefault(element.name, key);
    if (value !== undefined) defaults[key] = value;
  }
  return defaults;
}

function keyDefault(message: string, key: string): unknown {
  if (key === 'protocol') return 'TCP';
  // References may be without a name, but their name has a default all the same.
  if (message === 'k8s.io.api.core.v1.LocalObjectReference') return '';
  const field = requireMessage(message).byJson.get(key);
  if (field === undefined || field.pointer || field.omitempty) return undefined;
  return zeroValue(field.type);
}

function elementPlan(type: FieldType): TypePlan {
  switch (type.kind) {
    case 'message':
      return requireMessage(type.name).isAtomic ? atomicPlan : structPlan(type.name);
    case 'map':
      return { kind: 'map', value: elementPlan(type.value) };
    case 'list':
      return atomicPlan;
    default:
      return leafPlan;
  }
}
