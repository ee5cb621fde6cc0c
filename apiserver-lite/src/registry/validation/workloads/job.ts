import type { V1JobSpec, V1PodFailurePolicyRule } from '@kubernetes/client-node';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../server/status-error.ts';
import { isSame } from '../../generic/copy-object.ts';
import { selects } from '../../generic/label-selector.ts';
import { duplicate, invalidValue, notSupported, required, tooMany } from '../field-errors.ts';
import { validateLabelSelector } from '../label-selector.ts';
import { immutable } from '../metadata.ts';
import { validatePodTemplate } from '../pod/pod-template.ts';
import { atLeastZero, each, oneOfIfSet } from '../rules.ts';

const counts = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const;
const maxIndexed = 100000;
const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const operators = ['In', 'NotIn'];
const specOf = (object: KubeObject) => (object['spec'] ?? {}) as V1JobSpec;

/** A required value of which kube-apiserver names the choices: `valid values: ["A" "B"]`. */
function choice(field: string, value: string | undefined, supported: readonly string[]): FieldError[] {
  const list = supported.map((item) => JSON.stringify(item)).join(' ');
  return value ? oneOfIfSet(field, value, supported) : [required(field, `valid values: [${list}]`)];
}

function validateExitCodes(
  rule: V1PodFailurePolicyRule,
  field: string,
  containers: ReadonlySet<string>,
): FieldError[] {
  const { operator, values = [], containerName } = rule.onExitCodes ?? {};
  const findings = choice(`${field}.operator`, operator, operators);
  if (containerName !== undefined && !containers.has(containerName)) {
    const detail = 'must be one of the container or initContainer names in the pod template';
    findings.push(invalidValue(`${field}.containerName`, containerName, detail));
  }
  const path = `${field}.values`;
  if (values.length === 0) return [...findings, invalidValue(path, values, 'at least one value is required')];
  if (values.length > 255) return [...findings, tooMany(path, values.length, 255)];
  const seen = new Set<number>();
  findings.push(
    ...each(values, path, (code, place) => {
      const found: FieldError[] = [];
      if (code === 0 && operator === 'In')
        found.push(invalidValue(place, code, 'must not be 0 for the In operator'));
      if (seen.has(code)) found.push(duplicate(place, code));
      seen.add(code);
      return found;
    }),
  );
  const ordered = values.every((code, index) => index === 0 || (values[index - 1] ?? 0) <= code);
  return ordered ? findings : [...findings, invalidValue(path, values, 'must be ordered')];
}

function validateFailurePolicy(
  { podFailurePolicy: policy, template }: V1JobSpec,
  field: string,
): FieldError[] {
  if (policy === undefined) return [];
  const { containers = [], initContainers = [] } = template?.spec ?? {};
  const names = new Set([...containers, ...initContainers].map(({ name }) => name));
  const rules = policy.rules ?? [];
  if (rules.length > 20) return [tooMany(`${field}.rules`, rules.length, 20)];
  return each(rules, `${field}.rules`, (rule, path) => {
    const { onExitCodes, onPodConditions = [] } = rule;
    const findings = choice(`${path}.action`, rule.action, actions);
    if (onExitCodes !== undefined) findings.push(...validateExitCodes(rule, `${path}.onExitCodes`, names));
    findings.push(
      ...each(onPodConditions, `${path}.onPodConditions`, ({ status }, place) =>
        choice(`${place}.status`, status, ['False', 'True', 'Unknown']),
      ),
    );
    if (onExitCodes !== undefined && onPodConditions.length > 0) {
      const detail = 'specifying both OnExitCodes and OnPodConditions is not supported';
      findings.push(invalidValue(path, rule, detail));
    }
    if (onExitCodes === undefined && onPodConditions.length === 0) {
      findings.push(
        invalidValue(path, rule, 'specifying one of OnExitCodes and OnPodConditions is required'),
      );
    }
    return findings;
  });
}

function validateMode(spec: V1JobSpec, field: string): FieldError[] {
  const { completionMode: mode, completions, parallelism } = spec;
  const findings = oneOfIfSet(`${field}.completionMode`, mode, ['NonIndexed', 'Indexed']);
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    findings.push(required(`${field}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  }
  if (mode === 'Indexed') {
    if (completions === undefined) {
      findings.push(required(`${field}.completions`, 'when completion mode is Indexed'));
    }
    if (parallelism !== undefined && parallelism > maxIndexed) {
      const detail = `must be less than or equal to ${maxIndexed} when completion mode is Indexed`;
      findings.push(invalidValue(`${field}.parallelism`, parallelism, detail));
    }
    return findings;
  }
  for (const name of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
    if (spec[name] !== undefined) {
      findings.push(invalidValue(`${field}.${name}`, spec[name], 'requires indexed completion mode'));
    }
  }
  return findings;
}

/** What a Job does, of its own or as a template (Kubernetes: `batch/validation.validateJobSpec`). */
export function validateJobTemplate(spec: V1JobSpec, field: string): FieldError[] {
  const { podFailurePolicy, podReplacementPolicy } = spec;
  const findings = [
    ...counts.flatMap((name) => atLeastZero(`${field}.${name}`, spec[name])),
    ...validateMode(spec, field),
    ...validateFailurePolicy(spec, `${field}.podFailurePolicy`),
    ...oneOfIfSet(
      `${field}.podReplacementPolicy`,
      podReplacementPolicy,
      podFailurePolicy === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed'],
    ),
    ...validatePodTemplate(spec.template, `${field}.template`),
  ];
  const path = `${field}.template.spec.restartPolicy`;
  const policy = spec.template?.spec?.restartPolicy ?? '';
  if (policy === 'Always') findings.push(required(path, 'valid values: "OnFailure", "Never"'));
  else if (policy !== 'OnFailure' && policy !== 'Never') {
    findings.push(notSupported(path, policy, ['OnFailure', 'Never']));
  }
  if (podFailurePolicy !== undefined && policy !== 'Never') {
    findings.push(invalidValue(path, policy, 'only "Never" is supported when podFailurePolicy is specified'));
  }
  return findings;
}

const uidLabel = 'batch.kubernetes.io/controller-uid';

function generatedLabels({ metadata }: KubeObject): Record<string, string> {
  const [uid, name] = [metadata.uid ?? '', metadata.name ?? ''];
  return { [uidLabel]: uid, 'controller-uid': uid, 'batch.kubernetes.io/job-name': name, 'job-name': name };
}

/** Kubernetes: `batch/validation.ValidateJob`. */
export function validateJob(object: KubeObject): FieldError[] {
  const spec = specOf(object);
  const { selector, template, manualSelector } = spec;
  const findings: FieldError[] = [];
  if (manualSelector !== true && selector !== undefined && !selects(selector, generatedLabels(object))) {
    findings.push(invalidValue('spec.selector', selector, '`selector` not auto-generated'));
  }
  findings.push(...validateJobTemplate(spec, 'spec'));
  if (selector === undefined) return [...findings, required('spec.selector')];
  findings.push(...validateLabelSelector(selector, 'spec.selector'));
  const labels = template?.metadata?.labels;
  if (!selects(selector, labels)) {
    const detail = '`selector` does not match template `labels`';
    findings.push(invalidValue('spec.template.metadata.labels', labels ?? null, detail));
  }
  return findings;
}

/** What a Job does is said once; how many at a time may change (Kubernetes: `batch/validation.ValidateJobSpecUpdate`). */
export function validateJobUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const [next, before] = [specOf(object), specOf(old)];
  const started = (old['status'] as { startTime?: string } | undefined)?.startTime != null;
  const findings: FieldError[] = [];
  const fixed = [
    'completions',
    'selector',
    'template',
    'completionMode',
    'podFailurePolicy',
    'backoffLimitPerIndex',
    'managedBy',
    'successPolicy',
  ] as const;
  for (const field of fixed) {
    if (isSame(next[field], before[field])) continue;
    if (field === 'completions' && before.completionMode === 'Indexed') {
      if (next.completions === next.parallelism) continue;
      const detail = 'can only be modified in tandem with spec.parallelism';
      findings.push(invalidValue('spec.completions', next.completions, detail));
    } else if (field === 'template' && before.suspend === true && !started) continue;
    else findings.push(invalidValue(`spec.${field}`, next[field], immutable));
  }
  return findings;
}
