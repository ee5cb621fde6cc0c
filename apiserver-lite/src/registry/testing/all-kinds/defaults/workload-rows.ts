import type { DefaultsRow } from './defaults-row.ts';
import { plainContainers, templateSpec } from './pod-rows.ts';

const template = { metadata: { labels: { app: 'a' } }, spec: plainContainers };
const filled = { metadata: { labels: { app: 'a' } }, spec: templateSpec() };
const labelled = { metadata: { name: 'x', labels: { app: 'a' } } };
const quarter = { maxUnavailable: '25%', maxSurge: '25%' };
const retained = { whenDeleted: 'Retain', whenScaled: 'Retain' };
const maxInt32 = 2 ** 31 - 1;

const job = {
  completions: 1,
  parallelism: 1,
  backoffLimit: 6,
  completionMode: 'NonIndexed',
  suspend: false,
  manualSelector: false,
  podReplacementPolicy: 'TerminatingOrFailed',
};
const statefulSet = {
  podManagementPolicy: 'OrderedReady',
  replicas: 1,
  revisionHistoryLimit: 10,
  updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
  persistentVolumeClaimRetentionPolicy: retained,
};
const cpu80 = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
};
const per15s = { periodSeconds: 15 };

/** Every default of what makes Pods. */
export const rows: readonly DefaultsRow[] = [
  {
    kind: 'apps/v1/Deployment',
    given: { spec: { template } },
    gives: {
      spec: {
        replicas: 1,
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        strategy: { type: 'RollingUpdate', rollingUpdate: quarter },
        template: filled,
      },
    },
  },
  {
    kind: 'apps/v1/Deployment',
    says: 'zeros are values',
    given: {
      spec: {
        replicas: 0,
        revisionHistoryLimit: 0,
        progressDeadlineSeconds: 0,
        strategy: { rollingUpdate: { maxSurge: 0 } },
      },
    },
    gives: {
      spec: {
        replicas: 0,
        revisionHistoryLimit: 0,
        progressDeadlineSeconds: 0,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: '25%' } },
      },
    },
  },
  {
    kind: 'apps/v1/Deployment',
    says: 'recreated Pods do not roll',
    given: { spec: { strategy: { type: 'Recreate' } } },
    gives: {
      spec: {
        replicas: 1,
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        strategy: { type: 'Recreate' },
      },
    },
  },
  {
    kind: 'apps/v1/ReplicaSet',
    given: { spec: { template } },
    gives: { spec: { replicas: 1, template: filled } },
  },
  {
    kind: 'apps/v1/DaemonSet',
    given: { spec: { template } },
    gives: {
      metadata: { name: 'x', annotations: { 'deprecated.daemonset.template.generation': '0' } },
      spec: {
        revisionHistoryLimit: 10,
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
        template: filled,
      },
    },
  },
  {
    kind: 'apps/v1/DaemonSet',
    says: 'on delete',
    given: { metadata: { name: 'x' }, spec: { updateStrategy: { type: 'OnDelete' } } },
    gives: {
      metadata: { name: 'x', annotations: { 'deprecated.daemonset.template.generation': '0' } },
      spec: { revisionHistoryLimit: 10, updateStrategy: { type: 'OnDelete' } },
    },
  },
  {
    kind: 'apps/v1/StatefulSet',
    given: { spec: { template } },
    gives: { spec: { ...statefulSet, template: filled } },
  },
  {
    kind: 'apps/v1/StatefulSet',
    says: 'a named strategy gets no details, given details get a partition',
    given: { spec: { updateStrategy: { type: 'RollingUpdate' } } },
    gives: { spec: { ...statefulSet, updateStrategy: { type: 'RollingUpdate' } } },
  },
  {
    kind: 'apps/v1/StatefulSet',
    says: 'claims, and half a retention policy',
    given: {
      spec: {
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: {} },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' },
        volumeClaimTemplates: [{ metadata: { name: 'c' }, spec: {} }],
      },
    },
    gives: {
      spec: {
        ...statefulSet,
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' },
        volumeClaimTemplates: [
          {
            apiVersion: 'v1',
            kind: 'PersistentVolumeClaim',
            metadata: { name: 'c' },
            spec: { volumeMode: 'Filesystem' },
            status: { phase: 'Pending' },
          },
        ],
      },
    },
  },
  {
    kind: 'v1/ReplicationController',
    given: { spec: { template } },
    gives: { ...labelled, spec: { replicas: 1, selector: { app: 'a' }, template: filled } },
  },
  {
    kind: 'v1/ReplicationController',
    says: 'its own labels and selector',
    given: {
      metadata: { name: 'x', labels: { b: 'b' } },
      spec: { replicas: 0, selector: { c: 'c' }, template },
    },
    gives: {
      metadata: { name: 'x', labels: { b: 'b' } },
      spec: { replicas: 0, selector: { c: 'c' }, template: filled },
    },
  },
  {
    kind: 'v1/PodTemplate',
    given: { template },
    gives: { template: filled },
  },
  {
    kind: 'batch/v1/Job',
    given: { spec: { template } },
    gives: { ...labelled, spec: { ...job, template: filled } },
  },
  {
    kind: 'batch/v1/Job',
    says: 'completions are not guessed beside a parallelism',
    given: { spec: { parallelism: 0 } },
    gives: {
      spec: {
        parallelism: 0,
        backoffLimit: 6,
        completionMode: 'NonIndexed',
        suspend: false,
        manualSelector: false,
        podReplacementPolicy: 'TerminatingOrFailed',
      },
    },
  },
  {
    kind: 'batch/v1/Job',
    says: 'a failure policy, and a limit per index',
    given: {
      spec: {
        backoffLimitPerIndex: 0,
        podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 't' }] }] },
      },
    },
    gives: {
      spec: {
        ...job,
        backoffLimit: maxInt32,
        backoffLimitPerIndex: 0,
        podReplacementPolicy: 'Failed',
        podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 't', status: 'True' }] }] },
      },
    },
  },
  {
    kind: 'batch/v1/CronJob',
    says: 'the Job of its template is not one yet',
    given: { spec: { jobTemplate: { spec: { template } } } },
    gives: {
      spec: {
        concurrencyPolicy: 'Allow',
        suspend: false,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 1,
        jobTemplate: { spec: { template: filled } },
      },
    },
  },
  {
    kind: 'batch/v1/CronJob',
    says: 'zeros are values',
    given: { spec: { successfulJobsHistoryLimit: 0, failedJobsHistoryLimit: 0, suspend: true } },
    gives: {
      spec: {
        concurrencyPolicy: 'Allow',
        suspend: true,
        successfulJobsHistoryLimit: 0,
        failedJobsHistoryLimit: 0,
      },
    },
  },
  {
    kind: 'autoscaling/v2/HorizontalPodAutoscaler',
    given: { spec: { maxReplicas: 3 } },
    gives: { spec: { maxReplicas: 3, minReplicas: 1, metrics: [cpu80] } },
  },
  {
    kind: 'autoscaling/v2/HorizontalPodAutoscaler',
    says: 'behavior',
    given: {
      spec: { minReplicas: 0, metrics: [cpu80], behavior: { scaleDown: { stabilizationWindowSeconds: 0 } } },
    },
    gives: {
      spec: {
        minReplicas: 0,
        metrics: [cpu80],
        behavior: {
          scaleUp: {
            stabilizationWindowSeconds: 0,
            selectPolicy: 'Max',
            policies: [
              { type: 'Pods', value: 4, ...per15s },
              { type: 'Percent', value: 100, ...per15s },
            ],
          },
          scaleDown: {
            stabilizationWindowSeconds: 0,
            selectPolicy: 'Max',
            policies: [{ type: 'Percent', value: 100, ...per15s }],
          },
        },
      },
    },
  },
  {
    kind: 'autoscaling/v1/HorizontalPodAutoscaler',
    given: { spec: { maxReplicas: 3 } },
    gives: { spec: { maxReplicas: 3, minReplicas: 1, targetCPUUtilizationPercentage: 80 } },
  },
];
