import type { V1Pod, V1PodSpec } from '@pg8s/k8s-proto/generated/models';

/** A Pod as strategies and subresources see it: with a spec, which its schema requires. */
export interface Pod extends V1Pod {
  spec: V1PodSpec;
}
