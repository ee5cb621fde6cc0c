import type { V1JobSpec, V1SuccessPolicyRule } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidValue, required, tooLong, tooMany } from '../../fields/field-errors.ts';
import { goValue } from '../../fields/go-value.ts';
import { atLeastZero, each } from '../../fields/rules.ts';
import { countIndexes, IndexError } from './index-list.ts';

const maxRules = 20;
const maxIndexesBytes = 64 * 1024;

function validateRule(rule: V1SuccessPolicyRule, field: string, completions: number): FieldError[] {
  const { succeededCount: count, succeededIndexes: indexes } = rule;
  const findings: FieldError[] = [];
  if (count === undefined && indexes === undefined) {
    findings.push(required(field, 'at least one of succeededCount or succeededIndexes must be specified'));
  }
  let total = 0;
  if (indexes !== undefined) {
    const path = `${field}.succeededIndexes`;
    if (Buffer.byteLength(indexes) > maxIndexesBytes) findings.push(tooLong(path, maxIndexesBytes));
    try {
      total = countIndexes(indexes, completions);
    } catch (error) {
      if (!(error instanceof IndexError)) throw error;
      findings.push(invalidValue(path, indexes, `error parsing succeededIndexes: ${error.message}`));
    }
  }
  if (count === undefined) return findings;
  const path = `${field}.succeededCount`;
  const atMost = (limit: number, what: string) => {
    if (count > limit)
      findings.push(invalidValue(path, count, `must be less than or equal to ${limit} (${what})`));
  };
  findings.push(...atLeastZero(path, count));
  atMost(completions, 'the number of specified completions');
  if (indexes !== undefined) {
    atMost(total, 'the number of indexes in the specified succeededIndexes field');
  }
  return findings;
}

/**
 * When a Job has succeeded though not all of its indexes have (Kubernetes:
 * `batch/validation.validateSuccessPolicy`).
 */
export function validateSuccessPolicy(spec: V1JobSpec, field: string): FieldError[] {
  const { successPolicy: policy, completionMode, completions = 0 } = spec;
  if (policy === undefined) return [];
  if (completionMode !== 'Indexed') {
    return [
      invalidValue(field, goValue('batch.v1.SuccessPolicy', policy), 'requires indexed completion mode'),
    ];
  }
  const rules = policy.rules ?? [];
  const path = `${field}.rules`;
  const findings =
    rules.length === 0
      ? [required(path, 'at least one rules must be specified when the successPolicy is specified')]
      : [];
  if (rules.length > maxRules) findings.push(tooMany(path, rules.length, maxRules));
  return [...findings, ...each(rules, path, (rule, place) => validateRule(rule, place, completions))];
}
