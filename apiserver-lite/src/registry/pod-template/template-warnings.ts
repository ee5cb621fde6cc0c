import type { V1PodTemplateSpec } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { dns1123Label } from '../fields/formats.ts';
import type { KindWarnings } from '../generic/kind-warnings.ts';
import { podWarnings } from './pod-warnings.ts';

/** An object that makes Pods of a template. */
interface Workload extends KubeObject {
  spec?: { template?: V1PodTemplateSpec };
}

/** A name that containers will see, and that not every program takes for one. */
export function nameWarnings({ metadata }: KubeObject, use: string): string[] {
  const wrong = dns1123Label(metadata.name ?? '');
  if (wrong.length === 0) return [];
  const advice = 'which can result in surprising behavior; a DNS label is recommended';
  return [`metadata.name: this is used in ${use}, ${advice}: [${wrong.join(' ')}]`];
}

/** What the name of a workload is used in. */
export const podNames = 'Pod names and hostnames';

/** An update that is no other generation says nothing new; one that only scales says it all again. */
export function isSameGeneration({ metadata }: KubeObject, old: KubeObject | undefined): boolean {
  return old !== undefined && metadata.generation === old.metadata.generation;
}

/** Warnings of the Pod template, unless it is unchanged. */
/** Warnings for the template of a new object, or of one that has changed. */
export function templateWarnings(object: Workload, old?: Workload): string[] {
  if (isSameGeneration(object, old)) return [];
  return podWarnings(object.spec?.template ?? {}, 'spec.template.');
}

/** Deployments and the like: their names become those of Pods. */
export const workloadWarnings: KindWarnings<Workload> = (object, old) => [
  ...(old === undefined ? nameWarnings(object, podNames) : []),
  ...templateWarnings(object, old),
];
