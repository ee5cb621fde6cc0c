import type { V1Container, V1PodSpec, V1Toleration } from '@kubernetes/client-node';
import type { FieldError } from '../../../server/status-error.ts';
import { copyOf, isSame } from '../../generic/copy-object.ts';
import { forbiddenField, invalidValue, required } from '../field-errors.ts';
import { describeChange } from '../describe-change.ts';
import { each } from '../rules.ts';

const mutable = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

const same = (length: number, other: number) => length === other;

function validateDeadline(next: V1PodSpec, old: V1PodSpec): FieldError[] {
  const field = 'spec.activeDeadlineSeconds';
  if (old.activeDeadlineSeconds === undefined) return [];
  if (next.activeDeadlineSeconds === undefined) {
    return [invalidValue(field, undefined, 'must not update from a positive integer to nil value')];
  }
  return next.activeDeadlineSeconds > old.activeDeadlineSeconds
    ? [invalidValue(field, next.activeDeadlineSeconds, `must be less than or equal to previous value`)]
    : [];
}

function withoutSeconds(toleration: V1Toleration): V1Toleration {
  const { tolerationSeconds: _seconds, ...rest } = toleration;
  return rest;
}

function validateTolerations(next: V1PodSpec, old: V1PodSpec): FieldError[] {
  const kept = (old.tolerations ?? []).every((before) =>
    (next.tolerations ?? []).some((now) => isSame(withoutSeconds(now), withoutSeconds(before))),
  );
  return kept
    ? []
    : [
        forbiddenField(
          'spec.tolerations',
          'existing toleration can not be modified except its tolerationSeconds',
        ),
      ];
}

function validateGates(next: V1PodSpec, old: V1PodSpec): FieldError[] {
  const known = new Set((old.schedulingGates ?? []).map(({ name }) => name));
  return each(next.schedulingGates, 'spec.schedulingGates', ({ name }, path) =>
    known.has(name)
      ? []
      : [forbiddenField(`${path}.name`, `only deletion is allowed, but found new scheduling gate '${name}'`)],
  );
}

/** What may not change takes its old value; what then still differs is refused. */
function allowMutable(next: V1PodSpec, old: V1PodSpec): V1PodSpec {
  const masked = copyOf(next);
  const takeImages = (list: V1Container[] = [], before: V1Container[] = []) => {
    for (const [index, container] of list.entries()) {
      const image = before[index]?.image;
      if (image !== undefined) container.image = image;
    }
  };
  takeImages(masked.containers, old.containers);
  takeImages(masked.initContainers, old.initContainers);
  for (const field of ['activeDeadlineSeconds', 'tolerations', 'schedulingGates'] as const) {
    if (old[field] === undefined) delete masked[field];
    else Object.assign(masked, { [field]: old[field] });
  }
  const grace = old.terminationGracePeriodSeconds;
  if (grace !== undefined && grace < 0 && masked.terminationGracePeriodSeconds === 1) {
    masked.terminationGracePeriodSeconds = grace;
  }
  if ((old.schedulingGates ?? []).length > 0) {
    // A gated Pod may still be told where to go, more narrowly than before (KEP-3838).
    const narrowed = Object.entries(old.nodeSelector ?? {}).every(
      ([key, value]) => next.nodeSelector?.[key] === value,
    );
    if (narrowed && old.nodeSelector === undefined) delete masked.nodeSelector;
    else if (narrowed && old.nodeSelector !== undefined) masked.nodeSelector = old.nodeSelector;
    if (old.affinity?.nodeAffinity === undefined && old.affinity === undefined) delete masked.affinity;
  }
  return masked;
}

/** What an update of a Pod may change: hardly anything (Kubernetes: `core/validation.ValidatePodUpdate`). */
export function validatePodUpdate(next: V1PodSpec, old: V1PodSpec): FieldError[] {
  for (const list of ['containers', 'initContainers'] as const) {
    if (!same((next[list] ?? []).length, (old[list] ?? []).length)) {
      return [forbiddenField(`spec.${list}`, 'pod updates may not add or remove containers')];
    }
  }
  const findings = [
    ...(next.containers ?? []).flatMap(({ image = '' }, index) =>
      image === '' ? [required(`spec.containers[${index}].image`)] : [],
    ),
    ...validateDeadline(next, old),
    ...validateTolerations(next, old),
    ...validateGates(next, old),
  ];
  const masked = allowMutable(next, old);
  if (!isSame(masked, old)) {
    findings.push(
      forbiddenField(
        'spec',
        `pod updates may not change fields other than ${mutable}\n${describeChange('core.v1.PodSpec', old, masked)}`,
      ),
    );
  }
  return findings;
}

/** Debug containers come, and never change or go. */
export function validateEphemeralContainersUpdate(next: V1PodSpec, old: V1PodSpec): FieldError[] {
  return (old.ephemeralContainers ?? []).flatMap((before) => {
    const now = (next.ephemeralContainers ?? []).find(({ name }) => name === before.name);
    if (now === undefined) {
      return [
        forbiddenField(
          'spec.ephemeralContainers',
          `existing ephemeral containers ${JSON.stringify(before.name)} may not be removed`,
        ),
      ];
    }
    return isSame(now, before)
      ? []
      : [
          forbiddenField(
            'spec.ephemeralContainers',
            `existing ephemeral containers ${JSON.stringify(before.name)} may not be changed`,
          ),
        ];
  });
}

/** A resize neither adds nor removes kinds of resources, and keeps the Pod's quality of service. */
export function validatePodResize(next: V1PodSpec, old: V1PodSpec): FieldError[] {
  return next.containers.flatMap((container, index) => {
    const before = old.containers[index]?.resources ?? {};
    const now = container.resources ?? {};
    return (['limits', 'requests'] as const).flatMap((list) =>
      Object.keys(before[list] ?? {})
        .filter((name) => now[list]?.[name] === undefined)
        .map(() =>
          forbiddenField(`spec.containers[${index}].resources.${list}`, `resource ${list} cannot be removed`),
        ),
    );
  });
}
