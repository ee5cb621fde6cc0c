import type { FieldType } from '../schema/field-type.ts';
import { requireMessage } from '../schema/schema.ts';
import type { FieldSchema } from '../schema/schema.ts';
import { isKindMessage } from '../scheme.ts';

/** A field as JSON sees it: inline messages are dissolved in their parent. */
export interface PlanField {
  readonly json: string;
  /** The Go names of the inline fields that it is a field of, the outermost first. */
  readonly inlineIn: readonly string[];
  readonly type: FieldType;
  readonly pointer: boolean;
  readonly omitempty: boolean;
  readonly omitzero: boolean;
  /** Whether Go's encoder leaves the field out where it is absent: most are, of most objects. */
  readonly absentIsOmitted: boolean;
}

/** What is a struct in Go, which `omitempty` does not leave out. */
export const structKinds: ReadonlySet<FieldType['kind']> = new Set<FieldType['kind']>([
  'message',
  'time',
  'microTime',
  'duration',
  'quantity',
  'intOrString',
  'fieldsV1',
  'rawExtension',
  'json',
  'schemaOrBool',
  'schemaOrArray',
  'schemaOrStringArray',
]);

/** How the JSON of a message is walked: fields in the order in which Go prints them. */
export interface Plan {
  readonly structName: string;
  readonly fields: readonly PlanField[];
  readonly indexes: ReadonlyMap<string, number>;
}

const plans = new Map<string, Plan>();

function typeMetaField(json: string): PlanField {
  return {
    json,
    inlineIn: ['TypeMeta'],
    type: { kind: 'string', goType: 'string' },
    pointer: false,
    omitempty: true,
    omitzero: false,
    absentIsOmitted: true,
  };
}

function flatten(fields: readonly FieldSchema[], inlineIn: readonly string[] = []): PlanField[] {
  return fields.flatMap((field): PlanField[] => {
    const { json, type, pointer, omitempty, omitzero } = field;
    if (field.inline && type.kind === 'message')
      return flatten(requireMessage(type.name).fields, [...inlineIn, field.goName]);
    if (json === '' || json === '-') return [];
    const absentIsOmitted = omitempty && (pointer || !structKinds.has(type.kind));
    return [{ json, inlineIn, type, pointer, omitempty, omitzero, absentIsOmitted }];
  });
}

/** The plan of a message, made when first asked for. */
export function planOf(message: string): Plan {
  let plan = plans.get(message);
  if (plan === undefined) {
    const schema = requireMessage(message);
    const own = flatten(schema.fields);
    const fields = isKindMessage(message)
      ? [typeMetaField('kind'), typeMetaField('apiVersion'), ...own]
      : own;
    const indexes = new Map<string, number>();
    for (const [index, { json }] of fields.entries()) if (!indexes.has(json)) indexes.set(json, index);
    plan = { structName: schema.structName, fields, indexes };
    plans.set(message, plan);
  }
  return plan;
}
