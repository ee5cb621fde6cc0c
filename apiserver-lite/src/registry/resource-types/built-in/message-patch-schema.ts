import { goQuote } from '@pg8s/k8s-proto/go-quote';
import type { FieldType } from '@pg8s/k8s-proto/schema/field-type';
import type { FieldPatchMeta, PatchSchema } from '../patch-schema.ts';
import { requireMessage } from '@pg8s/k8s-proto/schema/schema';

const cache = new Map<string, PatchSchema>();

/** The patch schema of a message by its full name. */
export function messagePatchSchema(message: string): PatchSchema {
  let schema = cache.get(message);
  if (schema === undefined) {
    schema = makeSchema(message);
    cache.set(message, schema);
  }
  return schema;
}

function makeSchema(message: string): PatchSchema {
  const { structName, byJson } = requireMessage(message);
  return {
    name: structName,
    field(name) {
      const field = byJson.get(name);
      if (field === undefined) {
        throw new Error(
          `unable to find api field in struct ${structName} for the json field ${goQuote(name)}`,
        );
      }
      const strategies = field.patchStrategy;
      return {
        schema: typeSchema(field.type.kind === 'list' ? field.type.element : field.type),
        strategy: strategies.includes('merge') ? 'merge' : strategies.includes('replace') ? 'replace' : '',
        mergeKey: field.patchMergeKey ?? '',
      };
    },
  };
}

function typeSchema(type: FieldType): PatchSchema {
  if (type.kind === 'message') return messagePatchSchema(type.name);
  if (type.kind === 'map') {
    const { value } = type;
    const element: FieldPatchMeta = {
      get schema() {
        return typeSchema(value.kind === 'list' ? value.element : value);
      },
      strategy: '',
      mergeKey: '',
    };
    return { name: type.goType, field: () => element };
  }
  return opaque;
}

/** Raw JSON: its objects merge, its lists are replaced. */
const opaque: PatchSchema = {
  name: 'object',
  field: () => ({ schema: opaque, strategy: '', mergeKey: '' }),
};
