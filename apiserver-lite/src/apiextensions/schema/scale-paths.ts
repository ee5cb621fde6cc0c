import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { FieldError } from '../../api-errors/status-error.ts';
import { goValue } from '../../json/go-print.ts';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import { invalidValue } from '../../registry/fields/field-errors.ts';

/** `subresources.scale` of a version: paths of names with dots, and a dot at their begin. */
export interface ScalePaths {
  specReplicasPath?: string;
  statusReplicasPath?: string;
  labelSelectorPath?: string;
}

const maxInt32 = 2 ** 31 - 1;

/** What is at a path; or why nothing can be there, in words of kube-apiserver. */
export type Found<T> = { value: T | undefined } | { error: string };

/** The type of a value in unstructured content, as Go prints it. */
function goTypeOf(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'object') return 'map[string]interface {}';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  return typeof value === 'bigint' || Number.isInteger(value) ? 'int64' : 'float64';
}

function findAt(object: JsonObject, path: string): Found<unknown> {
  const names = namesOf(path);
  let value: unknown = object;
  for (const [index, name] of names.entries()) {
    if (value === null || value === undefined) return { value: undefined };
    if (!isJsonObject(value)) {
      const at = `.${names.slice(0, index + 1).join('.')}`;
      return {
        error: `${at} accessor error: ${goValue(value)} is of the type ${goTypeOf(value)}, expected map[string]interface{}`,
      };
    }
    if (!Object.hasOwn(value, name)) return { value: undefined };
    value = ownValue(value, name);
  }
  // What is null is there all the same.
  return { value: value ?? null };
}

const namesOf = (path: string) => path.replace(/^\./, '').split('.');

function expected<T>(object: JsonObject, path: string, type: 'int64' | 'string'): Found<T> {
  const found = findAt(object, path);
  if ('error' in found) return found;
  if (found.value === undefined) return { value: undefined };
  if (goTypeOf(found.value) === type) return found as Found<T>;
  const at = `.${namesOf(path).join('.')}`;
  return {
    error: `${at} accessor error: ${goValue(found.value)} is of the type ${goTypeOf(found.value)}, expected ${type}`,
  };
}

/** The whole number at a path. */
export function wholeNumberAt(object: JsonObject, path: string): Found<number | bigint> {
  return expected(object, path, 'int64');
}

/** The text at a path. */
export function textAt(object: JsonObject, path: string): Found<string> {
  return expected(object, path, 'string');
}

function validateReplicas(object: JsonObject, path: string): FieldError[] {
  const found = expected<number | bigint>(object, path, 'int64');
  if ('error' in found) return [invalidValue(path, 0, found.error)];
  const { value = 0 } = found;
  if (value < 0) return [invalidValue(path, value, 'should be a non-negative integer')];
  return value > maxInt32 ? [invalidValue(path, value, `should be less than or equal to ${maxInt32}`)] : [];
}

/** The number of replicas that is wanted is one (apiextensions-apiserver: `ValidateScaleSpec`). */
export function validateScaleSpec(object: JsonObject, scale: ScalePaths | undefined): FieldError[] {
  return scale === undefined ? [] : validateReplicas(object, scale.specReplicasPath ?? '');
}

/** That of replicas that there are, and the selector is a text (`ValidateScaleStatus`). */
export function validateScaleStatus(object: JsonObject, scale: ScalePaths | undefined): FieldError[] {
  if (scale === undefined) return [];
  const findings = validateReplicas(object, scale.statusReplicasPath ?? '');
  if (scale.labelSelectorPath === undefined) return findings;
  const selector = expected<string>(object, scale.labelSelectorPath, 'string');
  return 'error' in selector
    ? [...findings, invalidValue(scale.labelSelectorPath, '', selector.error)]
    : findings;
}
