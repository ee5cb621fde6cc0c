import type { KubeObject } from '@pg8s/k8s-proto/object';

/** Both ways between a served version of a kind and the one it is stored as. Neither changes its argument. */
export interface Conversion {
  toStored(object: KubeObject): KubeObject;
  fromStored(object: KubeObject): KubeObject;
}
