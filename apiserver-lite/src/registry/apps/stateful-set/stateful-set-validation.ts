import type { StoreRequest } from '../../strategy.ts';
import { specOf } from '../../fields/spec-and-status.ts';
import type { V1PodSpec, V1StatefulSet, V1StatefulSetSpec } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { copyOf, isSame } from '../../generic/copy-object.ts';
import { forbiddenField, invalidValue, notSupported, required } from '../../fields/field-errors.ts';
import { dns1123Label } from '../../fields/formats.ts';
import { goValue } from '../../fields/go-value.ts';
import { validateAnnotations, validateLabels } from '../../fields/metadata.ts';
import { validatePodTemplate } from '../../pod-template/pod-template.ts';
import {
  atLeastZero,
  atMostHundredPercent,
  countOrPercent,
  each,
  formatted,
  numberOf,
} from '../../fields/rules.ts';
import { validateClaimSpec } from '../../core/persistent-volume-claim/claim-spec.ts';
import {
  validateEndless,
  validateSelected,
  validateSelector,
} from '../../pod-template/controlled-template.ts';

function validateStrategy({ updateStrategy }: V1StatefulSetSpec): FieldError[] {
  const field = 'spec.updateStrategy';
  const { type, rollingUpdate } = updateStrategy ?? {};
  if (!type) return [required(field)];
  if (type !== 'OnDelete' && type !== 'RollingUpdate') {
    return [
      invalidValue(
        field,
        goValue('apps.v1.StatefulSetUpdateStrategy', updateStrategy),
        "must be 'RollingUpdate' or 'OnDelete'",
      ),
    ];
  }
  if (rollingUpdate === undefined) return [];
  if (type === 'OnDelete') {
    const detail = "only allowed for updateStrategy 'RollingUpdate'";
    const value = goValue('apps.v1.RollingUpdateStatefulSetStrategy', rollingUpdate);
    return [invalidValue(`${field}.rollingUpdate`, value, detail)];
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

type ClaimTemplate = NonNullable<V1StatefulSetSpec['volumeClaimTemplates']>[number];

/**
 * The template as its Pods will have it: with a volume for each claim, to which one of the same name gives
 * way, and without the names of hosts, which the controller gives them.
 */
function asInPods({ template, volumeClaimTemplates }: V1StatefulSetSpec): V1StatefulSetSpec['template'] {
  const { hostname, subdomain } = template?.spec ?? {};
  const names = new Set((volumeClaimTemplates ?? []).map(({ metadata }) => metadata?.name ?? ''));
  if (names.size === 0 && !hostname && !subdomain) return template;
  const spec = copyOf(template?.spec ?? {}) as V1PodSpec;
  delete spec.hostname;
  delete spec.subdomain;
  if (names.size > 0) {
    const own = (spec.volumes ?? []).filter(({ name }) => !names.has(name));
    spec.volumes = [
      ...[...names].map((name) => ({ name, persistentVolumeClaim: { claimName: name } })),
      ...own,
    ];
  }
  return { ...template, spec };
}

function validateTemplate(spec: V1StatefulSetSpec, old?: V1StatefulSetSpec['template']): FieldError[] {
  return [
    ...validateSelected(spec.template, spec.selector),
    ...validatePodTemplate(asInPods(spec), 'spec.template', old),
    // Once more (Kubernetes: `apps/validation.ValidatePodTemplateSpecForStatefulSet`).
    ...validateLabels(spec.template?.metadata?.labels, 'spec.template.labels'),
    ...validateAnnotations(spec.template?.metadata?.annotations, 'spec.template.annotations'),
  ];
}

function validateClaims({ volumeClaimTemplates }: V1StatefulSetSpec): FieldError[] {
  return each<ClaimTemplate>(volumeClaimTemplates, 'spec.volumeClaimTemplates', ({ spec }, path) =>
    validateClaimSpec(spec ?? {}, `${path}.spec`),
  );
}

/** Kubernetes: `apps/validation.ValidateStatefulSetSpec`. */
export function validateStatefulSet(
  object: V1StatefulSet,
  _request: StoreRequest,
  old?: V1StatefulSet,
): FieldError[] {
  const spec = specOf(object);
  const { podManagementPolicy: policy, ordinals } = spec;
  const findings: FieldError[] = [];
  if (!policy) findings.push(required('spec.podManagementPolicy'));
  else if (policy !== 'OrderedReady' && policy !== 'Parallel') {
    findings.push(invalidValue('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'"));
  }
  const { findings: selected, broken } = validateSelector(spec.selector, {
    whenEmpty: 'empty selector is invalid for statefulset',
    whenBroken: '',
  });
  return [
    ...findings,
    ...validateStrategy(spec),
    ...validateRetention(spec),
    // What cannot be changed may be as it always was.
    ...(old === undefined ? validateClaims(spec) : []),
    ...atLeastZero('spec.replicas', spec.replicas),
    ...atLeastZero('spec.minReadySeconds', spec.minReadySeconds),
    ...atLeastZero('spec.ordinals.start', ordinals?.start),
    ...(old === undefined ? formatted('spec.serviceName', spec.serviceName, dns1123Label) : []),
    ...selected,
    ...(broken ? [] : validateTemplate(spec, old?.spec?.template)),
    ...validateEndless(spec.template, 'StatefulSet'),
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
export function validateStatefulSetUpdate(object: V1StatefulSet, old: V1StatefulSet): FieldError[] {
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
