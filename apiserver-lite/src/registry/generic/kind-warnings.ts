import type { KubeObject } from '@pg8s/k8s-proto/object';

/** What a kind warns of: `old` is absent on create. */
export type KindWarnings<T extends KubeObject = KubeObject> = (object: T, old?: T) => string[];
