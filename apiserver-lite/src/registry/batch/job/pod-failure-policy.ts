import type { V1JobSpec, V1PodFailurePolicyRule } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import {
  duplicate,
  invalidValue,
  invalidWithoutValue,
  required,
  tooMany,
} from '../../fields/field-errors.ts';
import { type Fields, existing, fillText, items } from '../../fields/fill.ts';
import { qualifiedName } from '../../fields/formats.ts';
import { each, named, oneOfIfSet } from '../../fields/rules.ts';

const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const operators = ['In', 'NotIn'];
const statuses = ['False', 'True', 'Unknown'];
const most = { rules: 20, conditions: 20, exitCodes: 255 };

/** A required value of which kube-apiserver names the choices: `valid values: ["A" "B"]`. */
function choice(field: string, value: string | undefined, supported: readonly string[]): FieldError[] {
  const list = supported.map(goQuote).join(' ');
  return value ? oneOfIfSet(field, value, supported) : [required(field, `valid values: [${list}]`)];
}

/** A pattern asks for a condition that is true, where it does not say otherwise. */
export function defaultPodFailurePolicy(spec: Fields | undefined): void {
  for (const rule of items(existing(spec, 'podFailurePolicy'), 'rules')) {
    for (const pattern of items(rule, 'onPodConditions')) fillText(pattern, { status: 'True' });
  }
}

function atMost(field: string, list: readonly unknown[], limit: number): FieldError[] {
  return list.length > limit ? [tooMany(field, list.length, limit)] : [];
}

function validateExitCodes(
  { operator, containerName, values: codes }: NonNullable<V1PodFailurePolicyRule['onExitCodes']>,
  field: string,
  containers: ReadonlySet<string>,
): FieldError[] {
  const findings = choice(`${field}.operator`, operator, operators);
  if (containerName !== undefined && !containers.has(containerName)) {
    const detail = 'must be one of the container or initContainer names in the pod template';
    findings.push(invalidValue(`${field}.containerName`, containerName, detail));
  }
  const path = `${field}.values`;
  const values = codes ?? [];
  if (values.length === 0) findings.push(invalidValue(path, codes, 'at least one value is required'));
  findings.push(...atMost(path, values, most.exitCodes));
  const seen = new Set<number>();
  for (const [index, code] of values.entries()) {
    const place = `${path}[${index}]`;
    if (code === 0 && operator === 'In') {
      findings.push(invalidValue(place, code, 'must not be 0 for the In operator'));
    }
    if (seen.has(code)) findings.push(duplicate(place, code));
    seen.add(code);
  }
  const ordered = values.every((code, index) => index === 0 || (values[index - 1] ?? 0) <= code);
  return ordered ? findings : [...findings, invalidValue(path, values, 'must be ordered')];
}

function validateRule(
  rule: V1PodFailurePolicyRule,
  field: string,
  { perIndex, containers }: { perIndex: boolean; containers: ReadonlySet<string> },
): FieldError[] {
  const { action, onExitCodes } = rule;
  const conditions = rule.onPodConditions ?? [];
  const findings =
    action === 'FailIndex' && !perIndex
      ? [invalidValue(`${field}.action`, action, 'requires the backoffLimitPerIndex to be set')]
      : choice(`${field}.action`, action, actions);
  if (onExitCodes !== undefined) {
    findings.push(...validateExitCodes(onExitCodes, `${field}.onExitCodes`, containers));
  }
  const path = `${field}.onPodConditions`;
  findings.push(
    ...atMost(path, conditions, most.conditions),
    ...each(conditions, path, ({ type = '', status }, place) => [
      ...(type === '' ? invalidName(`${place}.type`) : named(`${place}.type`, type, qualifiedName)),
      ...choice(`${place}.status`, status, statuses),
    ]),
  );
  if (onExitCodes !== undefined && conditions.length > 0) {
    const detail = 'specifying both OnExitCodes and OnPodConditions is not supported';
    findings.push(invalidWithoutValue(field, detail));
  }
  if (onExitCodes === undefined && conditions.length === 0) {
    const detail = 'specifying one of OnExitCodes and OnPodConditions is required';
    findings.push(invalidWithoutValue(field, detail));
  }
  return findings;
}

const invalidName = (field: string) => qualifiedName('').map((detail) => invalidValue(field, '', detail));

/**
 * When a failed Pod fails its Job, or doesn't count (Kubernetes:
 * `batch/validation.validatePodFailurePolicy`).
 */
export function validatePodFailurePolicy(spec: V1JobSpec, field: string): FieldError[] {
  const { podFailurePolicy: policy, template } = spec;
  if (policy === undefined) return [];
  const { containers, initContainers } = template?.spec ?? {};
  const names = [...(containers ?? []), ...(initContainers ?? [])].map(({ name }) => name);
  const rules = policy.rules ?? [];
  const context = { perIndex: spec.backoffLimitPerIndex !== undefined, containers: new Set(names) };
  return [
    ...atMost(`${field}.rules`, rules, most.rules),
    ...each(rules, `${field}.rules`, (rule, path) => validateRule(rule, path, context)),
  ];
}
