import type { KubeObject } from '@pg8s/k8s-proto/object';
import { templateGeneration } from './daemon-set-defaults.ts';
import { isSame } from '../../generic/copy-object.ts';
import { fieldAt } from '../../generic/kind-strategy.ts';

function write(object: KubeObject, generation: number): void {
  object.metadata.annotations = { ...object.metadata.annotations, [templateGeneration]: String(generation) };
}

function read(object: KubeObject): number {
  return Number(object.metadata.annotations?.[templateGeneration] ?? 0);
}

/** A new DaemonSet has its first template, or the one that it says. */
export function startTemplateGeneration(object: KubeObject): void {
  const said = read(object);
  write(object, said >= 1 ? said : 1);
}

/** Another template is another generation of it, whatever the client wrote. */
export function countTemplateGeneration(object: KubeObject, old: KubeObject): void {
  const before = read(old);
  const same = isSame(fieldAt(object, 'spec.template'), fieldAt(old, 'spec.template'));
  write(object, same ? before : before + 1);
}
