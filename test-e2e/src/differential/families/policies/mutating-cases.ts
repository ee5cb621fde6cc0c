import type { AskedRequest } from '../../asked-server.ts';
import { configMap, constraints, type Json, policedNamespace, type PolicyCase } from './policy-case.ts';

const applied = (expression: string): Json => ({
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression },
});
const patched = (expression: string): Json => ({ patchType: 'JSONPatch', jsonPatch: { expression } });

const within = (resource: string, api = '/api/v1') =>
  `${api}/namespaces/${policedNamespace}/${resource}?dryRun=All`;

const deploymentBody = (name: string): Json => ({
  metadata: { name: `${name}-1`, labels: { case: name } },
  spec: {
    selector: { matchLabels: { a: 'b' } },
    template: {
      metadata: { labels: { a: 'b' } },
      spec: {
        containers: [
          { name: 'c', image: 'i', args: ['x'], env: [{ name: 'A', value: '1' }] },
          { name: 'd', image: 'j' },
        ],
        tolerations: [{ key: 'k', operator: 'Exists' }],
      },
    },
  },
});
const deployment = (name: string): AskedRequest => ({
  path: within('deployments', '/apis/apps/v1'),
  body: deploymentBody(name),
});

const toMap = (name: string, ...mutations: readonly Json[]): PolicyCase => ({
  name,
  policy: { mutations },
  requests: { create: configMap(name, { a: '1', b: '2' }) },
});
const toDeployment = (name: string, ...mutations: readonly Json[]): PolicyCase => ({
  name,
  policy: { mutations, matchConstraints: constraints(name, ['deployments']) },
  requests: { create: deployment(name) },
});

const spec = (fields: string) => applied(`Object{spec: Object.spec{${fields}}}`);
const podSpec = (fields: string) =>
  spec(`template: Object.spec.template{spec: Object.spec.template.spec{${fields}}}`);
const container = (fields: string) =>
  podSpec(`containers: [Object.spec.template.spec.containers{${fields}}]`);

/** Apply configurations. */
export const applyConfigurations: readonly PolicyCase[] = [
  toMap('apply-data', applied('Object{data: {"c": "3", "a": "0"}}')),
  toMap('apply-labels', applied('Object{metadata: Object.metadata{labels: {"added": "yes"}}}')),
  toMap('apply-nothing', applied('Object{}')),
  toMap('apply-from', applied('Object{data: {"from": object.data.a + request.name}}')),
  toMap(
    'apply-object',
    applied('Object{data: object.data, metadata: Object.metadata{annotations: object.data}}'),
  ),
  toMap(
    'apply-twice',
    applied('Object{data: {"c": "3"}}'),
    applied('Object{data: {"d": object.data.c + "4"}}'),
  ),
  toMap('apply-optional', applied('Object{?data: object[?"binaryData"]}')),
  toMap('apply-set', applied('Object{metadata: Object.metadata{finalizers: ["example.com/a"]}}')),
  toMap('apply-unknown', applied('Object{wrong: "x"}')),
  toMap('apply-number', applied('Object{data: {"c": 3}}')),
  toMap('apply-text', applied('Object{data: "x"}')),
  toMap('apply-null', applied('Object{data: null}')),
  toMap('apply-null-text', applied('Object{data: {"x": null}}')),
  toMap('apply-duration', applied('Object{data: {"x": duration("90s")}}')),
  toMap('apply-bytes', applied('Object{data: {"x": b"hi"}}')),
  toMap('apply-uint', applied('Object{data: {"x": 3u}}')),
  toMap('apply-nested', applied('Object{data: {"x": {"b": "c", "a": "d"}}}')),
  toMap('apply-nested-list', applied('Object{data: {"x": ["b", "c"]}}')),
  toMap('apply-list', applied('Object{data: ["x"]}')),
  toMap('apply-key', applied('Object{data: {1: "x"}}')),
  toMap('apply-name', applied('Object{data: Object.wrong{a: "x"}}')),
  toMap('apply-names', applied('Object{metadata: Object.spec{labels: Object.labels{}}}')),
  toMap('apply-kind', applied('Object{kind: "Secret", apiVersion: "v2"}')),
  toMap('apply-immutable', applied('Object{metadata: Object.metadata{name: "other"}}')),
  toMap('apply-error', applied('Object{data: object.data.missing}')),
  toMap('apply-type', applied('Object{immutable: "yes"}')),
  toMap('apply-bool', applied('Object{immutable: true}')),
  toMap('apply-time', applied('Object{data: {"t": timestamp("2020-01-01T00:00:00Z")}}')),
  toMap(
    'apply-owners',
    applied(
      'Object{metadata: Object.metadata{ownerReferences: [Object.metadata.ownerReferences{apiVersion: "v1", kind: "ConfigMap", name: "x", uid: "u"}]}}',
    ),
  ),
  toDeployment('apply-replicas', spec('replicas: 3')),
  toDeployment('apply-replicas-text', spec('replicas: "3"')),
  toDeployment('apply-replicas-double', spec('replicas: 3.5')),
  toDeployment('apply-container', container('name: "d", image: "new"')),
  toDeployment('apply-sidecar', container('name: "e", image: "new", imagePullPolicy: "Never"')),
  toDeployment('apply-nameless', container('image: "new"')),
  toDeployment(
    'apply-env',
    container('name: "c", env: [Object.spec.template.spec.containers.env{name: "B", value: "2"}]'),
  ),
  toDeployment('apply-args', container('name: "c", args: ["y"]')),
  toDeployment(
    'apply-tolerations',
    podSpec('tolerations: [Object.spec.template.spec.tolerations{key: "z"}]'),
  ),
  toDeployment(
    'apply-affinity',
    podSpec(
      'affinity: Object.spec.template.spec.affinity{nodeAffinity: Object.spec.template.spec.affinity.nodeAffinity{requiredDuringSchedulingIgnoredDuringExecution: Object.spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution{nodeSelectorTerms: [Object.spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms{matchExpressions: [Object.spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms.matchExpressions{key: "a", operator: "In", values: ["b"]}]}]}}}',
    ),
  ),
  toDeployment('apply-node-selector', podSpec('nodeSelector: {"a": "b"}')),
  toDeployment('apply-selector', spec('selector: Object.spec.selector{matchLabels: {"c": "d"}}')),
  toDeployment('apply-maps', podSpec('containers: [{"name": "d", "image": "new"}]')),
  toDeployment('apply-lists', podSpec('containers: [["d"]]')),
  toDeployment('apply-null-number', spec('replicas: null')),
  toDeployment('apply-time-number', spec('replicas: timestamp("2020-01-01T00:00:00Z")')),
  toDeployment('apply-uint-number', spec('replicas: 3u')),
  toDeployment('apply-null-list', podSpec('containers: null')),
  toDeployment('apply-null-item', podSpec('containers: [null]')),
  toDeployment(
    'apply-mapped',
    podSpec(
      'containers: object.spec.template.spec.containers.map(c, Object.spec.template.spec.containers{name: c.name, env: [Object.spec.template.spec.containers.env{name: "X", value: "y"}]})',
    ),
  ),
  toDeployment(
    'apply-summed',
    podSpec(
      'containers: object.spec.template.spec.containers + [Object.spec.template.spec.containers{name: "e", image: "k"}]',
    ),
  ),
  toDeployment(
    'apply-quantity',
    container(
      'name: "c", resources: Object.spec.template.spec.containers.resources{limits: {"cpu": "1500m"}}',
    ),
  ),
  toDeployment(
    'apply-invalid-quantity',
    container('name: "c", resources: Object.spec.template.spec.containers.resources{limits: {"cpu": "x"}}'),
  ),
  toDeployment(
    'apply-port',
    container('name: "c", ports: [Object.spec.template.spec.containers.ports{containerPort: 80}]'),
  ),
  toDeployment('apply-default', podSpec('restartPolicy: "", terminationGracePeriodSeconds: 5')),
];

const added = (path: string, value: string) => `[JSONPatch{op: "add", path: "${path}", value: ${value}}]`;

/** JSON patches. */
export const jsonPatches: readonly PolicyCase[] = [
  toMap('patch-add', patched(added('/data/c', '"3"'))),
  toMap(
    'patch-several',
    patched(
      '[JSONPatch{op: "add", path: "/data/c", value: "3"}, JSONPatch{op: "remove", path: "/data/a"}, JSONPatch{op: "replace", path: "/data/b", value: "4"}]',
    ),
  ),
  toMap(
    'patch-move',
    patched(
      '[JSONPatch{op: "move", from: "/data/a", path: "/data/z"}, JSONPatch{op: "copy", from: "/data/b", path: "/data/y"}]',
    ),
  ),
  toMap(
    'patch-test',
    patched('[JSONPatch{op: "test", path: "/data/a", value: "1"}, JSONPatch{op: "remove", path: "/data/a"}]'),
  ),
  toMap(
    'patch-test-failed',
    patched('[JSONPatch{op: "test", path: "/data/a", value: "2"}, JSONPatch{op: "remove", path: "/data/a"}]'),
  ),
  toMap('patch-test-missing', patched('[JSONPatch{op: "test", path: "/data/z", value: "2"}]')),
  toMap('patch-missing', patched('[JSONPatch{op: "remove", path: "/data/z"}]')),
  toMap('patch-nowhere', patched(added('/metadata/x/y', '"1"'))),
  toMap('patch-op', patched('[JSONPatch{op: "fly", path: "/data/z"}]')),
  toMap('patch-no-op', patched('[JSONPatch{path: "/data/z"}]')),
  toMap('patch-no-path', patched('[JSONPatch{op: "add", value: "x"}]')),
  toMap('patch-no-value', patched('[JSONPatch{op: "add", path: "/data/z"}]')),
  toMap('patch-empty', patched('[JSONPatch{op: "add", path: "/data/z", value: "1"}].filter(p, false)')),
  toMap(
    'patch-escaped',
    patched(
      '[JSONPatch{op: "add", path: "/metadata/annotations", value: {}}, JSONPatch{op: "add", path: "/metadata/annotations/" + jsonpatch.escapeKey("a.b/c~d"), value: "1"}]',
    ),
  ),
  toMap('patch-map', patched(added('/data', '{"x": "1", "y": "2"}'))),
  toMap(
    'patch-object',
    patched(added('/metadata', 'Object.metadata{name: object.metadata.name, labels: {"x": "y"}}')),
  ),
  toMap('patch-null', patched('[JSONPatch{op: "replace", path: "/data", value: null}]')),
  toMap('patch-unknown', patched(added('/wrong', '"1"'))),
  toMap(
    'patch-unknowns',
    patched(
      '[JSONPatch{op: "add", path: "/wrong", value: 1}, JSONPatch{op: "add", path: "/metadata/more", value: 1}]',
    ),
  ),
  toMap('patch-number', patched(added('/data/c', '3'))),
  toMap('patch-wrong', patched(added('/data', '"x"'))),
  toMap('patch-kind', patched('[JSONPatch{op: "replace", path: "/kind", value: "Unknown"}]')),
  toMap('patch-version', patched('[JSONPatch{op: "remove", path: "/apiVersion"}]')),
  toMap('patch-keys', patched(added('/data', '{1: "x"}'))),
  toMap('patch-mismatch', patched(added('/metadata', 'Object.metadata{labels: Object.wrong{}}'))),
  toMap('patch-error', patched(added('/data', 'object.missing'))),
  toMap(
    'patch-list-of-objects',
    patched(
      added(
        '/metadata/ownerReferences',
        '[{"apiVersion": "v1", "kind": "ConfigMap", "name": "x", "uid": "u"}]',
      ),
    ),
  ),
  toMap('patch-list', patched(added('/metadata/finalizers', '["example.com/a"]'))),
  toMap('patch-from-object', patched(added('/metadata/annotations', 'object.data'))),
  toMap('patch-name', patched('[JSONPatch{op: "replace", path: "/metadata/name", value: "other"}]')),
  toMap(
    'patch-mapped',
    patched('object.data.map(k, JSONPatch{op: "replace", path: "/data/" + k, value: "z"})'),
  ),
  toDeployment('patch-replicas', patched(added('/spec/replicas', '3'))),
  toDeployment('patch-replicas-double', patched(added('/spec/replicas', '3.5'))),
  toDeployment('patch-replicas-large', patched(added('/spec/replicas', '9007199254740993'))),
  toDeployment(
    'patch-container',
    patched(
      added(
        '/spec/template/spec/containers/-',
        'Object.spec.template.spec.containers{name: "e", image: "k"}',
      ),
    ),
  ),
  toDeployment(
    'patch-index',
    patched('[JSONPatch{op: "replace", path: "/spec/template/spec/containers/1/image", value: "new"}]'),
  ),
  toDeployment('patch-args', patched(added('/spec/template/spec/containers/0/args/0', '"first"'))),
  toDeployment(
    'patch-resources',
    patched(added('/spec/template/spec/containers/0/resources/limits', '{"cpu": "1.5"}')),
  ),
  toDeployment('patch-status', patched(added('/status/replicas', '7'))),
  toDeployment(
    'patch-default',
    patched('[JSONPatch{op: "remove", path: "/spec/template/spec/restartPolicy"}]'),
  ),
  toDeployment(
    'patch-mixed',
    patched(added('/spec/replicas', '2')),
    spec('paused: true'),
    patched(
      '[JSONPatch{op: "test", path: "/spec/paused", value: true}, JSONPatch{op: "add", path: "/metadata/annotations", value: {"seen": "paused"}}]',
    ),
  ),
];

/** How policies with mutations work together with requests, bindings and each other. */
export const mutatingPolicies: readonly PolicyCase[] = [
  {
    name: 'mutate-ignored',
    policy: {
      failurePolicy: 'Ignore',
      mutations: [applied('Object{wrong: "x"}'), applied('Object{data: {"c": "3"}}')],
    },
    requests: { create: configMap('mutate-ignored') },
  },
  {
    name: 'mutate-failing-then',
    policy: { mutations: [applied('Object{wrong: "x"}'), applied('Object{other: "x"}')] },
    requests: { create: configMap('mutate-failing-then') },
  },
  {
    name: 'mutate-conditions',
    policy: {
      matchConditions: [{ name: 'c', expression: 'object.data.a == "1"' }],
      mutations: [applied('Object{data: {"c": "3"}}')],
    },
    requests: {
      create: configMap('mutate-conditions', { a: '1' }),
      other: configMap('mutate-conditions', { a: '2' }),
      error: configMap('mutate-conditions', {}),
    },
  },
  {
    name: 'mutate-variables',
    policy: {
      variables: [
        { name: 'a', expression: 'object.data.a + "!"' },
        { name: 'entry', expression: '{"c": variables.a}' },
      ],
      mutations: [applied('Object{data: variables.entry}')],
    },
    requests: { create: configMap('mutate-variables', { a: '1' }) },
  },
  {
    name: 'mutate-bindings',
    policy: { mutations: [applied('Object{data: {"c": (has(object.data.c) ? object.data.c : "") + "x"}}')] },
    bindings: [{}, {}],
    requests: { create: configMap('mutate-bindings', { a: '1' }) },
  },
  {
    name: 'mutate-budget',
    policy: {
      mutations: [
        applied(
          'Object{data: {"c": string(lists.range(1000).all(i, lists.range(1000).all(j, i + j >= 0)))}}',
        ),
      ],
    },
    requests: { create: configMap('mutate-budget') },
  },
  {
    name: 'mutate-nowhere',
    policy: { mutations: [applied('Object{data: {"c": "3"}}')] },
    requests: {
      create: {
        path: '/api/v1/namespaces/nowhere/configmaps?dryRun=All',
        body: { metadata: { name: 'a', labels: { case: 'mutate-nowhere' } } },
      },
    },
  },
  {
    name: 'mutate-operations',
    policy: {
      mutations: [applied('Object{data: {"last": request.operation + " " + string(oldObject == null)}}')],
    },
    requests: {
      create: {
        ...configMap('mutate-operations'),
        path: `/api/v1/namespaces/${policedNamespace}/configmaps`,
      },
      update: {
        method: 'PUT',
        path: `/api/v1/namespaces/${policedNamespace}/configmaps/mutate-operations-1`,
        body: {
          metadata: { name: 'mutate-operations-1', labels: { case: 'mutate-operations' } },
          data: { b: '1' },
        },
      },
      patch: {
        method: 'PATCH',
        path: `/api/v1/namespaces/${policedNamespace}/configmaps/mutate-operations-1`,
        headers: { 'content-type': 'application/merge-patch+json' },
        body: { data: { c: '1' } },
      },
      apply: {
        method: 'PATCH',
        path: `/api/v1/namespaces/${policedNamespace}/configmaps/mutate-operations-1?fieldManager=m&force=true`,
        headers: { 'content-type': 'application/apply-patch+yaml' },
        body: {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'mutate-operations-1', labels: { case: 'mutate-operations' } },
          data: { d: '1' },
        },
      },
      read: { path: `/api/v1/namespaces/${policedNamespace}/configmaps/mutate-operations-1` },
      delete: {
        method: 'DELETE',
        path: `/api/v1/namespaces/${policedNamespace}/configmaps/mutate-operations-1`,
      },
    },
  },
  {
    name: 'again-a',
    policy: {
      reinvocationPolicy: 'IfNeeded',
      matchConstraints: constraints('again', ['configmaps']),
      mutations: [applied('has(object.data.b) ? Object{data: {"a": "seen"}} : Object{}')],
    },
    requests: {},
  },
  {
    name: 'again-b',
    policy: {
      matchConstraints: constraints('again', ['configmaps']),
      mutations: [applied('Object{data: {"b": "1"}}')],
    },
    requests: { create: configMap('again', { c: '1' }) },
  },
];
