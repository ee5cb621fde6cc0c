import { type Fields, child, fill, fillText } from '../../fields/fill.ts';
import { defaultPodTemplate } from '../../pod-template/pod-defaults.ts';

/** How often a DaemonSet's template changed (Kubernetes: `appsv1.DeprecatedTemplateGeneration`). */
export const templateGeneration = 'deprecated.daemonset.template.generation';

/** Fills the defaults of a DaemonSet (Kubernetes: `apis/apps/v1/defaults.go`). */
export function defaultDaemonSet(object: Fields): void {
  // Within the server it is a field, which is always there.
  fill(child(child(object, 'metadata'), 'annotations'), { [templateGeneration]: '0' });
  const spec = child(object, 'spec');
  fill(spec, { revisionHistoryLimit: 10 });
  const strategy = child(spec, 'updateStrategy');
  fillText(strategy, { type: 'RollingUpdate' });
  if (strategy['type'] === 'RollingUpdate') {
    fill(child(strategy, 'rollingUpdate'), { maxUnavailable: 1, maxSurge: 0 });
  }
  defaultPodTemplate(spec);
}
