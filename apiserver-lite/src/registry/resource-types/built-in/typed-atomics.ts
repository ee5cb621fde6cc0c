import type { FieldType } from '@pg8s/k8s-proto/schema/field-type';
import { requireMessage, type FieldSchema } from '@pg8s/k8s-proto/schema/schema';
import { isJsonObject } from '../../../json/json-value.ts';

/**
 * The paths of all objects and lists of a document that are owned as wholes, such as
 * `.spec.template.spec.containers[0].args` (Kubernetes: `mutating/patch.findAtomics`).
 */
export function typedAtomics(message: string, document: unknown): readonly string[] {
  return fieldsOf(message, document, '');
}

function fieldsOf(message: string, value: unknown, path: string): string[] {
  if (!isJsonObject(value)) return [];
  const { byJson } = requireMessage(message);
  return Object.entries(value).flatMap(([name, inner]) => {
    const field = byJson.get(name);
    return field === undefined ? [] : ofValue(field.type, { value: inner, path: `${path}.${name}`, field });
  });
}

interface Placed {
  value: unknown;
  path: string;
  /** Absent for items of lists. */
  field?: FieldSchema;
}

function ofValue(type: FieldType, { value, path, field }: Placed): string[] {
  switch (type.kind) {
    case 'message': {
      if (!isJsonObject(value)) return [];
      const structType = field?.structType;
      const isAtomic =
        structType === undefined ? requireMessage(type.name).isAtomic : structType === 'atomic';
      return [...(isAtomic ? [path] : []), ...fieldsOf(type.name, value, path)];
    }
    case 'map':
      return isJsonObject(value) && field?.mapType === 'atomic' ? [path] : [];
    case 'list': {
      if (!Array.isArray(value)) return [];
      const isAtomic = field?.listType !== 'set' && field?.listType !== 'map';
      const items = value.flatMap((item: unknown, index) =>
        ofValue(type.element, { value: item, path: `${path}[${index}]` }),
      );
      return [...(isAtomic ? [path] : []), ...items];
    }
    default:
      return [];
  }
}
