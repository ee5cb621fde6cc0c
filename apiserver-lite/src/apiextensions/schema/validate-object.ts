import type { FieldError } from '../../api-errors/status-error.ts';
import type { JsonObject } from '../../json/json-value.ts';
import { invalidValue } from '../../registry/fields/field-errors.ts';
import { timed, type Steps } from '../../http/in-turns.ts';
import type { RuleMetrics } from '../../metrics/definition-metrics.ts';
import { ownValue } from '@pg8s/k8s-proto/own-value';
import { validateObjects } from './embedded-object.ts';
import { validateListItems } from './list-items.ts';
import { validateScaleSpec, validateScaleStatus, type ScalePaths } from './scale-paths.ts';
import { evaluateRules } from './rules/evaluate-rules.ts';
import type { RuleValidator } from './rules/rule-validator.ts';
import type { SchemaNode } from './schema-node.ts';
import { CompareTimer, CorrelatedValue } from './correlated-value.ts';
import { validateValue } from './values/validate-value.ts';

/** What is known of an object that is judged. */
export interface Judged {
  /** What was found on its metadata, in the order of the findings. */
  metadata: readonly FieldError[];
  /** What is stored now; absent: the object is new. */
  old?: JsonObject;
  /** Where the numbers of its scale stand, if it has one. */
  scale?: ScalePaths | undefined;
  /** The rules of its schema, if there are any. */
  rules?: RuleValidator | undefined;
  /** Hears of findings of rules on parts that did not change. */
  warn?: ((text: string) => void) | undefined;
  metrics?: RuleMetrics | undefined;
}

/** Findings of these kinds keep rules from being evaluated: they are written for what the schema asks for. */
const blocking: ReadonlySet<FieldError['reason']> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

const notChecked = invalidValue(
  '<nil>',
  null,
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
);

/** What rules find, unless the object is too wrong for them. */
function* ruleFindings(
  findings: readonly FieldError[],
  object: JsonObject,
  {
    rules,
    warn,
    metrics,
    before,
  }: Pick<Judged, 'rules' | 'warn' | 'metrics'> & { before: CorrelatedValue | undefined },
): Steps<FieldError[]> {
  if (rules === undefined) return [];
  if (findings.some(({ reason }) => blocking.has(reason))) return [notChecked];
  const work = evaluateRules(rules, object, { before, warn });
  return yield* timed(work, (seconds) => metrics?.evaluated(seconds));
}

/** See `CompiledSchema.validate` (apiextensions-apiserver: `customResourceStrategy.Validate`). */
export function* validateCustomObject(
  object: JsonObject,
  root: SchemaNode | undefined,
  { metadata, old, scale, rules, warn, metrics }: Judged,
): Steps<FieldError[]> {
  const timer = new CompareTimer();
  const before =
    old === undefined || root === undefined ? undefined : new CorrelatedValue(object, old, root, timer);
  let findings = [
    ...metadata,
    ...(root === undefined ? [] : yield* validateValue(object, root.schema, '', before)),
    ...validateScaleSpec(object, scale),
    ...validateScaleStatus(object, scale),
  ];
  yield;
  findings = [...findings, ...validateObjects(object, root, '')];
  yield;
  if (old === undefined || validateListItems(old, root, '').length === 0) {
    findings = [...findings, ...validateListItems(object, root, '')];
  }
  yield;
  findings = [...findings, ...(yield* ruleFindings(findings, object, { rules, warn, metrics, before }))];
  if (old !== undefined) metrics?.ratcheted(timer.seconds);
  return findings;
}

/** See `CompiledSchema.validateStatus` (apiextensions-apiserver: `statusStrategy.ValidateUpdate`). */
export function* validateCustomStatus(
  object: JsonObject,
  root: SchemaNode | undefined,
  { metadata, old, scale, rules, warn, metrics }: Judged & { old: JsonObject },
): Steps<FieldError[]> {
  const timer = new CompareTimer();
  let findings = [...metadata];
  const status = root?.properties.get('status');
  if (status !== undefined && Object.hasOwn(object, 'status')) {
    const value = ownValue(object, 'status');
    const before = new CorrelatedValue(value, ownValue(old, 'status'), status, timer);
    findings = [...findings, ...(yield* validateValue(value, status.schema, 'status', before))];
  }
  findings.push(...validateScaleStatus(object, scale));
  yield;
  const wrong = validateListItems(object, root, '');
  if (wrong.length > 0 && validateListItems(old, root, '').length === 0) {
    findings = [...findings, ...wrong];
  }
  const before = root === undefined ? undefined : new CorrelatedValue(object, old, root, timer);
  yield;
  findings = [...findings, ...(yield* ruleFindings(findings, object, { rules, warn, metrics, before }))];
  metrics?.ratcheted(timer.seconds);
  return findings;
}
