import { type Fields, child, fill } from '../../fields/fill.ts';
import { defaultPodTemplate } from '../../pod-template/pod-defaults.ts';

export function defaultReplicaSet(object: Fields): void {
  const spec = child(object, 'spec');
  fill(spec, { replicas: 1 });
  defaultPodTemplate(spec);
}
