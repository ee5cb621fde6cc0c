import { type Fields, child, fill, fillText } from '../../fields/fill.ts';
import { defaultPodTemplate } from '../../pod-template/pod-defaults.ts';

/** Fills the defaults of a Deployment (Kubernetes: `apis/apps/v1/defaults.go`). */
export function defaultDeployment(object: Fields): void {
  const spec = child(object, 'spec');
  fill(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
  const strategy = child(spec, 'strategy');
  fillText(strategy, { type: 'RollingUpdate' });
  if (strategy['type'] === 'RollingUpdate') {
    fill(child(strategy, 'rollingUpdate'), { maxUnavailable: '25%', maxSurge: '25%' });
  }
  defaultPodTemplate(spec);
}
