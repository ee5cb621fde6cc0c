import { wasGivenEmpty } from '@pg8s/k8s-proto/conform/unprinted';
import { defaultClaim } from './core.ts';
import { child, existing, fill, fillText, items, type Fields } from '../fields/fill.ts';
import { defaultPodTemplate } from '../pod-template/pod-defaults.ts';

const maxInt32 = 2147483647;

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

export function defaultReplicaSet(object: Fields): void {
  const spec = child(object, 'spec');
  fill(spec, { replicas: 1 });
  defaultPodTemplate(spec);
}

function isEmpty(map: Fields | undefined): boolean {
  return map === undefined || Object.keys(map).length === 0;
}

function templateLabels(spec: Fields): Fields | undefined {
  return existing(existing(existing(spec, 'template'), 'metadata'), 'labels');
}

/** The oldest kinds are labelled as their Pods where they are not labelled. */
function labelAsTemplate(object: Fields, labels: Fields | undefined): void {
  const metadata = child(object, 'metadata');
  if (labels !== undefined && isEmpty(existing(metadata, 'labels'))) metadata['labels'] = { ...labels };
}

/** Selector and labels come from the template where they are not said. */
export function defaultReplicationController(object: Fields): void {
  const spec = child(object, 'spec');
  fill(spec, { replicas: 1 });
  const labels = templateLabels(spec);
  if (labels !== undefined && isEmpty(existing(spec, 'selector'))) spec['selector'] = { ...labels };
  labelAsTemplate(object, labels);
  defaultPodTemplate(spec);
}

export function defaultStatefulSet(object: Fields): void {
  const spec = child(object, 'spec');
  fillText(spec, { podManagementPolicy: 'OrderedReady' });
  fill(spec, { replicas: 1, revisionHistoryLimit: 10 });
  const strategy = child(spec, 'updateStrategy');
  if (!strategy['type']) {
    strategy['type'] = 'RollingUpdate';
    fill(child(strategy, 'rollingUpdate'), { partition: 0 });
  } else if (strategy['type'] === 'RollingUpdate') {
    const rolling = existing(strategy, 'rollingUpdate');
    if (rolling !== undefined) fill(rolling, { partition: 0 });
  }
  fillText(child(spec, 'persistentVolumeClaimRetentionPolicy'), {
    whenDeleted: 'Retain',
    whenScaled: 'Retain',
  });
  for (const claim of items(spec, 'volumeClaimTemplates')) {
    fillText(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' });
    defaultClaim(claim);
  }
  defaultPodTemplate(spec);
}

/** How often a DaemonSet's template changed (Kubernetes: `appsv1.DeprecatedTemplateGeneration`). */
export const templateGeneration = 'deprecated.daemonset.template.generation';

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

export function defaultJob(object: Fields): void {
  const spec = child(object, 'spec');
  labelAsTemplate(object, templateLabels(spec));
  if (spec['completions'] === undefined && spec['parallelism'] === undefined) spec['completions'] = 1;
  fill(spec, {
    parallelism: 1,
    backoffLimit: spec['backoffLimitPerIndex'] === undefined ? 6 : maxInt32,
    completionMode: 'NonIndexed',
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: spec['podFailurePolicy'] === undefined ? 'TerminatingOrFailed' : 'Failed',
  });
  for (const rule of items(existing(spec, 'podFailurePolicy'), 'rules')) {
    for (const pattern of items(rule, 'onPodConditions')) fillText(pattern, { status: 'True' });
  }
  defaultPodTemplate(spec);
}

export function defaultCronJob(object: Fields): void {
  const spec = child(object, 'spec');
  fillText(spec, { concurrencyPolicy: 'Allow' });
  fill(spec, { suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 });
  defaultPodTemplate(existing(existing(spec, 'jobTemplate'), 'spec'));
}

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

/** In the older version the same wish has a field of its own. */
export function defaultAutoscalerV1(object: Fields): void {
  fill(child(object, 'spec'), { minReplicas: 1 });
}
