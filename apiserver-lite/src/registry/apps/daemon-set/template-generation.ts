import type { V1DaemonSet } from '@pg8s/k8s-proto/generated/models';
import { templateGeneration } from './daemon-set-defaults.ts';
import { isSame } from '../../generic/copy-object.ts';
import { fieldAt } from '../../generic/kind-strategy.ts';

function write(object: V1DaemonSet, generation: number): void {
  object.metadata.annotations = { ...object.metadata.annotations, [templateGeneration]: String(generation) };
}

function read(object: V1DaemonSet): number {
  return Number(object.metadata.annotations?.[templateGeneration] ?? 0);
}

/** A new DaemonSet has its first template, or the one that it says. */
export function startTemplateGeneration(object: V1DaemonSet): void {
  const said = read(object);
  write(object, said >= 1 ? said : 1);
}

/** Another template is another generation of it, whatever the client wrote. */
export function countTemplateGeneration(object: V1DaemonSet, old: V1DaemonSet): void {
  const before = read(old);
  const same = isSame(fieldAt(object, 'spec.template'), fieldAt(old, 'spec.template'));
  write(object, same ? before : before + 1);
}

/** It belongs to the spec, which the status endpoint leaves alone. */
export function keepTemplateGeneration(object: V1DaemonSet, old: V1DaemonSet): void {
  write(object, read(old));
}
