import type {
  V1DaemonSetSpec,
  V1DeploymentSpec,
  V1JobSpec,
  V1CronJobSpec,
  V1LabelSelector,
  V1PodTemplateSpec,
  V1ReplicaSetSpec,
  V1ReplicationControllerSpec,
  V1StatefulSetSpec,
} from '@kubernetes/client-node';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../server/status-error.ts';
import { copyOf, isSame } from '../generic/copy-object.ts';
import { formatLabelSelector, selects } from '../generic/label-selector.ts';
import { forbiddenField, invalidEach, invalidValue, notSupported, required } from './field-errors.ts';
import { validPercent } from './formats.ts';
import { isEmptySelector, validateLabelSelector } from './label-selector.ts';
import { immutable } from './metadata.ts';
import { validatePodTemplate } from './pod/pod-template.ts';

const notNegative = 'must be greater than or equal to 0';

function specOf<T>(object: KubeObject): T {
  return (object['spec'] ?? {}) as T;
}

function atLeastZero(field: string, value: number | undefined): FieldError[] {
  return value !== undefined && value < 0 ? [invalidValue(field, value, notNegative)] : [];
}

/** A number of Pods or a percentage of them. */
function validateShare(field: string, value: unknown): FieldError[] {
  if (typeof value === 'number') return atLeastZero(field, value);
  return typeof value === 'string' ? invalidEach(field, value, validPercent(value)) : [];
}

function shareValue(value: unknown): number {
  return typeof value === 'string' ? Number.parseInt(value, 10) : Number(value ?? 0);
}

/** A controller's selector must be there, and select what its template makes. */
function validateSelector(selector: V1LabelSelector | undefined, kind: string): FieldError[] {
  if (selector === undefined) return [required('spec.selector')];
  const findings = validateLabelSelector(selector, 'spec.selector');
  if (isEmptySelector(selector)) {
    findings.push(invalidValue('spec.selector', selector, `empty selector is invalid for ${kind}`));
  }
  return findings;
}

function validateTemplate(
  template: V1PodTemplateSpec | undefined,
  selector: unknown,
  restartPolicies: readonly string[] = ['Always'],
): FieldError[] {
  const findings: FieldError[] = [];
  const labels = template?.metadata?.labels;
  if (formatLabelSelector(selector) !== '' && !selects(selector, labels)) {
    findings.push(
      invalidValue(
        'spec.template.metadata.labels',
        labels ?? {},
        '`selector` does not match template `labels`',
      ),
    );
  }
  findings.push(...validatePodTemplate(template, 'spec.template'));
  const policy = template?.spec?.restartPolicy;
  if (policy && !restartPolicies.includes(policy)) {
    findings.push(notSupported('spec.template.spec.restartPolicy', policy, restartPolicies));
  }
  if (template?.spec?.activeDeadlineSeconds !== undefined && restartPolicies.includes('Always')) {
    findings.push(
      forbiddenField(
        'spec.template.spec.activeDeadlineSeconds',
        'activeDeadlineSeconds in this kind of object is not Supported',
      ),
    );
  }
  return findings;
}

export function validateDeployment(object: KubeObject): FieldError[] {
  const spec = specOf<V1DeploymentSpec>(object);
  const findings = [
    ...atLeastZero('spec.replicas', spec.replicas),
    ...validateSelector(spec.selector, 'deployment'),
    ...validateTemplate(spec.template, spec.selector),
  ];
  const { type, rollingUpdate } = spec.strategy ?? {};
  if (type === 'Recreate' && rollingUpdate !== undefined) {
    findings.push(
      forbiddenField(
        'spec.strategy.rollingUpdate',
        "may not be specified when strategy `type` is 'Recreate'",
      ),
    );
  } else if (type === 'RollingUpdate' && rollingUpdate !== undefined) {
    const { maxUnavailable, maxSurge } = rollingUpdate as { maxUnavailable?: unknown; maxSurge?: unknown };
    const path = 'spec.strategy.rollingUpdate';
    findings.push(
      ...validateShare(`${path}.maxUnavailable`, maxUnavailable),
      ...validateShare(`${path}.maxSurge`, maxSurge),
    );
    if (shareValue(maxUnavailable) === 0 && shareValue(maxSurge) === 0) {
      findings.push(
        invalidValue(`${path}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'),
      );
    }
    if (typeof maxUnavailable === 'string' && shareValue(maxUnavailable) > 100) {
      findings.push(invalidValue(`${path}.maxUnavailable`, maxUnavailable, 'must not be greater than 100%'));
    }
  } else if (type !== undefined && type !== 'Recreate' && type !== 'RollingUpdate') {
    findings.push(notSupported('spec.strategy.type', type, ['Recreate', 'RollingUpdate']));
  }
  const { minReadySeconds, revisionHistoryLimit, progressDeadlineSeconds } = spec;
  findings.push(
    ...atLeastZero('spec.minReadySeconds', minReadySeconds),
    ...atLeastZero('spec.revisionHistoryLimit', revisionHistoryLimit),
    ...atLeastZero('spec.progressDeadlineSeconds', progressDeadlineSeconds),
  );
  if (progressDeadlineSeconds !== undefined && progressDeadlineSeconds <= (minReadySeconds ?? 0)) {
    findings.push(
      invalidValue(
        'spec.progressDeadlineSeconds',
        progressDeadlineSeconds,
        'must be greater than minReadySeconds',
      ),
    );
  }
  return findings;
}

export function validateReplicaSet(object: KubeObject): FieldError[] {
  const spec = specOf<V1ReplicaSetSpec>(object);
  return [
    ...atLeastZero('spec.replicas', spec.replicas),
    ...atLeastZero('spec.minReadySeconds', spec.minReadySeconds),
    ...validateSelector(spec.selector, 'ReplicaSet'),
    ...validateTemplate(spec.template, spec.selector),
  ];
}

export function validateReplicationController(object: KubeObject): FieldError[] {
  const spec = specOf<V1ReplicationControllerSpec>(object);
  const empty = Object.keys(spec.selector ?? {}).length === 0;
  return [
    ...atLeastZero('spec.minReadySeconds', spec.minReadySeconds),
    ...(empty ? [required('spec.selector')] : []),
    ...atLeastZero('spec.replicas', spec.replicas),
    ...(spec.template === undefined
      ? [required('spec.template')]
      : validateTemplate(spec.template, spec.selector)),
  ];
}

export function validateDaemonSet(object: KubeObject): FieldError[] {
  const spec = specOf<V1DaemonSetSpec>(object);
  const findings = [
    ...validateSelector(spec.selector, 'daemonset'),
    ...validateTemplate(spec.template, spec.selector),
  ];
  const { type } = spec.updateStrategy ?? {};
  if (type !== undefined && type !== 'OnDelete' && type !== 'RollingUpdate') {
    findings.push(notSupported('spec.updateStrategy.type', type, ['OnDelete', 'RollingUpdate']));
  }
  return [
    ...findings,
    ...atLeastZero('spec.minReadySeconds', spec.minReadySeconds),
    ...atLeastZero('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
  ];
}

export function validateStatefulSet(object: KubeObject): FieldError[] {
  const spec = specOf<V1StatefulSetSpec>(object);
  const findings: FieldError[] = [];
  const { podManagementPolicy, updateStrategy } = spec;
  const policies = ['OrderedReady', 'Parallel'];
  if (!podManagementPolicy) findings.push(required('spec.podManagementPolicy'));
  else if (!policies.includes(podManagementPolicy)) {
    findings.push(
      invalidValue('spec.podManagementPolicy', podManagementPolicy, "must be 'OrderedReady' or 'Parallel'"),
    );
  }
  const type = updateStrategy?.type;
  if (!type) findings.push(required('spec.updateStrategy'));
  else if (type !== 'OnDelete' && type !== 'RollingUpdate') {
    findings.push(
      invalidValue('spec.updateStrategy', updateStrategy, "must be 'RollingUpdate' or 'OnDelete'"),
    );
  }
  return [
    ...findings,
    ...atLeastZero('spec.replicas', spec.replicas),
    ...atLeastZero('spec.minReadySeconds', spec.minReadySeconds),
    ...validateSelector(spec.selector, 'statefulset'),
    ...validateTemplate(spec.template, spec.selector),
  ];
}

const statefulSetMutable = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const;

/** Of a StatefulSet's spec only what its Pods are, and how many, may change. */
export function validateStatefulSetUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const next = copyOf(specOf<V1StatefulSetSpec>(object));
  const before = specOf<V1StatefulSetSpec>(old);
  for (const field of statefulSetMutable) {
    if (before[field] === undefined) delete next[field];
    else Object.assign(next, { [field]: before[field] });
  }
  return isSame(next, before)
    ? []
    : [
        forbiddenField(
          'spec',
          `updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden`,
        ),
      ];
}

function validateJobSpec(spec: V1JobSpec, field = 'spec'): FieldError[] {
  const findings: FieldError[] = [];
  for (const name of [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
  ] as const) {
    findings.push(...atLeastZero(`${field}.${name}`, spec[name]));
  }
  const modes = ['NonIndexed', 'Indexed'];
  if (spec.completionMode && !modes.includes(spec.completionMode)) {
    findings.push(notSupported(`${field}.completionMode`, spec.completionMode, modes));
  }
  if (spec.completionMode === 'Indexed' && spec.completions === undefined) {
    findings.push(required(`${field}.completions`, 'when completion mode is Indexed'));
  }
  findings.push(...validatePodTemplate(spec.template, `${field}.template`));
  const policy = spec.template?.spec?.restartPolicy;
  if (policy === '' || policy === undefined || policy === 'Always') {
    findings.push(
      policy === 'Always'
        ? notSupported(`${field}.template.spec.restartPolicy`, policy, ['OnFailure', 'Never'])
        : required(`${field}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"'),
    );
  }
  return findings;
}

export function validateJob(object: KubeObject): FieldError[] {
  const spec = specOf<V1JobSpec>(object);
  const findings = validateJobSpec(spec);
  if (spec.selector === undefined) findings.unshift(required('spec.selector'));
  else if (!selects(spec.selector, spec.template?.metadata?.labels)) {
    findings.push(
      invalidValue(
        'spec.template.metadata.labels',
        spec.template?.metadata?.labels ?? {},
        '`selector` does not match template `labels`',
      ),
    );
  }
  return findings;
}

export function validateJobUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const [next, before] = [specOf<V1JobSpec>(object), specOf<V1JobSpec>(old)];
  const findings: FieldError[] = [];
  for (const field of [
    'completions',
    'selector',
    'template',
    'completionMode',
    'backoffLimitPerIndex',
  ] as const) {
    const elastic =
      field === 'completions' && before.completionMode === 'Indexed' && next.completions === next.parallelism;
    const held = field === 'template' && before.suspend === true;
    if (elastic || held || isSame(next[field], before[field])) continue;
    findings.push(invalidValue(`spec.${field}`, next[field], immutable));
  }
  return findings;
}

const maxCronJobNameBytes = 52;

export function validateCronJob(object: KubeObject): FieldError[] {
  const spec = specOf<V1CronJobSpec>(object);
  const findings: FieldError[] = [];
  if (!spec.schedule) findings.push(required('spec.schedule'));
  else if (spec.schedule.includes('TZ')) {
    findings.push(
      invalidValue(
        'spec.schedule',
        spec.schedule,
        'cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
      ),
    );
  } else if (!spec.schedule.startsWith('@') && spec.schedule.trim().split(/\s+/).length !== 5) {
    const count = spec.schedule.trim().split(/\s+/).length;
    findings.push(
      invalidValue(
        'spec.schedule',
        spec.schedule,
        `expected exactly 5 fields, found ${count}: [${spec.schedule.trim().split(/\s+/).join(' ')}]`,
      ),
    );
  }
  const policies = ['Allow', 'Forbid', 'Replace'];
  if (!spec.concurrencyPolicy) findings.push(required('spec.concurrencyPolicy'));
  else if (!policies.includes(spec.concurrencyPolicy)) {
    findings.push(notSupported('spec.concurrencyPolicy', spec.concurrencyPolicy, policies));
  }
  findings.push(
    ...atLeastZero('spec.startingDeadlineSeconds', spec.startingDeadlineSeconds),
    ...atLeastZero('spec.successfulJobsHistoryLimit', spec.successfulJobsHistoryLimit),
    ...atLeastZero('spec.failedJobsHistoryLimit', spec.failedJobsHistoryLimit),
  );
  const template = spec.jobTemplate?.spec;
  if (template !== undefined) findings.push(...validateJobSpec(template, 'spec.jobTemplate.spec'));
  if (Buffer.byteLength(object.metadata.name ?? '') > maxCronJobNameBytes) {
    findings.push(
      invalidValue(
        'metadata.name',
        object.metadata.name,
        `must be no more than ${maxCronJobNameBytes} characters`,
      ),
    );
  }
  return findings;
}
