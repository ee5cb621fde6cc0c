import type { KubeObject } from '@pg8s/k8s-proto/object';
import { isSame } from '../generic/copy-object.ts';
import { fieldAt } from '../generic/kind-strategy.ts';

/** How often a DaemonSet's template changed; `apps/v1` has it in an annotation only (Kubernetes: `appsv1.DeprecatedTemplateGeneration`). */
const annotation = 'deprecated.daemonset.template.generation';

function write(object: KubeObject, generation: number): void {
  object.metadata.annotations = { ...object.metadata.annotations, [annotation]: String(generation) };
}

/** A new DaemonSet has its first template. */
export function startTemplateGeneration(object: KubeObject): void {
  write(object, 1);
}

/** Another template is another generation of it, whatever the client wrote. */
export function countTemplateGeneration(object: KubeObject, old: KubeObject): void {
  const before = Number(old.metadata.annotations?.[annotation] ?? 0);
  const same = isSame(fieldAt(object, 'spec.template'), fieldAt(old, 'spec.template'));
  write(object, same ? before : before + 1);
}
