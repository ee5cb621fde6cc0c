import type { V1StatefulSetSpec } from '@kubernetes/client-node';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../server/status-error.ts';
import { copyOf, isSame } from '../../generic/copy-object.ts';
import { formatLabelSelector, selects } from '../../generic/label-selector.ts';
import { forbiddenField, invalidValue, notSupported, required } from '../field-errors.ts';
import { validateAnnotations, validateLabels } from '../metadata.ts';
import { validatePodAnnotations } from '../pod/pod-annotations.ts';
import { atLeastZero, atMostHundredPercent, countOrPercent, numberOf } from '../rules.ts';
import { validateSelector } from './controlled-template.ts';

const specOf = (object: KubeObject) => (object['spec'] ?? {}) as V1StatefulSetSpec;

function validateStrategy({ updateStrategy }: V1StatefulSetSpec): FieldError[] {
  const field = 'spec.updateStrategy';
  const { type, rollingUpdate } = updateStrategy ?? {};
  if (!type) return [required(field)];
  if (type !== 'OnDelete' && type !== 'RollingUpdate') {
    return [invalidValue(field, updateStrategy, "must be 'RollingUpdate' or 'OnDelete'")];
  }
  if (rollingUpdate === undefined) return [];
  if (type === 'OnDelete') {
    const detail = "only allowed for updateStrategy 'RollingUpdate'";
    return [invalidValue(`${field}.rollingUpdate`, rollingUpdate, detail)];
  }
  const path = `${field}.rollingUpdate.maxUnavailable`;
  const { maxUnavailable } = rollingUpdate as { maxUnavailable?: unknown };
  const findings = [
    ...atLeastZero(`${field}.rollingUpdate.partition`, rollingUpdate.partition),
    ...countOrPercent(path, maxUnavailable),
  ];
  if (maxUnavailable !== undefined && numberOf(maxUnavailable) === 0) {
    findings.push(invalidValue(path, maxUnavailable, 'cannot be 0'));
  }
  return [...findings, ...atMostHundredPercent(path, maxUnavailable)];
}

function validateRetention({
  persistentVolumeClaimRetentionPolicy: policy,
}: V1StatefulSetSpec): FieldError[] {
  const field = 'spec.persistentVolumeClaimRetentionPolicy';
  return (['whenDeleted', 'whenScaled'] as const).flatMap((name) => {
    const value = policy?.[name];
    return value === undefined || value === 'Retain' || value === 'Delete'
      ? []
      : [notSupported(`${field}.${name}`, value, ['Retain', 'Delete'])];
  });
}

/** The template is only looked at from outside: its volumes come from claims too (Kubernetes: `ValidatePodTemplateSpecForStatefulSet`). */
function validateTemplate({ template, selector }: V1StatefulSetSpec): FieldError[] {
  const { metadata, spec } = template ?? {};
  const findings: FieldError[] = [];
  if (formatLabelSelector(selector) !== '' && !selects(selector, metadata?.labels)) {
    const detail = '`selector` does not match template `labels`';
    findings.push(invalidValue('spec.template.metadata.labels', metadata?.labels ?? null, detail));
  }
  const field = 'spec.template';
  findings.push(
    ...validateLabels(metadata?.labels, `${field}.labels`),
    ...validateAnnotations(metadata?.annotations, `${field}.annotations`),
    ...validatePodAnnotations(metadata, spec, `${field}.annotations`),
  );
  const { restartPolicy = '', activeDeadlineSeconds } = spec ?? {};
  if (restartPolicy !== 'Always') {
    findings.push(notSupported(`${field}.spec.restartPolicy`, restartPolicy, ['Always']));
  }
  if (activeDeadlineSeconds !== undefined) {
    const detail = 'activeDeadlineSeconds in StatefulSet is not Supported';
    findings.push(forbiddenField(`${field}.spec.activeDeadlineSeconds`, detail));
  }
  return findings;
}

/** Kubernetes: `apps/validation.ValidateStatefulSetSpec`. */
export function validateStatefulSet(object: KubeObject): FieldError[] {
  const spec = specOf(object);
  const { podManagementPolicy: policy, ordinals } = spec;
  const findings: FieldError[] = [];
  if (!policy) findings.push(required('spec.podManagementPolicy'));
  else if (policy !== 'OrderedReady' && policy !== 'Parallel') {
    findings.push(invalidValue('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'"));
  }
  return [
    ...findings,
    ...validateStrategy(spec),
    ...validateRetention(spec),
    ...atLeastZero('spec.replicas', spec.replicas),
    ...atLeastZero('spec.minReadySeconds', spec.minReadySeconds),
    ...atLeastZero('spec.ordinals.start', ordinals?.start),
    ...validateSelector(spec.selector, 'empty selector is invalid for statefulset'),
    ...validateTemplate(spec),
  ];
}

const mutable = [
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
  const next = copyOf(specOf(object));
  const before = specOf(old);
  for (const field of mutable) {
    if (before[field] === undefined) delete next[field];
    else Object.assign(next, { [field]: before[field] });
  }
  const names = `${mutable
    .slice(0, -1)
    .map((name) => `'${name}'`)
    .join(', ')} and 'minReadySeconds'`;
  return isSame(next, before)
    ? []
    : [forbiddenField('spec', `updates to statefulset spec for fields other than ${names} are forbidden`)];
}
