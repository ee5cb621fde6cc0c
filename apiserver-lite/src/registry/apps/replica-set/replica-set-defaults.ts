import { type Fields, child, fill } from '../../fields/fill.ts';
import { defaultPodTemplate } from '../../pod-template/pod-defaults.ts';

/** Fills the defaults of a ReplicaSet (Kubernetes: `apis/apps/v1/defaults.go`). */
export function defaultReplicaSet(object: Fields): void {
  const spec = child(object, 'spec');
  fill(spec, { replicas: 1 });
  defaultPodTemplate(spec);
}
