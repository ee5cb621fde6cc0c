import type { DefaultsRow } from './defaults-row.ts';

const rbac = 'rbac.authorization.k8s.io';
const admission = 'admissionregistration.k8s.io/v1';

const role = (kind: string): DefaultsRow => ({
  kind: `${rbac}/v1/${kind}`,
  given: {
    roleRef: { kind: 'Role', name: 'r' },
    subjects: [
      { kind: 'User', name: 'u' },
      { kind: 'Group', name: 'g' },
      { kind: 'ServiceAccount', name: 's', namespace: 'n' },
    ],
  },
  gives: {
    roleRef: { apiGroup: rbac, kind: 'Role', name: 'r' },
    subjects: [
      { apiGroup: rbac, kind: 'User', name: 'u' },
      { apiGroup: rbac, kind: 'Group', name: 'g' },
      { kind: 'ServiceAccount', name: 's', namespace: 'n' },
    ],
  },
});

const everything = { namespaceSelector: {}, objectSelector: {} };
const plainWebhook = {
  name: 'w',
  clientConfig: { service: { namespace: 'n', name: 's' } },
  rules: [{ apiGroups: ['*'] }],
};
const webhook = {
  name: 'w',
  clientConfig: { service: { namespace: 'n', name: 's', port: 443 } },
  rules: [{ apiGroups: ['*'], scope: '*' }],
  failurePolicy: 'Fail',
  matchPolicy: 'Equivalent',
  timeoutSeconds: 10,
  ...everything,
};

const plainMatch = { resourceRules: [{ apiGroups: ['*'] }], excludeResourceRules: [{}] };
const match = {
  resourceRules: [{ apiGroups: ['*'], scope: '*' }],
  excludeResourceRules: [{ scope: '*' }],
  matchPolicy: 'Equivalent',
  ...everything,
};
const policy = (kind: string): DefaultsRow => ({
  kind: `${admission}/${kind}`,
  given: { spec: { matchConstraints: plainMatch } },
  gives: { spec: { failurePolicy: 'Fail', matchConstraints: match } },
});
const binding = (kind: string): DefaultsRow => ({
  kind: `${admission}/${kind}`,
  given: { spec: { matchResources: plainMatch } },
  gives: { spec: { matchResources: match } },
});

const one = { allocationMode: 'ExactCount', count: 1 };
const deviceSpec = {
  devices: {
    requests: [
      { name: 'a', exactly: { deviceClassName: 'd', tolerations: [{ key: 'k' }] } },
      { name: 'b', firstAvailable: [{ name: 'c' }, { name: 'd', allocationMode: 'All' }] },
      { name: 'e', exactly: { count: 2 } },
    ],
  },
};
const deviceSpecFilled = {
  devices: {
    requests: [
      {
        name: 'a',
        exactly: { deviceClassName: 'd', tolerations: [{ key: 'k', operator: 'Equal' }], ...one },
      },
      {
        name: 'b',
        firstAvailable: [
          { name: 'c', ...one },
          { name: 'd', allocationMode: 'All' },
        ],
      },
      { name: 'e', exactly: { allocationMode: 'ExactCount', count: 2 } },
    ],
  },
};

/** Every default of the kinds that rule networks, storage, access and admission. */
export const rows: readonly DefaultsRow[] = [
  {
    kind: 'networking.k8s.io/v1/NetworkPolicy',
    given: { spec: { ingress: [{ ports: [{ port: 1 }] }] } },
    gives: { spec: { ingress: [{ ports: [{ port: 1, protocol: 'TCP' }] }], policyTypes: ['Ingress'] } },
  },
  {
    kind: 'networking.k8s.io/v1/NetworkPolicy',
    says: 'with ways out',
    given: { spec: { egress: [{ ports: [{ protocol: 'UDP' }] }] } },
    gives: { spec: { egress: [{ ports: [{ protocol: 'UDP' }] }], policyTypes: ['Ingress', 'Egress'] } },
  },
  {
    kind: 'networking.k8s.io/v1/IngressClass',
    given: { spec: { parameters: { kind: 'k', name: 'n' } } },
    gives: { spec: { parameters: { kind: 'k', name: 'n', scope: 'Cluster' } } },
  },
  {
    kind: 'storage.k8s.io/v1/StorageClass',
    given: { provisioner: 'p' },
    gives: { provisioner: 'p', reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' },
  },
  {
    kind: 'storage.k8s.io/v1/CSIDriver',
    given: { spec: {} },
    gives: {
      spec: {
        attachRequired: true,
        podInfoOnMount: false,
        storageCapacity: false,
        fsGroupPolicy: 'ReadWriteOnceWithFSType',
        volumeLifecycleModes: ['Persistent'],
        requiresRepublish: false,
        seLinuxMount: false,
      },
    },
  },
  {
    kind: 'scheduling.k8s.io/v1/PriorityClass',
    given: { value: 1 },
    gives: { value: 1, preemptionPolicy: 'PreemptLowerPriority' },
  },
  role('RoleBinding'),
  role('ClusterRoleBinding'),
  {
    kind: 'apiregistration.k8s.io/v1/APIService',
    given: { spec: { service: { name: 's', namespace: 'n' } } },
    gives: { spec: { service: { name: 's', namespace: 'n', port: 443 } } },
  },
  {
    kind: 'apiextensions.k8s.io/v1/CustomResourceDefinition',
    given: {
      spec: {
        names: { kind: 'CronTab', plural: 'crontabs' },
        versions: [{ name: 'v1' }, { name: 'v2', storage: true }],
      },
    },
    gives: {
      spec: {
        names: { kind: 'CronTab', plural: 'crontabs', singular: 'crontab', listKind: 'CronTabList' },
        versions: [{ name: 'v1' }, { name: 'v2', storage: true }],
        conversion: { strategy: 'None' },
      },
      status: { storedVersions: ['v2'] },
    },
  },
  {
    kind: 'apiextensions.k8s.io/v1/CustomResourceDefinition',
    says: 'a webhook converts',
    given: {
      spec: {
        conversion: { strategy: 'Webhook', webhook: { clientConfig: { service: { name: 's' } } } },
      },
    },
    gives: {
      spec: {
        conversion: { strategy: 'Webhook', webhook: { clientConfig: { service: { name: 's', port: 443 } } } },
      },
      status: {},
    },
  },
  {
    kind: `${admission}/ValidatingWebhookConfiguration`,
    given: { webhooks: [plainWebhook] },
    gives: { webhooks: [webhook] },
  },
  {
    kind: `${admission}/MutatingWebhookConfiguration`,
    given: { webhooks: [plainWebhook] },
    gives: { webhooks: [{ ...webhook, reinvocationPolicy: 'Never' }] },
  },
  policy('ValidatingAdmissionPolicy'),
  policy('MutatingAdmissionPolicy'),
  binding('ValidatingAdmissionPolicyBinding'),
  binding('MutatingAdmissionPolicyBinding'),
  {
    kind: 'flowcontrol.apiserver.k8s.io/v1/FlowSchema',
    says: 'no precedence is 0',
    given: { spec: { matchingPrecedence: 0 } },
    gives: { spec: { matchingPrecedence: 1000 } },
  },
  {
    kind: 'flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration',
    given: { spec: { limited: { limitResponse: { queuing: {} } } } },
    gives: {
      spec: {
        limited: {
          nominalConcurrencyShares: 30,
          lendablePercent: 0,
          limitResponse: { queuing: { queues: 64, handSize: 8, queueLengthLimit: 50 } },
        },
      },
    },
  },
  {
    kind: 'flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration',
    says: 'no share is a share, and nobody is exempt from defaults',
    given: { spec: { exempt: {}, limited: { nominalConcurrencyShares: 0 } } },
    gives: {
      spec: {
        exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 },
        limited: { nominalConcurrencyShares: 0, lendablePercent: 0 },
      },
    },
  },
  {
    kind: 'resource.k8s.io/v1/ResourceClaim',
    given: { spec: deviceSpec },
    gives: { spec: deviceSpecFilled },
  },
  {
    kind: 'resource.k8s.io/v1/ResourceClaimTemplate',
    given: { spec: { spec: deviceSpec } },
    gives: { spec: { spec: deviceSpecFilled } },
  },
  {
    kind: 'resource.k8s.io/v1/ResourceSlice',
    says: 'taints are dated',
    given: { spec: { devices: [{ name: 'd', taints: [{ key: 'k' }] }] } },
    gives: { spec: { devices: [{ name: 'd', taints: [{ key: 'k', timeAdded: '2026-01-02T03:04:05Z' }] }] } },
  },
];
