import { groupVersionOf } from '@pg8s/k8s-proto/group-version';
import { stringifyJson } from '@pg8s/k8s-proto/json';
import { setJsonField } from '@pg8s/k8s-proto/json-reader';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { ownValue } from '@pg8s/k8s-proto/own-value';
import { StatusError, type FieldError } from '../../api-errors/status-error.ts';
import { validateAnnotations, validateLabels } from '../../registry/fields/metadata.ts';
import { kindText } from './kind-text.ts';

type Fields = Record<string, unknown>;

/**
 * What a webhook made of `original`, with the metadata of the original but for its labels and annotations:
 * all else a webhook may not change. Throws a StatusError (500) in kube-apiserver's words for what is no
 * object of the wanted version (Kubernetes: `conversion/webhook_converter.go`).
 */
export function acceptConverted(original: KubeObject, converted: unknown, apiVersion: string): KubeObject {
  const about = `conversion webhook for ${kindText(original)}`;
  if (converted === null) throw failed('unexpected end of JSON input');
  if (!isFields(converted)) {
    throw failed(
      `json: cannot unmarshal ${jsonType(converted)} into Go value of type map[string]interface {}`,
    );
  }
  if (text(converted, 'kind') === '')
    throw failed(`Object 'Kind' is missing in '${stringifyJson(converted)}'`);
  const received = text(converted, 'apiVersion');
  if (received !== apiVersion) {
    const names = `(expected ${apiVersion}, received ${groupVersionText(received)})`;
    throw failed(`${about} returned invalid object at index 0: invalid groupVersion ${names}`);
  }
  const kind = text(converted, 'kind');
  if (kind !== original.kind) {
    const names = `(expected ${original.kind}, received ${kind})`;
    throw failed(`${about} returned invalid object at index 0: invalid kind ${names}`);
  }
  const differs = changedIdentity(original, converted);
  if (differs !== undefined) throw failed(`${about} returned invalid object: ${differs}`);
  try {
    return { ...converted, metadata: restoredMetadata(original, converted) } as unknown as KubeObject;
  } catch (error) {
    throw failed(`${about} returned invalid metadata: ${(error as Error).message}`);
  }
}

function failed(message: string): StatusError {
  return new StatusError(500, undefined, message);
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function changedIdentity(original: KubeObject, converted: Fields): string | undefined {
  const metadata = ownValue(converted, 'metadata');
  const has = isFields(metadata) ? metadata : {};
  const had = original.metadata as unknown as Fields;
  for (const [field, name] of [
    ['name', 'name'],
    ['namespace', 'namespace'],
    ['uid', 'UID'],
  ] as const) {
    const [before, after] = [text(had, field), text(has, field)];
    if (before !== after) return `must have the same ${name}: ${before} != ${after}`;
  }
  return undefined;
}

function restoredMetadata(original: KubeObject, converted: Fields): Fields {
  if (!Object.hasOwn(converted, 'metadata')) throw new Error('missing metadata in converted object');
  const { metadata } = converted;
  if (!isFields(metadata))
    throw new Error(`invalid metadata of type ${goType(metadata)} in converted object`);
  const restored: Fields = { ...(original.metadata as unknown as Fields) };
  for (const field of ['labels', 'annotations'] as const) {
    const wanted = ownValue(metadata, field);
    if (wanted === undefined || wanted === null) {
      delete restored[field];
      continue;
    }
    requireStrings(wanted, field);
    const before = (restored[field] ?? {}) as Record<string, string>;
    if (!isSameMap(before, wanted)) requireValid(wanted, field);
    setJsonField(restored, field, wanted);
  }
  return restored;
}

function requireStrings(
  value: unknown,
  field: 'labels' | 'annotations',
): asserts value is Record<string, string> {
  if (!isFields(value)) {
    throw new Error(`invalid metadata.${field} of type ${goType(value)} in converted object`);
  }
  for (const [key, item] of Object.entries(value)) {
    if (typeof item === 'string') continue;
    throw new Error(`metadata.${field}[${key}] must be a string, but is ${goType(item)} in converted object`);
  }
}

function requireValid(wanted: Record<string, string>, field: 'labels' | 'annotations'): void {
  // kube-apiserver names the field of annotations in the singular here.
  const findings: FieldError[] =
    field === 'labels'
      ? validateLabels(wanted, 'metadata.labels')
      : validateAnnotations(wanted, 'metadata.annotation');
  const lines = [...new Set(findings.map((finding) => `${finding.field}: ${finding.message}`))];
  if (lines.length > 0) throw new Error(lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`);
}

function isSameMap(left: Record<string, string>, right: Record<string, string>): boolean {
  const keys = Object.keys(right);
  return keys.length === Object.keys(left).length && keys.every((key) => ownValue(left, key) === right[key]);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(fields: Fields, name: string): string {
  const value = ownValue(fields, name);
  return typeof value === 'string' ? value : '';
}

/** A version as Go prints it; what is none is empty. */
function groupVersionText(apiVersion: string): string {
  const { group, version } = groupVersionOf(apiVersion);
  return group === '' ? version : `${group}/${version}`;
}

/** The type of a JSON value in Go. */
function goType(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint' || Number.isInteger(value)) return 'int64';
  return typeof value === 'number' ? 'float64' : 'map[string]interface {}';
}
