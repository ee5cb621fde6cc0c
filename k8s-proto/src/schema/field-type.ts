/**
 * What a field holds, resolved from its Go type. `goType` is how Go prints the type in an error (`int32`,
 * `v1.RestartPolicy`, `[]v1.Container`), without the pointer.
 */
export type FieldType =
  | ScalarType
  | SpecialType
  | { readonly kind: 'message'; readonly name: string; readonly goType: string }
  | ListType
  | MapType;

export interface ScalarType {
  readonly kind: 'string' | 'bool' | 'int32' | 'int64' | 'float64' | 'bytes';
  readonly goType: string;
  /** The constants of a named string type; a server accepts others too unless it validates them. */
  readonly values?: readonly string[];
}

/** Types with JSON and wire forms of their own: see the README of the facts and `src/codec/special.ts`. */
export type SpecialKind =
  | 'time'
  | 'microTime'
  | 'duration'
  | 'quantity'
  | 'intOrString'
  | 'fieldsV1'
  | 'rawExtension'
  | 'json'
  | 'schemaOrBool'
  | 'schemaOrArray'
  | 'schemaOrStringArray';

export interface SpecialType {
  readonly kind: SpecialKind;
  readonly goType: string;
}

export interface ListType {
  readonly kind: 'list';
  readonly element: FieldType;
  /** Elements are pointers: a null among them stays null. */
  readonly pointers: boolean;
  /** `ExtraValue`, `Verbs`: on the wire a message `{1: repeated string}`, in JSON a plain list. */
  readonly boxed: boolean;
  readonly goType: string;
}

export interface MapType {
  readonly kind: 'map';
  /** Keys are strings, of whatever named type. */
  readonly value: FieldType;
  readonly goType: string;
}

/** The messages that stand for a special kind. */
export const specialKinds: Readonly<Record<string, SpecialKind>> = {
  'k8s.io.apimachinery.pkg.apis.meta.v1.Time': 'time',
  'k8s.io.apimachinery.pkg.apis.meta.v1.MicroTime': 'microTime',
  'k8s.io.apimachinery.pkg.apis.meta.v1.Duration': 'duration',
  'k8s.io.apimachinery.pkg.api.resource.Quantity': 'quantity',
  'k8s.io.apimachinery.pkg.util.intstr.IntOrString': 'intOrString',
  'k8s.io.apimachinery.pkg.apis.meta.v1.FieldsV1': 'fieldsV1',
  'k8s.io.apimachinery.pkg.runtime.RawExtension': 'rawExtension',
  'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSON': 'json',
  'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool': 'schemaOrBool',
  'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray': 'schemaOrArray',
  'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray':
    'schemaOrStringArray',
};

/** The message inside of the `schemaOr…` kinds. */
export const jsonSchemaProps = 'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps';
