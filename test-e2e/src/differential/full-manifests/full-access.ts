import type { FullManifest } from './full-manifest.ts';

const rbac = 'rbac.authorization.k8s.io/v1';
const subjects = [
  { kind: 'User', name: 'one' },
  { kind: 'Group', name: 'walkers', apiGroup: 'rbac.authorization.k8s.io' },
  { kind: 'ServiceAccount', name: 'walk', namespace: 'walk' },
];
const rules = [
  { apiGroups: ['', 'apps'], resources: ['pods', 'deployments/scale'], verbs: ['get', 'list'] },
  { apiGroups: [''], resources: ['secrets'], resourceNames: ['walk'], verbs: ['*'] },
];
const when = '2026-01-02T03:04:05Z';
const condition = {
  type: 'Walked',
  status: 'True',
  reason: 'Walk',
  message: 'was here',
  lastTransitionTime: when,
};

const resourceRules = [
  {
    apiGroups: ['walk.example.com'],
    apiVersions: ['v1'],
    operations: ['CREATE', 'UPDATE'],
    resources: ['walks', 'walks/status'],
    scope: 'Namespaced',
    resourceNames: ['walk'],
  },
];
const matchConstraints = {
  namespaceSelector: { matchLabels: { walk: 'yes' } },
  objectSelector: { matchExpressions: [{ key: 'walk', operator: 'Exists' }] },
  resourceRules,
  excludeResourceRules: [
    { apiGroups: ['walk.example.com'], apiVersions: ['v2'], operations: ['*'], resources: ['*'] },
  ],
  matchPolicy: 'Exact',
};
const variables = [
  { name: 'far', expression: '10' },
  { name: 'near', expression: '1' },
];
const matchConditions = [
  { name: 'walks', expression: 'true' },
  { name: 'runs', expression: 'false' },
];
const binding = {
  policyName: 'walk',
  paramRef: { name: 'walk', namespace: 'walk', parameterNotFoundAction: 'Deny' },
  matchResources: {
    namespaceSelector: { matchLabels: { walk: 'yes' } },
    resourceRules: [{ apiGroups: ['a'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['b'] }],
  },
};
const { resourceNames: _names, ...rule } = resourceRules[0]!;
const webhook = (name: string) => ({
  name,
  clientConfig: { service: { namespace: 'walk', name: 'walk', path: '/walk', port: 8443 }, caBundle: 'Cg==' },
  rules: [rule],
  failurePolicy: 'Ignore',
  matchPolicy: 'Exact',
  namespaceSelector: { matchLabels: { walk: 'yes' } },
  objectSelector: { matchExpressions: [{ key: 'walk', operator: 'NotIn', values: ['no'] }] },
  sideEffects: 'NoneOnDryRun',
  timeoutSeconds: 3,
  admissionReviewVersions: ['v1', 'v1beta1'],
  matchConditions,
});

/** Full manifests of access control, admission and flow control. */
export const fullAccess: readonly FullManifest[] = [
  {
    apiVersion: rbac,
    kind: 'ClusterRoleBinding',
    body: { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' }, subjects },
  },
  {
    apiVersion: rbac,
    kind: 'ClusterRole',
    body: {
      rules: [...rules, { nonResourceURLs: ['/walk', '/walk/*'], verbs: ['get'] }],
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { walk: 'yes' } }] },
    },
  },
  {
    apiVersion: rbac,
    kind: 'RoleBinding',
    body: { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' }, subjects },
  },
  { apiVersion: rbac, kind: 'Role', body: { rules } },
  {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    body: {
      spec: {
        signerName: 'example.com/walk',
        usages: ['client auth', 'digital signature'],
        expirationSeconds: 3600,
      },
    },
    status: { conditions: [{ type: 'Failed', status: 'True', reason: 'Walk', message: 'was here' }] },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingAdmissionPolicy',
    body: {
      spec: {
        matchConstraints,
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        variables,
        matchConditions,
        failurePolicy: 'Ignore',
        reinvocationPolicy: 'IfNeeded',
        mutations: [
          {
            patchType: 'ApplyConfiguration',
            applyConfiguration: { expression: 'Object{metadata: Object.metadata{labels: {"walk": "yes"}}}' },
          },
          { patchType: 'JSONPatch', jsonPatch: { expression: '[JSONPatch{op: "remove", path: "/data"}]' } },
        ],
      },
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingAdmissionPolicyBinding',
    body: { spec: binding },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    body: {
      webhooks: [
        { ...webhook('walk.example.com'), reinvocationPolicy: 'IfNeeded' },
        { ...webhook('run.example.com'), reinvocationPolicy: 'Never' },
      ],
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    body: {
      spec: {
        matchConstraints,
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        variables,
        matchConditions,
        failurePolicy: 'Ignore',
        validations: [
          { expression: 'true', message: 'walk', reason: 'Invalid' },
          { expression: 'false', messageExpression: '"run"' },
        ],
        auditAnnotations: [{ key: 'walk', valueExpression: '"yes"' }],
      },
    },
    status: {
      observedGeneration: 1,
      typeChecking: { expressionWarnings: [{ fieldRef: 'spec.validations[0].expression', warning: 'far' }] },
      conditions: [condition],
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    body: { spec: { ...binding, validationActions: ['Warn', 'Audit'] } },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    body: { webhooks: [webhook('walk.example.com'), webhook('run.example.com')] },
  },
  {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'FlowSchema',
    body: {
      spec: {
        priorityLevelConfiguration: { name: 'global-default' },
        matchingPrecedence: 9000,
        distinguisherMethod: { type: 'ByUser' },
        rules: [
          {
            subjects: [
              { kind: 'User', user: { name: 'walk' } },
              { kind: 'ServiceAccount', serviceAccount: { name: 'walk', namespace: 'walk' } },
            ],
            resourceRules: [{ verbs: ['get'], apiGroups: ['walk'], resources: ['walks'], namespaces: ['*'] }],
            nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/walk'] }],
          },
        ],
      },
    },
  },
  {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'PriorityLevelConfiguration',
    body: {
      spec: {
        type: 'Limited',
        limited: {
          nominalConcurrencyShares: 5,
          lendablePercent: 10,
          borrowingLimitPercent: 20,
          limitResponse: { type: 'Queue', queuing: { queues: 8, handSize: 2, queueLengthLimit: 5 } },
        },
      },
    },
  },
  {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    body: {
      spec: {
        group: 'walk.example.com',
        version: 'v1',
        groupPriorityMinimum: 1000,
        versionPriority: 15,
        service: { namespace: 'walk', name: 'walk', port: 8443 },
        insecureSkipTLSVerify: true,
      },
    },
  },
];
