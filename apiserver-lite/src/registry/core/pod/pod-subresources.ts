import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { V1Container, V1PodSpec } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { isSame } from '../../generic/copy-object.ts';
import { describeChange } from '../../fields/describe-change.ts';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { forbiddenField, invalidValue } from '../../fields/field-errors.ts';
import { each } from '../../fields/rules.ts';

/**
 * Debug containers come, and never change or go (Kubernetes:
 * `core/validation.ValidatePodEphemeralContainersUpdate`).
 */
export function validateEphemeralContainersUpdate(next: V1PodSpec, old: V1PodSpec): FieldError[] {
  const field = 'spec.ephemeralContainers';
  return (old.ephemeralContainers ?? []).flatMap((before) => {
    const now = next.ephemeralContainers?.find(({ name }) => name === before.name);
    const refuse = (what: string) => [
      forbiddenField(field, `existing ephemeral containers ${goQuote(before.name)} may not be ${what}`),
    ];
    if (now === undefined) return refuse('removed\n');
    if (isSame(now, before)) return [];
    return refuse(`changed\n${describeChange('core.v1.EphemeralContainer', before, now)}`);
  });
}

/** Requests and limits change, and never go. */
function validateKept(next: V1Container | undefined, old: V1Container, field: string): FieldError[] {
  return (['limits', 'requests'] as const).flatMap((list) => {
    const now = next?.resources?.[list] ?? {};
    return Object.keys(old.resources?.[list] ?? {}).some((name) => ownValue(now, name) === undefined)
      ? [forbiddenField(`${field}.resources.${list}`, `resource ${list} cannot be removed`)]
      : [];
  });
}

const resizable = new Set(['cpu', 'memory']);

function others(amounts: Record<string, string> | undefined): [string, string][] {
  return Object.entries(amounts ?? {}).filter(([name]) => !resizable.has(name));
}

/** Everything but how much processor and memory is as it was. */
function isOtherwiseSame(next: V1Container | undefined, old: V1Container): boolean {
  if (!isSame(next?.resizePolicy ?? [], old.resizePolicy ?? [])) return false;
  return (['limits', 'requests'] as const).every((list) => {
    const before = old.resources?.[list];
    if (before === undefined) return true;
    return isSame(Object.fromEntries(others(next?.resources?.[list])), Object.fromEntries(others(before)));
  });
}

/** What a Pod is before and after, and the quality of service of both. */
export interface Resize {
  next: V1PodSpec;
  old: V1PodSpec;
  quality: { next: string; old: string; known: string };
}

function validateOrder(next: V1PodSpec, old: V1PodSpec, list: 'containers' | 'initContainers'): FieldError[] {
  const [now, before] = [next[list] ?? [], old[list] ?? []];
  const field = `spec.${list}`;
  if (now.length !== before.length)
    return [forbiddenField(field, `${list} may not be added or removed on resize`)];
  const detail = `${list} may not be renamed or reordered on resize`;
  return each(before, field, ({ name }, path, index) =>
    now[index]?.name === name ? [] : [forbiddenField(`${path}.name`, detail)],
  );
}

/**
 * A resize keeps a Pod's quality of service, and changes processor and memory (Kubernetes:
 * `core/validation.ValidatePodResize`).
 */
export function validatePodResize({ next, old, quality }: Resize): FieldError[] {
  if (old.os?.name === 'windows') return [forbiddenField('[]', 'windows pods cannot be resized')];
  const findings: FieldError[] = [];
  if (quality.next !== quality.old) {
    const detail = 'Pod QOS Class may not change as a result of resizing';
    findings.push(invalidValue('spec', quality.known, detail));
  }
  const reordered = (['containers', 'initContainers'] as const).flatMap((list) =>
    validateOrder(next, old, list),
  );
  if (reordered.length > 0) return [...findings, ...reordered];
  findings.push(
    ...each(old.initContainers, 'spec.initContainers', (container, path, index) =>
      container.restartPolicy === 'Always' ? validateKept(next.initContainers?.[index], container, path) : [],
    ),
    ...each(old.containers, 'spec.containers', (container, path, index) =>
      validateKept(next.containers[index], container, path),
    ),
  );
  for (const [index, container] of old.containers.entries()) {
    if (isOtherwiseSame(next.containers[index], container)) continue;
    findings.push(forbiddenField('spec', 'only cpu and memory resources are mutable'));
  }
  for (const [index, container] of (old.initContainers ?? []).entries()) {
    const now = next.initContainers?.[index];
    if (container.restartPolicy !== 'Always') {
      if (isSame(now, container)) continue;
      findings.push(forbiddenField('spec', 'resources for non-sidecar init containers are immutable'));
    } else if (!isOtherwiseSame(now, container)) {
      const detail = 'only cpu and memory resources for sidecar containers are mutable';
      findings.push(forbiddenField('spec', detail));
    }
  }
  return findings;
}
