import { fullJobTemplate, fullTemplate } from './full-pod-spec.ts';
import type { FullManifest } from './full-manifest.ts';

const when = '2026-01-02T03:04:05Z';
const selector = {
  matchLabels: { walk: 'yes' },
  matchExpressions: [{ key: 'version', operator: 'In', values: ['1', '2'] }],
};
const conditions = [
  { type: 'Walked', status: 'True', reason: 'Walk', message: 'was here', lastTransitionTime: when },
  { type: 'Ran', status: 'False', lastTransitionTime: when },
];

const job = {
  parallelism: 2,
  completions: 4,
  completionMode: 'Indexed',
  activeDeadlineSeconds: 100,
  backoffLimitPerIndex: 1,
  maxFailedIndexes: 2,
  ttlSecondsAfterFinished: 5,
  suspend: true,
  podReplacementPolicy: 'Failed',
  podFailurePolicy: {
    rules: [
      { action: 'FailJob', onExitCodes: { containerName: 'main', operator: 'In', values: [3, 4] } },
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] },
    ],
  },
  template: { ...fullJobTemplate, spec: { ...fullJobTemplate.spec, restartPolicy: 'Never' } },
};

const behavior = {
  scaleDown: {
    stabilizationWindowSeconds: 60,
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 60 },
      { type: 'Percent', value: 10, periodSeconds: 60 },
    ],
    selectPolicy: 'Min',
  },
};
const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'walk' };

/** Full manifests of workloads and of what scales and protects them. */
export const fullWorkloads: readonly FullManifest[] = [
  {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    body: { revision: 2, data: { any: { thing: ['a', { b: 1 }] } } },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    body: {
      spec: {
        selector,
        template: fullTemplate,
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '10%', maxUnavailable: 0 } },
        minReadySeconds: 3,
        revisionHistoryLimit: 4,
      },
    },
    status: {
      currentNumberScheduled: 1,
      desiredNumberScheduled: 2,
      numberMisscheduled: 0,
      numberReady: 1,
      conditions,
    },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    body: {
      spec: {
        replicas: 2,
        selector,
        template: fullTemplate,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 1 } },
        minReadySeconds: 3,
        revisionHistoryLimit: 4,
        paused: true,
        progressDeadlineSeconds: 60,
      },
    },
    status: { observedGeneration: 1, replicas: 2, readyReplicas: 1, availableReplicas: 1, conditions },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    body: { spec: { replicas: 2, minReadySeconds: 3, selector, template: fullTemplate } },
    status: { replicas: 2, readyReplicas: 1, observedGeneration: 1, conditions },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    body: {
      spec: {
        replicas: 2,
        selector,
        template: fullTemplate,
        volumeClaimTemplates: [
          {
            metadata: { name: 'claim', labels: { own: 'yes' } },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        ],
        serviceName: 'walk',
        podManagementPolicy: 'Parallel',
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } },
        revisionHistoryLimit: 4,
        minReadySeconds: 3,
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' },
        ordinals: { start: 1 },
      },
    },
    status: { replicas: 2, readyReplicas: 1, currentRevision: 'a', updateRevision: 'b', conditions },
  },
  {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    body: { spec: { scaleTargetRef, minReplicas: 2, maxReplicas: 5, targetCPUUtilizationPercentage: 70 } },
    status: { currentReplicas: 1, desiredReplicas: 2, lastScaleTime: when },
  },
  {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    body: {
      spec: {
        scaleTargetRef,
        minReplicas: 2,
        maxReplicas: 5,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
          },
          {
            type: 'Pods',
            pods: {
              metric: { name: 'walks', selector: { matchLabels: { far: 'yes' } } },
              target: { type: 'AverageValue', averageValue: '1.5k' },
            },
          },
        ],
        behavior,
      },
    },
    status: {
      currentReplicas: 1,
      desiredReplicas: 2,
      conditions: [{ type: 'AbleToScale', status: 'True', reason: 'Walk', lastTransitionTime: when }],
    },
  },
  {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    body: {
      spec: {
        schedule: '*/5 * * * *',
        timeZone: 'Etc/UTC',
        startingDeadlineSeconds: 10,
        concurrencyPolicy: 'Replace',
        suspend: true,
        jobTemplate: { metadata: { labels: { own: 'yes' }, annotations: { a: 'b' } }, spec: job },
        successfulJobsHistoryLimit: 2,
        failedJobsHistoryLimit: 3,
      },
    },
    status: {
      active: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'walk-1', namespace: 'walk' }],
      lastScheduleTime: when,
      lastSuccessfulTime: when,
    },
  },
  {
    apiVersion: 'batch/v1',
    kind: 'Job',
    body: { spec: job },
    status: { active: 1, ready: 0, terminating: 0, uncountedTerminatedPods: { succeeded: ['a'] } },
  },
  {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    body: {
      eventTime: '2026-01-02T03:04:05.000000Z',
      series: { count: 2, lastObservedTime: '2026-01-02T03:04:06.000000Z' },
      reportingController: 'example.com/walk',
      reportingInstance: 'walk-1',
      action: 'Walking',
      reason: 'Walk',
      note: 'was here',
      type: 'Normal',
      regarding: { apiVersion: 'v1', kind: 'Pod', name: 'walk', namespace: 'walk' },
      related: { kind: 'Node', name: 'walk' },
    },
  },
  {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    body: { spec: { maxUnavailable: '30%', selector, unhealthyPodEvictionPolicy: 'AlwaysAllow' } },
    status: {
      observedGeneration: 1,
      disruptedPods: { walk: when },
      disruptionsAllowed: 1,
      currentHealthy: 1,
      desiredHealthy: 2,
      expectedPods: 3,
      conditions: [
        { type: 'DisruptionAllowed', status: 'True', reason: 'Walk', message: '', lastTransitionTime: when },
      ],
    },
  },
  {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    body: { value: 10, globalDefault: false, description: 'walks', preemptionPolicy: 'Never' },
  },
  {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    body: {
      spec: {
        holderIdentity: 'walk',
        leaseDurationSeconds: 15,
        acquireTime: '2026-01-02T03:04:05.000000Z',
        renewTime: '2026-01-02T03:04:06.000000Z',
        leaseTransitions: 1,
      },
    },
  },
  {
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    body: {
      handler: 'walk',
      overhead: { podFixed: { cpu: '0.1', memory: '10Mi' } },
      scheduling: {
        nodeSelector: { runtime: 'walk' },
        tolerations: [
          { key: 'walk', operator: 'Exists', effect: 'NoSchedule' },
          { key: 'run', operator: 'Exists' },
        ],
      },
    },
  },
];
