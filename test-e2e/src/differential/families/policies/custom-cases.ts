import type { AskedRequest } from '../../asked-server.ts';
import { group } from './param-cases.ts';
import { constraints, type Json, policedNamespace, type PolicyCase } from './policy-case.ts';

const applied = (expression: string): Json => ({
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression },
});
const patched = (expression: string): Json => ({ patchType: 'JSONPatch', jsonPatch: { expression } });
const added = (path: string, value: string) =>
  patched(`[JSONPatch{op: "add", path: "${path}", value: ${value}}]`);

const limits = `/apis/${group}/v1/namespaces/${policedNamespace}/limits`;

const limit = (name: string, dryRun = true): AskedRequest => ({
  path: dryRun ? `${limits}?dryRun=All` : limits,
  body: {
    apiVersion: `${group}/v1`,
    kind: 'Limit',
    metadata: { name: `${name}-1`, labels: { case: name } },
    limit: 3,
    words: ['a'],
    tags: ['t'],
    ports: [{ name: 'x', port: 1 }],
    whole: { a: '1' },
    free: { some: { thing: 1 } },
  },
});

const toLimit = (name: string, ...mutations: readonly Json[]): PolicyCase => ({
  name,
  policy: { mutations, matchConstraints: constraints(name, ['limits']) },
  requests: { create: limit(name) },
});

const scaler = (name: string, version: 'v1' | 'v2'): AskedRequest => ({
  path: `/apis/autoscaling/${version}/namespaces/${policedNamespace}/horizontalpodautoscalers?dryRun=All`,
  body: {
    metadata: { name: `${name}-1`, labels: { case: name } },
    spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } },
  },
});

const toScaler = (name: string, ...mutations: readonly Json[]): PolicyCase => ({
  name,
  policy: {
    mutations,
    matchConstraints: {
      matchPolicy: 'Equivalent',
      objectSelector: { matchLabels: { case: name } },
      resourceRules: [
        {
          operations: ['*'],
          apiGroups: ['autoscaling'],
          apiVersions: ['v2'],
          resources: ['horizontalpodautoscalers'],
        },
      ],
    },
  },
  requests: { v1: scaler(name, 'v1'), v2: scaler(name, 'v2') },
});

/** Mutations of custom objects, of objects in other versions, and of parts of objects. */
export const customMutations: readonly PolicyCase[] = [
  toLimit('custom-number', applied('Object{limit: 5, ratio: 2.5}')),
  toLimit('custom-ratio', applied('Object{ratio: 2}')),
  toLimit('custom-double', applied('Object{limit: 2.0}')),
  toLimit('custom-unknown', applied('Object{wrong: 5}')),
  toLimit('custom-type', applied('Object{limit: "x"}')),
  toLimit('custom-words', applied('Object{words: ["b"]}')),
  toLimit('custom-tags', applied('Object{tags: ["u", "t"]}')),
  toLimit(
    'custom-ports',
    applied('Object{ports: [Object.ports{name: "y"}, Object.ports{name: "x", port: 2}]}'),
  ),
  toLimit('custom-nameless', applied('Object{ports: [Object.ports{port: 2}]}')),
  toLimit('custom-whole', applied('Object{whole: Object.whole{b: ["x"]}}')),
  toLimit('custom-free', applied('Object{free: Object.free{more: "x", list: ["y"]}}')),
  toLimit('custom-free-map', applied('Object{free: {"more": "x"}}')),
  toLimit('custom-named', applied('Object{named: {"a": "b"}}')),
  toLimit('custom-metadata', applied('Object{metadata: Object.metadata{labels: {"a": "b"}}}')),
  toLimit('custom-add', added('/limit', '7')),
  toLimit('custom-add-unknown', added('/wrong', '7')),
  toLimit('custom-add-type', added('/limit', '"x"')),
  toLimit('custom-add-double', added('/ratio', '7.0')),
  toLimit('custom-add-port', added('/ports/-', '{"name": "z"}')),
  toLimit('custom-add-label', added('/metadata/labels/n', '3')),
  toLimit('custom-kind', patched('[JSONPatch{op: "replace", path: "/kind", value: "Other"}]')),
  toLimit('custom-remove', patched('[JSONPatch{op: "remove", path: "/metadata"}]')),
  {
    ...toLimit('custom-stored', added('/wrong', '7'), applied('Object{limit: 8}')),
    requests: {
      create: limit('custom-stored', false),
      read: { path: `${limits}/custom-stored-1` },
      patch: {
        method: 'PATCH',
        path: `${limits}/custom-stored-1`,
        headers: { 'content-type': 'application/merge-patch+json' },
        body: { words: ['z'] },
      },
    },
  },
  toScaler('version-apply', applied('Object{spec: Object.spec{minReplicas: 2}}')),
  toScaler(
    'version-metrics',
    applied(
      'Object{spec: Object.spec{behavior: Object.spec.behavior{scaleDown: Object.spec.behavior.scaleDown{stabilizationWindowSeconds: 5}}}}',
    ),
  ),
  toScaler('version-patch', added('/spec/minReplicas', '2')),
  toScaler(
    'version-kind',
    applied(
      'Object{metadata: Object.metadata{annotations: {"kind": request.kind.version + request.requestKind.version + object.apiVersion}}}',
    ),
  ),
  {
    name: 'connected-apply',
    policy: {
      mutations: [applied('Object{stdin: true}')],
      matchConstraints: {
        resourceRules: [
          { operations: ['CONNECT'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods/exec'] },
        ],
      },
    },
    requests: {
      exec: {
        method: 'POST',
        path: `/api/v1/namespaces/${policedNamespace}/pods/p/exec?command=ls&stdout=true`,
      },
    },
  },
  {
    name: 'part-scale',
    policy: {
      mutations: [applied('Object{spec: Object.spec{replicas: 2}}')],
      matchConstraints: {
        resourceRules: [
          {
            operations: ['UPDATE'],
            apiGroups: ['apps'],
            apiVersions: ['v1'],
            resources: ['deployments/scale'],
          },
        ],
      },
    },
    requests: {
      deployment: {
        path: `/apis/apps/v1/namespaces/${policedNamespace}/deployments`,
        body: {
          metadata: { name: 'scaled' },
          spec: {
            replicas: 0,
            selector: { matchLabels: { a: 'b' } },
            template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
          },
        },
      },
      scale: {
        method: 'PATCH',
        path: `/apis/apps/v1/namespaces/${policedNamespace}/deployments/scaled/scale`,
        headers: { 'content-type': 'application/merge-patch+json' },
        body: { spec: { replicas: 1 } },
      },
    },
  },
];
