import { equals } from '../equality.ts';
import {
  dynType,
  type ObjectDeclaration,
  objectType,
  opaqueType,
  stringType,
  type TypeProvider,
} from '../types.ts';
import { ObjectValue, type Value } from '../values.ts';

/** The type of one operation of a JSON patch, `JSONPatch{op: 'add', path: '/a', value: 1}`. */
export const jsonPatchType = objectType('JSONPatch');
/** The type of an apply configuration, `Object{spec: Object.spec{replicas: 1}}`. */
export const applyObjectType = objectType('Object');

/** What a literal `JSONPatch{…}` or `Object.…{…}` makes: the fields that were written. */
export class PatchObject extends ObjectValue {
  readonly type;
  readonly fields: ReadonlyMap<string, Value>;

  constructor(name: string, fields: ReadonlyMap<string, Value>) {
    super();
    this.type = objectType(name);
    this.fields = fields;
  }

  /** Texts of a JSON patch that were not written are empty. */
  get(field: string): Value | undefined {
    return this.fields.get(field) ?? (this.type.name === jsonPatchType.name ? '' : undefined);
  }

  has(field: string): boolean {
    const value = this.fields.get(field);
    return value !== undefined && !(this.type.name === jsonPatchType.name && value === '');
  }

  equals(other: Value): boolean {
    if (!(other instanceof PatchObject) || other.type.name !== this.type.name) return false;
    if (other.fields.size !== this.fields.size) return false;
    return Array.from(this.fields).every(([name, value]) => {
      const otherValue = other.fields.get(name);
      return otherValue !== undefined && equals(value, otherValue);
    });
  }
}

const patchFields = new Map([
  ['op', stringType],
  ['path', stringType],
  ['from', stringType],
  ['value', dynType],
]);

/** Kubernetes gives every other field a type without a name, which nothing has. */
const unknownField = opaqueType('');

function declaration(name: string, field: ObjectDeclaration['field']): ObjectDeclaration {
  return {
    name,
    field,
    create: (fields) => new PatchObject(name, fields as ReadonlyMap<string, Value>),
  };
}

/** Finds `JSONPatch`, `Object` and every `Object.…`, whose fields may be anything (pkg/cel/mutation). */
export const patchTypes: TypeProvider = {
  findObject(name) {
    if (name === jsonPatchType.name)
      return declaration(name, (field) => patchFields.get(field) ?? unknownField);
    return name === 'Object' || name.startsWith('Object.') ? declaration(name, () => dynType) : undefined;
  },
};
