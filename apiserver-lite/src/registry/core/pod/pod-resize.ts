import { ownValue } from '@pg8s/k8s-proto/own-value';
import type {
  V1Container,
  V1PodSpec,
  V1PodStatus,
  V1ResourceRequirements,
} from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { forbiddenField, invalidValue } from '../../fields/field-errors.ts';
import { each } from '../../fields/rules.ts';
import { isSame } from '../../generic/copy-object.ts';

/** What a Pod is before and after, and the quality of service of both. */
export interface Resize {
  next: V1PodSpec;
  old: V1PodSpec;
  status: V1PodStatus;
  quality: { next: string; old: string; known: string };
}

type Requirements = V1ResourceRequirements | undefined;

const amounts = ['requests', 'limits'] as const;
const resizable = new Set(['cpu', 'memory']);

function others(list: Record<string, string> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(list ?? {}).filter(([name]) => !resizable.has(name)));
}

/** Whether nothing but processor and memory differs in requests and limits. */
function hasSameOthers(next: Requirements, old: Requirements): boolean {
  return amounts.every((list) => isSame(others(next?.[list]), others(old?.[list])));
}

/** Amounts that are there no more: their field, and what is said of it. */
function validateKept(
  next: Requirements,
  old: Requirements,
  { field, what }: { field: string; what: string },
): FieldError[] {
  return amounts
    .filter((list) =>
      Object.keys(old?.[list] ?? {}).some((name) => ownValue(next?.[list] ?? {}, name) === undefined),
    )
    .map((list) => forbiddenField(`${field}.${list}`, `${what} ${list} cannot be removed`));
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

/** What the node of a running container did not report it cannot change. */
function isSupported({ containerStatuses }: V1PodStatus): boolean {
  const running = (containerStatuses ?? []).find(({ state }) => state?.running);
  return running === undefined || (running.resources !== undefined && running.resources !== null);
}

const isSet = (resources: Requirements) =>
  amounts.some((list) => Object.keys(resources?.[list] ?? {}).length > 0);

/** Of the Pod as a whole (KEP-5419). */
function validatePodLevel({ resources: next }: V1PodSpec, { resources: old }: V1PodSpec): FieldError[] {
  if (!isSet(next) && !isSet(old)) return [];
  if (old && !next) return [forbiddenField('spec.resources', 'pod-level resources cannot be removed')];
  const findings = validateKept(next, old, { field: 'spec.resources', what: 'pod-level resource' });
  if (!hasSameOthers(next, old) || !isSame(next?.claims, old?.claims))
    findings.push(forbiddenField('spec', 'only cpu and memory resources are mutable at pod-level'));
  return findings;
}

/** Everything but processor and memory is as it was; claims never are (kube-apiserver drops them). */
function isOtherwiseSame(next: V1Container | undefined, old: V1Container): boolean {
  return (
    isSame(next?.resizePolicy ?? [], old.resizePolicy ?? []) &&
    (old.resources?.claims ?? []).length === 0 &&
    hasSameOthers(next?.resources, old.resources)
  );
}

function validateInitContainer(next: V1Container | undefined, old: V1Container, field: string): FieldError[] {
  const detail = 'only cpu and memory resources for init or sidecar containers are mutable';
  const findings = isOtherwiseSame(next, old) ? [] : [forbiddenField(field, detail)];
  if (next === undefined || next.restartPolicy === 'Always' || isSame(next, old)) return findings;
  const restarting = 'non-sidecar init containers with a resize policy of RestartContainer cannot be resized';
  const restarts = (next.resizePolicy ?? []).filter(
    ({ restartPolicy }) => restartPolicy === 'RestartContainer',
  );
  return [...findings, ...restarts.map(() => forbiddenField(field, restarting))];
}

/**
 * A resize keeps a Pod's quality of service, and changes processor and memory (Kubernetes:
 * `core/validation.ValidatePodResize`); `found` are the findings on the Pod as it will be.
 */
export function validatePodResize(
  { next, old, status, quality }: Resize,
  found: readonly FieldError[],
): FieldError[] {
  if (old.os?.name === 'windows') return [forbiddenField('[]', 'windows pods cannot be resized')];
  const findings: FieldError[] = [...found];
  if (quality.next !== quality.old) {
    const detail = 'Pod QOS Class may not change as a result of resizing';
    findings.push(invalidValue('spec', quality.known, detail));
  }
  if (!isSupported(status)) {
    findings.push(forbiddenField('spec', 'Pod running on node without support for resize'));
  }
  findings.push(...validatePodLevel(next, old));
  const reordered = (['containers', 'initContainers'] as const).flatMap((list) =>
    validateOrder(next, old, list),
  );
  if (reordered.length > 0) return [...findings, ...reordered];
  for (const list of ['initContainers', 'containers'] as const) {
    findings.push(
      ...each(old[list], `spec.${list}`, ({ resources }, path, index) =>
        validateKept(next[list]?.[index]?.resources, resources, {
          field: `${path}.resources`,
          what: 'resource',
        }),
      ),
    );
  }
  const onlyThese = forbiddenField('spec', 'only cpu and memory resources are mutable');
  for (const [index, container] of old.containers.entries()) {
    if (!isOtherwiseSame(next.containers[index], container)) findings.push(onlyThese);
  }
  findings.push(
    ...each(old.initContainers, 'spec.initContainers', (container, path, index) =>
      validateInitContainer(next.initContainers?.[index], container, path),
    ),
  );
  const appeared = Boolean(next.resources) !== Boolean(old.resources) && !isSet(next.resources);
  return findings.length === 0 && appeared ? [onlyThese] : findings;
}
