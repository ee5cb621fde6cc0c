import { specOf } from '../../fields/spec-and-status.ts';
import type { V1Job, V1JobSpec, V1PodSpec, V1PodTemplateSpec } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { copyOf, isSame } from '../../generic/copy-object.ts';
import { invalidValue } from '../../fields/field-errors.ts';
import { goValue, metaValue } from '../../fields/go-value.ts';
import { immutable } from '../../fields/metadata.ts';
import { validateJobSpec } from './job-validation.ts';

function validateCompletions(next: V1JobSpec, before: V1JobSpec): FieldError[] {
  const { completions, completionMode } = next;
  if (isSame(completions, before.completions)) return [];
  if (completionMode !== 'Indexed') return [invalidValue('spec.completions', completions, immutable)];
  return completions === undefined || completions === next.parallelism
    ? []
    : [invalidValue('spec.completions', completions, 'can only be modified in tandem with spec.parallelism')];
}

/** Where Pods go may still change while none was started (KEP-2926), and what they ask for (KEP-5440). */
function withDirectives(before: V1PodTemplateSpec, next: V1PodTemplateSpec): V1PodSpec | undefined {
  const old = copyOf(before);
  const { spec } = next;
  if (old.spec === undefined || spec === undefined) return old.spec;
  const { nodeSelector, tolerations, schedulingGates, affinity } = spec;
  Object.assign(old.spec, { nodeSelector, tolerations, schedulingGates });
  if (affinity !== undefined) {
    old.spec.affinity = { ...old.spec.affinity };
    Object.assign(old.spec.affinity, { nodeAffinity: affinity.nodeAffinity });
  } else if (old.spec.affinity !== undefined) {
    delete old.spec.affinity.nodeAffinity;
    if (Object.keys(old.spec.affinity).length === 0) delete old.spec.affinity;
  }
  for (const list of ['containers', 'initContainers'] as const) {
    for (const [index, container] of (old.spec[list] ?? []).entries()) {
      const { name, resources } = spec[list]?.[index] ?? {};
      if (name !== container.name || spec[list]?.length !== old.spec[list]?.length) continue;
      if (resources === undefined) delete container.resources;
      else container.resources = resources;
    }
  }
  return old.spec;
}

/** Nothing runs and, unless the Job was suspended again, nothing ever ran. */
function isIdle({ spec, status = {} }: V1Job): boolean {
  const suspended = status.conditions?.some(({ type, status: is }) => type === 'Suspended' && is === 'True');
  return spec?.suspend === true && (!status.startTime || suspended === true) && (status.active ?? 0) === 0;
}

function validateTemplate(next: V1JobSpec, old: V1Job): FieldError[] {
  const { template: before } = specOf(old);
  if (isIdle(old)) {
    // What is not the spec of the Pods may change then, all of its metadata.
    return isSame(next.template.spec, withDirectives(before, next.template))
      ? []
      : [invalidValue('spec.template.spec', goValue('core.v1.PodSpec', next.template.spec), immutable)];
  }
  return isSame(next.template, before)
    ? []
    : [invalidValue('spec.template', goValue('core.v1.PodTemplateSpec', next.template), immutable)];
}

/**
 * What a Job does is said once; how many at a time may change (Kubernetes:
 * `batch/validation.ValidateJobSpecUpdate`).
 */
export function validateJobUpdate(object: V1Job, old: V1Job): FieldError[] {
  const [next, before] = [specOf(object), specOf(old)];
  const fixed = (name: keyof V1JobSpec, printed: unknown = next[name]) =>
    isSame(next[name], before[name]) ? [] : [invalidValue(`spec.${name}`, printed, immutable)];
  return [
    // kube-apiserver asks this of the spec once for the object, and once for the change.
    ...validateJobSpec(next, before),
    ...validateCompletions(next, before),
    ...fixed('selector', metaValue('LabelSelector', next.selector)),
    ...validateTemplate(next, old),
    ...fixed('completionMode'),
    ...fixed('podFailurePolicy', goValue('batch.v1.PodFailurePolicy', next.podFailurePolicy)),
    ...fixed('backoffLimitPerIndex'),
    ...fixed('managedBy'),
    ...fixed('successPolicy', goValue('batch.v1.SuccessPolicy', next.successPolicy)),
  ];
}
