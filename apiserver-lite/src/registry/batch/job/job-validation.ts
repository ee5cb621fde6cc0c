import { specOf } from '../../fields/spec-and-status.ts';
import type { V1Job, V1JobSpec } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { selects } from '../../fields/label-selector-text.ts';
import { invalidValue, notSupported, required, tooLong } from '../../fields/field-errors.ts';
import { dns1123Label, domainPrefixedPath } from '../../fields/formats.ts';
import { givenMap } from '../../fields/given-value.ts';
import { metaValue } from '../../fields/go-value.ts';
import { validateLabelSelector } from '../../fields/label-selector.ts';
import { validatePodTemplate } from '../../pod-template/pod-template.ts';
import { atLeastZero, oneOfIfSet } from '../../fields/rules.ts';
import { validatePodFailurePolicy } from './pod-failure-policy.ts';
import { validateSuccessPolicy } from './success-policy.ts';

const counts = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const;
const maxIndexed = 100_000;
/** Beyond `maxIndexed` completions, with a limit per index. */
const maxOfMany = 10_000;
const maxManagedByBytes = 63;

function validateManager({ managedBy }: V1JobSpec, field: string): FieldError[] {
  if (managedBy === undefined) return [];
  if (managedBy === '') return [required(field)];
  const findings = domainPrefixedPath(managedBy).map(({ bad, detail }) => invalidValue(field, bad, detail));
  return Buffer.byteLength(managedBy) > maxManagedByBytes
    ? [...findings, tooLong(field, maxManagedByBytes)]
    : findings;
}

/** What holds for Jobs of very many indexes, each with a limit of its own (KEP-3850). */
function validateMany(spec: V1JobSpec, field: string): FieldError[] {
  const { completions = 0, parallelism = 0, maxFailedIndexes: failed, backoffLimitPerIndex } = spec;
  if (completions <= maxIndexed || backoffLimitPerIndex === undefined) return [];
  const detail = `must be less than or equal to ${maxOfMany} when completions are above ${maxIndexed} and used with backoff limit per index`;
  const findings: FieldError[] = [];
  if (failed === undefined) {
    const when = `must be specified when completions is above ${maxIndexed}`;
    findings.push(required(`${field}.maxFailedIndexes`, when));
  }
  if (parallelism > maxOfMany) findings.push(invalidValue(`${field}.parallelism`, parallelism, detail));
  if (failed !== undefined && failed > maxOfMany) {
    findings.push(invalidValue(`${field}.maxFailedIndexes`, failed, detail));
  }
  return findings;
}

function validateMode(spec: V1JobSpec, field: string): FieldError[] {
  const { completionMode: mode, completions, parallelism, maxFailedIndexes: failed } = spec;
  const findings = oneOfIfSet(`${field}.completionMode`, mode, ['NonIndexed', 'Indexed']);
  if (mode === 'Indexed') {
    if (completions === undefined) {
      findings.push(required(`${field}.completions`, 'when completion mode is Indexed'));
    }
    if (parallelism !== undefined && parallelism > maxIndexed) {
      const detail = `must be less than or equal to ${maxIndexed} when completion mode is Indexed`;
      findings.push(invalidValue(`${field}.parallelism`, parallelism, detail));
    }
    const path = `${field}.maxFailedIndexes`;
    if (completions !== undefined && failed !== undefined && failed > completions) {
      findings.push(invalidValue(path, failed, 'must be less than or equal to completions'));
    }
    if (failed !== undefined && failed > maxIndexed) {
      findings.push(invalidValue(path, failed, `must be less than or equal to ${maxIndexed}`));
    }
    return [...findings, ...validateMany(spec, field)];
  }
  if (mode !== undefined && mode !== 'NonIndexed') return findings;
  for (const name of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
    if (spec[name] !== undefined) {
      findings.push(invalidValue(`${field}.${name}`, spec[name], 'requires indexed completion mode'));
    }
  }
  return findings;
}

function validateRestart({ template, podFailurePolicy }: V1JobSpec, field: string): FieldError[] {
  const policy = template?.spec?.restartPolicy ?? '';
  if (policy === 'Always' || policy === '') return [required(field, 'valid values: "OnFailure", "Never"')];
  if (policy !== 'OnFailure' && policy !== 'Never') {
    return [notSupported(field, policy, ['OnFailure', 'Never'])];
  }
  return podFailurePolicy !== undefined && policy !== 'Never'
    ? [invalidValue(field, policy, 'only "Never" is supported when podFailurePolicy is specified')]
    : [];
}

/** What a Job does, of its own or as a template (Kubernetes: `batch/validation.validateJobSpec`). */
export function validateJobTemplate(spec: V1JobSpec, field: string, old?: V1JobSpec): FieldError[] {
  const { podFailurePolicy, podReplacementPolicy } = spec;
  const findings = counts.flatMap((name) => atLeastZero(`${field}.${name}`, spec[name]));
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    findings.push(required(`${field}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  }
  return [
    ...findings,
    ...validateManager(spec, `${field}.managedBy`),
    ...validateMode(spec, field),
    ...validatePodFailurePolicy(spec, `${field}.podFailurePolicy`),
    ...validateSuccessPolicy(spec, `${field}.successPolicy`),
    ...oneOfIfSet(
      `${field}.podReplacementPolicy`,
      podReplacementPolicy,
      podFailurePolicy === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed'],
    ),
    ...validatePodTemplate(spec.template, `${field}.template`, old?.template),
    ...validateRestart(spec, `${field}.template.spec.restartPolicy`),
  ];
}

const controllerUid = 'controller-uid';
const jobName = 'job-name';
const prefixed = (name: string) => `batch.kubernetes.io/${name}`;

/**
 * A selector of the server's own making is what it would make of this Job, and the template has its labels.
 */
function validateGeneratedSelector(object: V1Job): FieldError[] {
  const { manualSelector, selector, template } = specOf(object);
  if (manualSelector === true || !selector) return [];
  const [uid, name] = [object.metadata.uid ?? '', object.metadata.name ?? ''];
  const expected = {
    [controllerUid]: uid,
    [jobName]: name,
    [prefixed(controllerUid)]: uid,
    [prefixed(jobName)]: name,
  };
  const labels: Record<string, string> = template?.metadata?.labels ?? {};
  const findings = Object.entries(expected).flatMap(([key, value]) => {
    const field = `spec.template.metadata.labels[${key}]`;
    const detail = `must be '${value}'`;
    if (labels[key] === undefined) return [required(field, detail)];
    return labels[key] === value ? [] : [invalidValue(field, labels, detail)];
  });
  // One that is no selector is refused for that.
  const isWrong = validateLabelSelector(selector, 'spec.selector').length > 0;
  if (isWrong || selects(selector, expected)) return findings;
  const value = metaValue('LabelSelector', selector);
  return [...findings, invalidValue('spec.selector', value, '`selector` not auto-generated')];
}

/** What a Job's spec must be, new or changed (Kubernetes: `batch/validation.ValidateJobSpec`). */
export function validateJobSpec(spec: V1JobSpec, old?: V1JobSpec): FieldError[] {
  const { selector, template } = spec;
  const findings = validateJobTemplate(spec, 'spec', old);
  const wrong = validateLabelSelector(selector, 'spec.selector');
  if (!selector) findings.push(required('spec.selector'));
  else findings.push(...wrong);
  const labels = template?.metadata?.labels;
  if (wrong.length === 0 && !(selector && selects(selector, labels))) {
    const detail = '`selector` does not match template `labels`';
    const given = givenMap(template?.metadata, 'labels');
    findings.push(invalidValue('spec.template.metadata.labels', given, detail));
  }
  return findings;
}

/** The last of an indexed Job's Pods has the longest name, which must be a host name too. */
function validateHostnames({ metadata: { name = '' } }: KubeObject, spec: V1JobSpec): FieldError[] {
  const { completionMode, completions = 0 } = spec;
  if (completionMode !== 'Indexed' || completions <= 0) return [];
  const longest = `${name}-${completions - 1}`;
  if (dns1123Label(longest).length === 0) return [];
  const detail = `will not able to create pod with invalid DNS label: ${longest}`;
  return [invalidValue('metadata.name', name, detail)];
}

/** Kubernetes: `batch/validation.ValidateJob`. */
export function validateJob(object: V1Job): FieldError[] {
  const spec = specOf(object);
  return [...validateGeneratedSelector(object), ...validateJobSpec(spec), ...validateHostnames(object, spec)];
}
