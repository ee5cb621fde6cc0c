import type { V1DaemonSet } from '@pg8s/k8s-proto/generated/models';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { templateGeneration } from './daemon-set-defaults.ts';
import { isSame } from '../../generic/copy-object.ts';
import { fieldAt } from '../../generic/kind-strategy.ts';

function write(object: V1DaemonSet, generation: number): void {
  object.metadata.annotations = { ...object.metadata.annotations, [templateGeneration]: String(generation) };
}

function read(object: V1DaemonSet): number {
  return Number(object.metadata.annotations?.[templateGeneration] ?? 0);
}

const [lowest, highest] = [-(2n ** 63n), 2n ** 63n - 1n];

/** What keeps the annotation from being a number of 64 bits, in the words of Go's `strconv`. */
export function templateGenerationProblem({ metadata }: Partial<V1DaemonSet>): string | undefined {
  const text = metadata?.annotations?.[templateGeneration];
  if (text === undefined) return undefined;
  const problem = (why: string) => `strconv.ParseInt: parsing ${goQuote(text)}: ${why}`;
  const [, sign, digits] = /^([-+]?)([0-9]+)$/.exec(text) ?? [];
  if (digits === undefined) return problem('invalid syntax');
  const significant = digits.replace(/^0+/, '');
  if (significant.length > 19) return problem('value out of range');
  const value = BigInt(`${sign === '-' ? '-' : ''}${significant || '0'}`);
  return value < lowest || value > highest ? problem('value out of range') : undefined;
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
