import type { KubeObject } from '@pg8s/k8s-proto/object';

/** What a kind warns of: `old` is absent on create. */
export type KindWarnings = (object: KubeObject, old?: KubeObject) => string[];
