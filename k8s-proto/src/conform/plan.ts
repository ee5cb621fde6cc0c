import type { FieldType } from '../schema/field-type.ts';
import { requireMessage } from '../schema/schema.ts';
import type { FieldSchema } from '../schema/schema.ts';
import { isKindMessage } from '../scheme.ts';

/** A field as JSON sees it: inline messages are dissolved in their parent. */
export interface PlanField {
  readonly json: string;
  readonly type: FieldType;
  readonly pointer: boolean;
  readonly omitempty: boolean;
  readonly omitzero: boolean;
}

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
    type: { kind: 'string', goType: 'string' },
    pointer: false,
    omitempty: true,
    omitzero: false,
  };
}

function flatten(fields: readonly FieldSchema[]): PlanField[] {
  return fields.flatMap((field): PlanField[] => {
    if (field.inline && field.type.kind === 'message') return flatten(requireMessage(field.type.name).fields);
    if (field.json === '' || field.json === '-') return [];
    const { json, type, pointer, omitempty, omitzero } = field;
    return [{ json, type, pointer, omitempty, omitzero }];
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
