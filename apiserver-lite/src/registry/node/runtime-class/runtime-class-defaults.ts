import type { V1RuntimeClass } from '@pg8s/k8s-proto/generated/models';
import { existing } from '../../fields/fill.ts';
import { roundResourceList } from '../../fields/resource-list.ts';

/** Quantities of the overhead are rounded, as those of Pods are (Kubernetes: `SetDefaults_ResourceList`). */
export function defaultRuntimeClass(object: V1RuntimeClass): void {
  roundResourceList(existing(existing(object, 'overhead'), 'podFixed'));
}
