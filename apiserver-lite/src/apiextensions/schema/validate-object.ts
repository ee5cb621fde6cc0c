import type { FieldError } from '../../api-errors/status-error.ts';
import type { JsonObject } from '../../json/json-value.ts';
import { ownValue } from '@pg8s/k8s-proto/own-value';
import { validateObjects } from './embedded-object.ts';
import { validateListItems } from './list-items.ts';
import { validateScaleSpec, validateScaleStatus, type ScalePaths } from './scale-paths.ts';
import type { SchemaNode } from './schema-node.ts';
import { validateValue } from './validate-value.ts';

/** What is known of an object that is judged. */
export interface Judged {
  /** What was found on its metadata, in the order of the findings. */
  metadata: readonly FieldError[];
  /** What is stored now; absent: the object is new. */
  old?: JsonObject;
  /** Where the numbers of its scale stand, if it has one. */
  scale?: ScalePaths | undefined;
}

/** See `CompiledSchema.validate` (apiextensions-apiserver: `customResourceStrategy.Validate`). */
export function validateCustomObject(
  object: JsonObject,
  root: SchemaNode | undefined,
  { metadata, old, scale }: Judged,
): FieldError[] {
  const findings = [
    ...metadata,
    ...(root === undefined ? [] : validateValue(object, root.schema, '')),
    ...validateScaleSpec(object, scale),
    ...validateScaleStatus(object, scale),
    ...validateObjects(object, root, ''),
  ];
  if (old === undefined || validateListItems(old, root, '').length === 0) {
    findings.push(...validateListItems(object, root, ''));
  }
  return findings;
}

/** See `CompiledSchema.validateStatus` (apiextensions-apiserver: `statusStrategy.ValidateUpdate`). */
export function validateCustomStatus(
  object: JsonObject,
  root: SchemaNode | undefined,
  { metadata, old, scale }: Judged & { old: JsonObject },
): FieldError[] {
  const findings = [...metadata];
  const status = root?.properties.get('status');
  if (status !== undefined && Object.hasOwn(object, 'status')) {
    findings.push(...validateValue(ownValue(object, 'status'), status.schema, 'status'));
  }
  findings.push(...validateScaleStatus(object, scale));
  const wrong = validateListItems(object, root, '');
  if (wrong.length > 0 && validateListItems(old, root, '').length === 0) findings.push(...wrong);
  return findings;
}
