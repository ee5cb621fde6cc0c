import type { Ask } from '../../family.ts';
import { untilCondition } from '../../until-condition.ts';
import { configMap, constraints, type Json, policedNamespace, type PolicyCase } from './policy-case.ts';

/** The group of the kinds of parameters. */
export const group = 'params.example.com';
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

const schema = {
  openAPIV3Schema: {
    type: 'object',
    properties: {
      limit: { type: 'integer' },
      ratio: { type: 'number' },
      words: { type: 'array', items: { type: 'string' } },
      tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
      ports: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        items: {
          type: 'object',
          required: ['name'],
          properties: { name: { type: 'string' }, port: { type: 'integer', default: 80 } },
        },
      },
      whole: {
        type: 'object',
        'x-kubernetes-map-type': 'atomic',
        properties: { a: { type: 'string' }, b: { type: 'array', items: { type: 'string' } } },
      },
      free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      named: { type: 'object', additionalProperties: { type: 'string' } },
    },
  },
};

function definition(plural: string, kind: string, scope: string): Json {
  const version = (name: string, storage: boolean) => ({ name, served: true, storage, schema });
  return {
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      versions: [version('v1', true), version('v2', false)],
    },
  };
}

/** Defines kinds of parameters, and creates objects of them. */
export async function createParams(ask: Ask): Promise<void> {
  for (const [plural, kind, scope] of [
    ['limits', 'Limit', 'Namespaced'],
    ['bounds', 'Bound', 'Cluster'],
  ] as const) {
    await ask(`define ${plural}`, { path: definitions, body: definition(plural, kind, scope) });
    await untilCondition(ask, `${definitions}/${plural}.${group}`, 'Established');
  }
  const of = (kind: string, name: string, fields: Json) => ({
    apiVersion: `${group}/v1`,
    kind,
    metadata: { name, labels: { use: 'yes' } },
    ...fields,
  });
  const limits = `/apis/${group}/v1/namespaces/${policedNamespace}/limits`;
  const objects: [string, Json][] = [
    [limits, of('Limit', 'small', { limit: 1, ratio: 1.5, words: ['a'] })],
    [limits, of('Limit', 'large', { limit: 9, words: ['a', 'b'] })],
    [`/apis/${group}/v1/bounds`, of('Bound', 'upper', { limit: 5 })],
    [
      `/api/v1/namespaces/${policedNamespace}/configmaps`,
      { metadata: { name: 'settings', labels: { use: 'yes' } }, data: { limit: '3' } },
    ],
  ];
  for (const [path, body] of objects) {
    for (let attempt = 0; attempt < 100; attempt++) {
      const { code } = await ask.silently({ path, body });
      if (code === 201 || code === 409) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Takes the definitions away. */
export async function deleteParams(ask: Ask): Promise<void> {
  for (const plural of ['limits', 'bounds']) {
    await ask.silently({ method: 'DELETE', path: `${definitions}/${plural}.${group}` });
  }
}

const limit = { apiVersion: `${group}/v1`, kind: 'Limit' };
const refusing = (messageExpression: string): Json => ({
  validations: [{ expression: 'false', messageExpression }],
});
const ref = (more: Json): Json => ({ parameterNotFoundAction: 'Deny', ...more });

const one = (name: string, paramKind: Json, paramRef: Json, policy: Json): PolicyCase => ({
  name,
  policy: { paramKind, ...policy },
  bindings: [{ paramRef }],
  requests: { create: configMap(name, { a: '1' }) },
});

const shown = 'params.kind + " " + params.apiVersion + " " + params.metadata.name';

/** Policies with parameters. */
export const params: readonly PolicyCase[] = [
  one(
    'param-name',
    limit,
    ref({ name: 'small' }),
    refusing(`${shown} + string(params.limit) + string(params.ratio)`),
  ),
  one('param-namespace', limit, ref({ name: 'small', namespace: policedNamespace }), refusing(shown)),
  one('param-elsewhere', limit, ref({ name: 'small', namespace: 'default' }), refusing(shown)),
  one('param-missing', limit, ref({ name: 'missing' }), refusing(shown)),
  one('param-allowed', limit, ref({ name: 'missing', parameterNotFoundAction: 'Allow' }), refusing(shown)),
  one('param-ignored', limit, ref({ name: 'missing' }), { failurePolicy: 'Ignore', ...refusing(shown) }),
  one('param-version', { ...limit, apiVersion: `${group}/v2` }, ref({ name: 'small' }), refusing(shown)),
  one('param-selected', limit, ref({ selector: { matchLabels: { use: 'yes' } } }), {
    validations: [{ expression: 'params.limit < 5', messageExpression: '"limit " + string(params.limit)' }],
  }),
  one('param-unselected', limit, ref({ selector: { matchLabels: { use: 'no' } } }), refusing(shown)),
  one('param-all', limit, ref({ selector: {} }), {
    validations: [{ expression: 'params.words.size() < 2', messageExpression: 'params.metadata.name' }],
  }),
  one('param-condition', limit, ref({ selector: {} }), {
    matchConditions: [{ name: 'c', expression: 'params.limit == 9' }],
    ...refusing(shown),
  }),
  one('param-variable', limit, ref({ name: 'small' }), {
    variables: [{ name: 'limit', expression: 'params.limit * 2' }],
    ...refusing('string(variables.limit)'),
  }),
  one('param-cluster', { apiVersion: `${group}/v1`, kind: 'Bound' }, ref({ name: 'upper' }), refusing(shown)),
  one(
    'param-cluster-namespace',
    { apiVersion: `${group}/v1`, kind: 'Bound' },
    ref({ name: 'upper', namespace: policedNamespace }),
    refusing(shown),
  ),
  one(
    'param-core',
    { apiVersion: 'v1', kind: 'ConfigMap' },
    ref({ name: 'settings' }),
    refusing(`${shown} + params.data.limit`),
  ),
  one(
    'param-unknown',
    { apiVersion: `${group}/v1`, kind: 'Unknown' },
    ref({ name: 'small' }),
    refusing('"x"'),
  ),
  one('param-unknown-ignored', { apiVersion: `${group}/v1`, kind: 'Unknown' }, ref({ name: 'small' }), {
    failurePolicy: 'Ignore',
    ...refusing('"x"'),
  }),
  {
    name: 'param-unbound',
    policy: { paramKind: limit, ...refusing('string(params == null)') },
    requests: { create: configMap('param-unbound') },
  },
  {
    name: 'param-without-kind',
    policy: refusing('"seen"'),
    bindings: [{ paramRef: ref({ name: 'small' }) }],
    requests: { create: configMap('param-without-kind') },
  },
  {
    name: 'param-for-cluster',
    policy: {
      paramKind: limit,
      ...refusing(shown),
      matchConstraints: constraints('param-for-cluster', ['clusterroles']),
    },
    bindings: [{ paramRef: ref({ name: 'small' }) }],
    requests: {
      create: {
        path: '/apis/rbac.authorization.k8s.io/v1/clusterroles?dryRun=All',
        body: { metadata: { name: 'c', labels: { case: 'param-for-cluster' } }, rules: [] },
      },
    },
  },
  {
    name: 'param-object',
    policy: {
      ...refusing(
        'string(object.limit / 2) + string(object.ratio / 2.0) + string(type(object.limit)) + string(type(object.ratio)) + string(object.words.size())',
      ),
      matchConstraints: constraints('param-object', ['limits']),
    },
    requests: {
      create: {
        path: `/apis/${group}/v1/namespaces/${policedNamespace}/limits?dryRun=All`,
        body: `{"apiVersion":"${group}/v1","kind":"Limit","metadata":{"name":"l","labels":{"case":"param-object"}},"limit":7,"ratio":3.0,"words":[]}`,
      },
      'another version': {
        path: `/apis/${group}/v2/namespaces/${policedNamespace}/limits?dryRun=All`,
        body: `{"apiVersion":"${group}/v2","kind":"Limit","metadata":{"name":"l","labels":{"case":"param-object"}},"limit":7,"ratio":1e1,"words":["x"]}`,
      },
    },
  },
];
