import { wasGivenEmpty } from '@pg8s/k8s-proto/conform/unprinted';
import { ownValue } from '@pg8s/k8s-proto/own-value';
import { type Fields, child, existing, fill, items } from '../../fields/fill.ts';

const metricsAnnotation = 'autoscaling.alpha.kubernetes.io/metrics';

const scalingRules: Readonly<Record<string, () => Fields>> = {
  scaleUp: () => ({
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
  }),
  scaleDown: () => ({
    selectPolicy: 'Max',
    policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
  }),
};

/** Scales by CPU at 80% where nothing else is asked for. */
export function defaultAutoscaler(object: Fields): void {
  const spec = child(object, 'spec');
  fill(spec, { minReplicas: 1 });
  if (items(spec, 'metrics').length === 0) {
    spec['metrics'] = [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
      },
    ];
  }
  const behavior = existing(spec, 'behavior');
  if (behavior === undefined) return;
  for (const [name, rules] of Object.entries(scalingRules)) {
    const given = child(behavior, name);
    // An empty list is none of the defaults; validation refuses it.
    if (wasGivenEmpty(given, 'policies')) given['policies'] = [];
    fill(given, rules());
  }
}

/** In the older version CPU has a field of its own, and other metrics are in an annotation. */
export function defaultAutoscalerV1(object: Fields): void {
  const spec = child(object, 'spec');
  fill(spec, { minReplicas: 1 });
  const annotations = existing(existing(object, 'metadata') ?? {}, 'annotations') ?? {};
  if (ownValue(annotations, metricsAnnotation) === undefined) {
    fill(spec, { targetCPUUtilizationPercentage: 80 });
  }
}
