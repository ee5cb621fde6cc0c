import type { AskedRequest } from '../../asked-server.ts';
import { configMap, constraints, type Json, policedNamespace, type PolicyCase } from './policy-case.ts';

const refusing = (messageExpression: string): Json => ({
  validations: [{ expression: 'false', messageExpression }],
});
const refused: Json = refusing('request.operation');

const within = (resource: string, api = '/api/v1') => `${api}/namespaces/${policedNamespace}/${resource}`;
const rule = (more: Json = {}): Json => ({
  operations: ['*'],
  apiGroups: [''],
  apiVersions: ['v1'],
  resources: ['configmaps'],
  ...more,
});
const selected = (name: string, more: Json): Json => ({
  objectSelector: { matchLabels: { case: name } },
  ...more,
});

/** A policy that refuses what matches. */
function matched(name: string, match: Json, more: Partial<PolicyCase> = {}): PolicyCase {
  return {
    name,
    policy: { ...refused, matchConstraints: selected(name, match) },
    requests: { create: configMap(name), other: configMap(name, {}, { name: 'other' }) },
    ...more,
  };
}

const scaler = (name: string, version: 'v1' | 'v2'): AskedRequest => ({
  path: `${within('horizontalpodautoscalers', `/apis/autoscaling/${version}`)}?dryRun=All`,
  body: {
    metadata: { name: `${name}-1`, labels: { case: name } },
    spec: {
      maxReplicas: 3,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' },
      ...(version === 'v1' ? { targetCPUUtilizationPercentage: 50 } : {}),
    },
  },
});

const scalers = (more: Json): Json => ({
  resourceRules: [
    {
      operations: ['*'],
      apiGroups: ['autoscaling'],
      apiVersions: ['v2'],
      resources: ['horizontalpodautoscalers'],
    },
  ],
  ...more,
});

const seen =
  '[request.kind.version, request.requestKind.version, request.resource.version, request.requestResource.version, string(has(object.spec.metrics)), object.apiVersion].join(" ")';

/** Which requests policies and bindings are about. */
export const matching: readonly PolicyCase[] = [
  matched('by-rule', { resourceRules: [rule()] }),
  matched('by-version', { resourceRules: [rule({ apiVersions: ['v2'] })] }),
  matched('by-operation', { resourceRules: [rule({ operations: ['UPDATE'] })] }),
  matched('by-scope', { resourceRules: [rule({ scope: 'Cluster' })] }),
  matched('by-name', { resourceRules: [rule({ resourceNames: ['other'] })] }),
  matched('excluded', {
    resourceRules: [rule()],
    excludeResourceRules: [rule({ resourceNames: ['other'] })],
  }),
  matched('by-namespace', {
    resourceRules: [rule()],
    namespaceSelector: { matchExpressions: [{ key: 'policed', operator: 'In', values: ['yes'] }] },
  }),
  matched('not-by-namespace', {
    resourceRules: [rule()],
    namespaceSelector: { matchLabels: { policed: 'no' } },
  }),
  matched(
    'bound-elsewhere',
    { resourceRules: [rule()] },
    { bindings: [{ matchResources: { namespaceSelector: { matchLabels: { policed: 'no' } } } }] },
  ),
  matched(
    'bound-by-name',
    { resourceRules: [rule()] },
    { bindings: [{ matchResources: { resourceRules: [rule({ resourceNames: ['other'] })] } }] },
  ),
  matched(
    'nowhere',
    { resourceRules: [rule()] },
    {
      requests: {
        create: {
          path: '/api/v1/namespaces/nowhere/configmaps?dryRun=All',
          body: { metadata: { name: 'a', labels: { case: 'nowhere' } } },
        },
      },
    },
  ),
  {
    name: 'equivalent',
    policy: {
      ...refusing(seen),
      matchConstraints: selected('equivalent', scalers({ matchPolicy: 'Equivalent' })),
    },
    requests: { v1: scaler('equivalent', 'v1'), v2: scaler('equivalent', 'v2') },
  },
  {
    name: 'exact',
    policy: { ...refusing(seen), matchConstraints: selected('exact', scalers({ matchPolicy: 'Exact' })) },
    requests: { v1: scaler('exact', 'v1'), v2: scaler('exact', 'v2') },
  },
  {
    name: 'all-versions',
    policy: {
      ...refusing(seen),
      matchConstraints: constraints('all-versions', ['horizontalpodautoscalers'], {
        apiGroups: ['autoscaling'],
      }),
    },
    requests: { v1: scaler('all-versions', 'v1'), v2: scaler('all-versions', 'v2') },
  },
  {
    name: 'operations',
    policy: {
      ...refusing(
        '[request.operation, request.name, string(object == null), string(oldObject == null), request.options.kind].join(" ")',
      ),
      matchConstraints: constraints('operations', ['configmaps'], { operations: ['UPDATE', 'DELETE'] }),
    },
    requests: {
      create: { ...configMap('operations'), path: within('configmaps') },
      update: {
        method: 'PUT',
        path: within('configmaps/operations-1'),
        body: { metadata: { name: 'operations-1', labels: { case: 'operations' } }, data: { b: '1' } },
      },
      patch: {
        method: 'PATCH',
        path: within('configmaps/operations-1'),
        headers: { 'content-type': 'application/merge-patch+json' },
        body: { data: { c: '1' } },
      },
      apply: {
        method: 'PATCH',
        path: `${within('configmaps/operations-1')}?fieldManager=m`,
        headers: { 'content-type': 'application/apply-patch+yaml' },
        body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'operations-1' }, data: { d: '1' } },
      },
      delete: { method: 'DELETE', path: within('configmaps/operations-1') },
      'delete all': { method: 'DELETE', path: `${within('configmaps')}?labelSelector=case%3Doperations` },
      'without the label': {
        method: 'PATCH',
        path: within('configmaps/operations-1'),
        headers: { 'content-type': 'application/merge-patch+json' },
        body: { metadata: { labels: null } },
      },
    },
  },
  {
    name: 'parts',
    policy: {
      ...refusing('request.kind.kind + " " + request.requestSubResource + " " + string(has(object.spec))'),
      matchConstraints: {
        resourceRules: [
          {
            operations: ['*'],
            apiGroups: ['*'],
            apiVersions: ['*'],
            resources: ['deployments/scale', 'deployments/status', 'serviceaccounts/token', 'pods/binding'],
          },
        ],
        namespaceSelector: { matchLabels: { policed: 'yes' } },
      },
    },
    requests: {
      deployment: {
        path: within('deployments', '/apis/apps/v1'),
        body: {
          metadata: { name: 'd' },
          spec: {
            replicas: 0,
            selector: { matchLabels: { a: 'b' } },
            template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
          },
        },
      },
      scale: {
        method: 'PATCH',
        path: within('deployments/d/scale', '/apis/apps/v1'),
        headers: { 'content-type': 'application/merge-patch+json' },
        body: { spec: { replicas: 1 } },
      },
      status: {
        method: 'PATCH',
        path: within('deployments/d/status', '/apis/apps/v1'),
        headers: { 'content-type': 'application/merge-patch+json' },
        body: { status: { replicas: 1 } },
      },
      account: { path: within('serviceaccounts'), body: { metadata: { name: 'robot' } } },
      token: { path: within('serviceaccounts/robot/token'), body: { spec: {} } },
    },
  },
  {
    name: 'connected',
    policy: {
      ...refusing(
        '[request.operation, request.kind.kind, request.subResource, object.kind, string(oldObject == null), string(has(request.options)), dyn(object.command)[0]].join(" ")',
      ),
      matchConstraints: {
        resourceRules: [
          { operations: ['CONNECT'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods/exec'] },
        ],
      },
    },
    requests: {
      exec: { method: 'POST', path: `${within('pods/p/exec')}?command=ls&stdout=true` },
    },
  },
  {
    name: 'never-sees',
    policy: {
      ...refused,
      matchConstraints: {
        resourceRules: [
          {
            operations: ['*'],
            apiGroups: ['authorization.k8s.io', 'authentication.k8s.io', 'admissionregistration.k8s.io'],
            apiVersions: ['*'],
            resources: ['*'],
          },
        ],
      },
    },
    requests: {
      'a review': {
        path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        body: { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } },
      },
      'who am I': { path: '/apis/authentication.k8s.io/v1/selfsubjectreviews', body: {} },
      'a policy': {
        path: '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies?dryRun=All',
        body: {
          metadata: { name: 'p' },
          spec: {
            matchConstraints: { resourceRules: [rule()] },
            validations: [{ expression: 'true' }],
          },
        },
      },
      'a webhook configuration': {
        path: '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations?dryRun=All',
        body: { metadata: { name: 'w' }, webhooks: [] },
      },
    },
  },
];
