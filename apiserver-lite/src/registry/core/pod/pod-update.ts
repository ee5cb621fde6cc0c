import type { V1Container, V1PodSpec, V1Toleration } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { copyOf, isSame } from '../../generic/copy-object.ts';
import { describeChange } from '../../fields/describe-change.ts';
import { forbiddenField, invalidValue, required } from '../../fields/field-errors.ts';
import { each } from '../../fields/rules.ts';
import { allowNarrower } from './gated-pod.ts';
import { validateTolerations } from '../../pod-template/scheduling/tolerations.ts';

const mutable = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

const maxSeconds = 2147483647;

function validateDeadline(next: V1PodSpec, old: V1PodSpec): FieldError | undefined {
  const field = 'spec.activeDeadlineSeconds';
  const [now, before] = [next.activeDeadlineSeconds ?? undefined, old.activeDeadlineSeconds ?? undefined];
  if (now === undefined) {
    const detail = 'must not update from a positive integer to nil value';
    return before === undefined ? undefined : invalidValue(field, undefined, detail);
  }
  if (now < 0 || now > maxSeconds) {
    return invalidValue(field, now, `must be between 0 and ${maxSeconds}, inclusive`);
  }
  return before !== undefined && now > before
    ? invalidValue(field, now, 'must be less than or equal to previous value')
    : undefined;
}

function withoutSeconds(toleration: V1Toleration): V1Toleration {
  const { tolerationSeconds: _seconds, ...rest } = toleration;
  return rest;
}

function validateAddedTolerations(next: V1PodSpec, old: V1PodSpec): FieldError[] {
  const field = 'spec.tolerations';
  const kept = (old.tolerations ?? []).every((before) =>
    (next.tolerations ?? []).some((now) => isSame(withoutSeconds(now), withoutSeconds(before))),
  );
  return kept
    ? validateTolerations(next.tolerations, field)
    : [forbiddenField(field, 'existing toleration can not be modified except its tolerationSeconds')];
}

function validateGates(next: V1PodSpec, old: V1PodSpec): FieldError[] {
  const known = new Set((old.schedulingGates ?? []).map(({ name }) => name));
  return each(next.schedulingGates, 'spec.schedulingGates', ({ name }, path) =>
    known.has(name)
      ? []
      : [forbiddenField(`${path}.name`, `only deletion is allowed, but found new scheduling gate '${name}'`)],
  );
}

/** The new spec with the old values of what may change: what then still differs is refused. */
function withOldValues(next: V1PodSpec, old: V1PodSpec): V1PodSpec {
  const masked = copyOf(next);
  for (const list of ['containers', 'initContainers'] as const) {
    for (const [index, container] of (masked[list] ?? []).entries()) {
      const image = old[list]?.[index]?.image;
      if (image === undefined) delete container.image;
      else container.image = image;
    }
  }
  for (const field of ['activeDeadlineSeconds', 'tolerations', 'schedulingGates'] as const) {
    if (old[field] === undefined) delete masked[field];
    else Object.assign(masked, { [field]: old[field] });
  }
  const grace = old.terminationGracePeriodSeconds;
  if (typeof grace === 'number' && grace < 0 && masked.terminationGracePeriodSeconds === 1) {
    masked.terminationGracePeriodSeconds = grace;
  }
  return masked;
}

function requireImages(list: readonly V1Container[] | undefined, field: string): FieldError[] {
  return each(list, field, ({ image }, path) => {
    if (!image) return [required(`${path}.image`)];
    return image === image.trim()
      ? []
      : [invalidValue(`${path}.image`, image, 'must not have leading or trailing whitespace')];
  });
}

/** What an update of a Pod may change: hardly anything (Kubernetes: `core/validation.ValidatePodUpdate`). */
export function validatePodUpdate(next: V1PodSpec, old: V1PodSpec): FieldError[] {
  const findings: FieldError[] = [];
  for (const list of ['containers', 'initContainers'] as const) {
    const field = `spec.${list}`;
    if ((next[list] ?? []).length !== (old[list] ?? []).length) {
      return [...findings, forbiddenField(field, 'pod updates may not add or remove containers')];
    }
    findings.push(...requireImages(next[list], field));
  }
  const deadline = validateDeadline(next, old);
  if (deadline !== undefined) return [...findings, deadline];
  findings.push(...validateAddedTolerations(next, old), ...validateGates(next, old));
  const masked = withOldValues(next, old);
  if ((old.schedulingGates ?? []).length > 0) findings.push(...allowNarrower(masked, old));
  if (!isSame(masked, old)) {
    const change = describeChange('core.v1.PodSpec', old, masked);
    const detail = `pod updates may not change fields other than ${mutable}\n${change}`;
    findings.push(forbiddenField('spec', detail));
  }
  return findings;
}
