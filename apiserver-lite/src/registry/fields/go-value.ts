import { inByteOrder } from '@pg8s/k8s-proto/byte-order';
import { wasGivenEmpty } from '@pg8s/k8s-proto/conform/unprinted';
import { goJson } from '@pg8s/k8s-proto/go-json';
import { formatQuantity, parseQuantity, QuantityError } from '@pg8s/k8s-proto/quantity';
import type { FieldType } from '@pg8s/k8s-proto/schema/field-type';
import { zeroValue } from '@pg8s/k8s-proto/schema/zero-value';
import { messageSchema, type FieldSchema, type MessageSchema } from '@pg8s/k8s-proto/schema/schema';
import { fieldOrders } from './field-orders.ts';

type Fields = Record<string, unknown>;

/**
 * A value as kube-apiserver's own Go types hold it. Findings print such values as JSON, and those types have
 * no JSON names: fields stand under their Go names, all of them, in the order of the struct
 * (`{"Type":"X","RollingUpdate":null}`). Types of apimachinery (LabelSelector, OwnerReference) are the same
 * inside and outside and keep their JSON names.
 */
export class GoValue {
  readonly #form: unknown;

  constructor(form: unknown) {
    this.#form = form;
  }

  /** One line, or lines indented by so many blanks. */
  json(indent?: number): string {
    return goJson(this.#form, indent);
  }
}

const core = 'k8s.io.api.core.v1.';
const machinery = 'k8s.io.apimachinery.';

/** Fields of the internal PodSecurityContext that the API has in the PodSpec. */
const hostFields = ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostUsers'] as const;

/** API fields that no internal struct has: old names of others. */
const absent = new Set([`${core}PodSpec.DeprecatedServiceAccount`]);

/** Messages, or fields of them, that are pointers in the API and plain inside: absent, they print as zero. */
const plain = new Set(
  ['RollingUpdateDeployment', 'RollingUpdateDaemonSet', 'RollingUpdateStatefulSetStrategy.partition'].map(
    (name) => `k8s.io.api.apps.v1.${name}`,
  ),
);

function sortedMap(value: Fields, type: FieldType): Fields {
  const keys = inByteOrder(Object.keys(value));
  return Object.fromEntries(keys.map((key) => [key, formOf(type, value[key])]));
}

function quantityForm(value: unknown): string {
  try {
    return formatQuantity(parseQuantity(String(value)));
  } catch (error) {
    if (error instanceof QuantityError) return String(value);
    throw error;
  }
}

/** What Go prints of a field that has its zero value. */
function zeroForm(type: FieldType): unknown {
  return type.kind === 'message' ? messageForm(type.name, {}) : zeroValue(type);
}

function formOf(type: FieldType, value: unknown): unknown {
  if (value === undefined || value === null) return zeroForm(type);
  switch (type.kind) {
    case 'message':
      return messageForm(type.name, value as Fields);
    case 'list':
      return (value as unknown[]).map((item) => formOf(type.element, item));
    case 'map':
      return sortedMap(value as Fields, type.value);
    case 'quantity':
      return quantityForm(value);
    default:
      return value;
  }
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** A type of apimachinery: JSON names, and `omitempty` holds. */
function publicForm({ fields }: MessageSchema, value: Fields): Fields {
  const form: Fields = {};
  for (const field of fields) {
    const item = value[field.json];
    if ((field.omitempty || field.omitzero) && (field.pointer ? item == null : isEmpty(item))) continue;
    form[field.json] = fieldForm(field, value);
  }
  return form;
}

/** A field of the message, where it is: a list or map that was given without items is not null. */
function fieldForm({ json, pointer, type }: FieldSchema, holder: Fields): unknown {
  const value = holder[json];
  if (value !== undefined && value !== null) return formOf(type, value);
  if (type.kind === 'list') return wasGivenEmpty(holder, json) ? [] : null;
  if (type.kind === 'map') return wasGivenEmpty(holder, json) ? {} : null;
  return pointer ? null : formOf(type, value);
}

function inOrder({ name, fields }: MessageSchema): readonly FieldSchema[] {
  const order = fieldOrders[name];
  if (order === undefined) return fields;
  const place = (field: FieldSchema) => order.indexOf(field.goName);
  return fields.filter((field) => place(field) !== -1).sort((a, b) => place(a) - place(b));
}

/** The PodSpec's fields about its host stand in its security context, which is always there. */
function withHostFields(spec: Fields): Fields {
  const context: Fields = { ...(spec['securityContext'] as Fields | undefined) };
  for (const name of hostFields) context[name] = spec[name];
  return { ...spec, securityContext: context };
}

function messageForm(name: string, given: Fields): unknown {
  const schema = messageSchema(name);
  if (schema === undefined) return given;
  if (name.startsWith(machinery)) return publicForm(schema, given);
  const value = name === `${core}PodSpec` ? withHostFields(given) : given;
  const form: Fields = {};
  if (name === `${core}PodSecurityContext`) {
    form['HostNetwork'] = value['hostNetwork'] ?? false;
    form['HostPID'] = value['hostPID'] ?? false;
    form['HostIPC'] = value['hostIPC'] ?? false;
    form['ShareProcessNamespace'] = value['shareProcessNamespace'] ?? null;
    form['HostUsers'] = value['hostUsers'] ?? null;
  }
  for (const field of inOrder(schema)) {
    if (absent.has(`${name}.${field.goName}`)) continue;
    // An embedded struct's fields stand among those of its holder.
    if (field.inline || field.goName === 'ObjectMeta') {
      Object.assign(form, formOf(field.type, field.inline ? value : value[field.json]));
    } else if (plain.has(name) || plain.has(`${name}.${field.json}`))
      form[field.goName] = formOf(field.type, value[field.json]);
    else form[field.goName] = fieldForm(field, value);
  }
  return form;
}

/**
 * `value`, a message of the API (`core.v1.Taint`, `apps.v1.DeploymentStrategy`), as kube-apiserver holds it.
 */
export function goValue(message: string, value: unknown): GoValue {
  return new GoValue(
    value === undefined || value === null ? null : messageForm(`k8s.io.api.${message}`, value as Fields),
  );
}

/** A list of messages; absent, it is null. */
export function goList(message: string, values: readonly unknown[] | undefined | null): GoValue {
  return new GoValue(values?.map((value) => messageForm(`k8s.io.api.${message}`, value as Fields)) ?? null);
}

const metaName = (message: string) => `${machinery}pkg.apis.meta.v1.${message}`;

/** A LabelSelector, an OwnerReference: what apimachinery defines prints under its JSON names. */
export function metaValue(message: string, value: unknown): GoValue {
  return new GoValue(
    value === undefined || value === null ? null : messageForm(metaName(message), value as Fields),
  );
}

/** A list of them. */
export function metaList(message: string, values: readonly unknown[]): GoValue {
  return new GoValue(values.map((value) => messageForm(metaName(message), value as Fields)));
}
