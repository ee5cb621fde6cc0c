import { allow } from '../allow.ts';
import { tokens } from '../asked-server.ts';
import type { Family } from '../family.ts';
import { namespace } from '../places.ts';

const authorization = '/apis/authorization.k8s.io/v1';
const authentication = '/apis/authentication.k8s.io/v1';
const pods = { namespace, verb: 'get', resource: 'pods' };

const requirement = (key: string, operator: string, values?: readonly string[]) => ({
  key,
  operator,
  ...(values === undefined ? {} : { values }),
});

/** What is asked about: `spec` without the user. */
const questions: Readonly<Record<string, object>> = {
  nothing: {},
  'an empty resource': { resourceAttributes: {} },
  'a resource': { resourceAttributes: pods },
  'a name': { resourceAttributes: { ...pods, name: 'p' } },
  'a subresource': { resourceAttributes: { ...pods, subresource: 'log' } },
  'a group': { resourceAttributes: { ...pods, group: 'apps', resource: 'deployments', version: 'v1' } },
  'everything everywhere': {
    resourceAttributes: { verb: '*', group: '*', resource: '*', version: '*', namespace: '' },
  },
  'a resource without a verb': { resourceAttributes: { resource: 'pods' } },
  'an unknown resource': { resourceAttributes: { verb: 'get', resource: 'nope', group: 'nope' } },
  'an unknown verb': { resourceAttributes: { ...pods, verb: 'juggle' } },
  'a path': { nonResourceAttributes: { path: '/healthz', verb: 'get' } },
  'an empty path': { nonResourceAttributes: {} },
  'another path': { nonResourceAttributes: { path: '/nope', verb: 'post' } },
  'a path and a resource': {
    resourceAttributes: pods,
    nonResourceAttributes: { path: '/healthz', verb: 'get' },
  },
  'an unknown field': { resourceAttributes: { ...pods, bogus: 1 } },
  'a wrong type': { resourceAttributes: { verb: ['get'] } },
};

/** `fieldSelector` and `labelSelector` of a question. */
const selectors: Readonly<Record<string, object>> = {
  'a field': { fieldSelector: { requirements: [requirement('spec.nodeName', 'In', ['n1'])] } },
  'a raw field': { fieldSelector: { rawSelector: 'spec.nodeName=n1' } },
  'a raw field that is wrong': { fieldSelector: { rawSelector: 'a&b' } },
  'a field, raw and parsed': {
    fieldSelector: { rawSelector: 'a=b', requirements: [requirement('a', 'In', ['b'])] },
  },
  'an empty field selector': { fieldSelector: {} },
  'two values of a field': { fieldSelector: { requirements: [requirement('a', 'In', ['b', 'c'])] } },
  'a field that is not': { fieldSelector: { requirements: [requirement('a', 'NotIn', ['b'])] } },
  'a field without a key': { fieldSelector: { requirements: [requirement('', 'In', ['b'])] } },
  'a field without values': { fieldSelector: { requirements: [requirement('a', 'In', [])] } },
  'a field that exists': { fieldSelector: { requirements: [requirement('a', 'Exists')] } },
  'a field that exists with a value': {
    fieldSelector: { requirements: [requirement('a', 'Exists', ['b'])] },
  },
  'a field of an unknown operator': { fieldSelector: { requirements: [requirement('a', 'Near', ['b'])] } },
  'a label': { labelSelector: { requirements: [requirement('app', 'In', ['web'])] } },
  'a raw label': { labelSelector: { rawSelector: 'app in (web,api),!old' } },
  'a raw label that is wrong': { labelSelector: { rawSelector: 'a in (' } },
  'a label, raw and parsed': {
    labelSelector: { rawSelector: 'a=b', requirements: [requirement('a', 'In', ['b'])] },
  },
  'an empty label selector': { labelSelector: {} },
  'a label with a bad key': { labelSelector: { requirements: [requirement('-', 'In', ['b'])] } },
  'a label with a bad value': { labelSelector: { requirements: [requirement('a', 'In', ['-'])] } },
  'a label without values': { labelSelector: { requirements: [requirement('a', 'NotIn', [])] } },
  'a label that is absent': { labelSelector: { requirements: [requirement('a', 'DoesNotExist')] } },
  'a label that is absent with a value': {
    labelSelector: { requirements: [requirement('a', 'DoesNotExist', ['b'])] },
  },
  'a label of an unknown operator': { labelSelector: { requirements: [requirement('a', 'Near', ['b'])] } },
  'both selectors': {
    fieldSelector: { rawSelector: 'metadata.name=x' },
    labelSelector: { rawSelector: 'a=b' },
  },
};

/** Users that are asked about. */
const subjects: Readonly<Record<string, object>> = {
  nobody: {},
  'an empty user': { user: '' },
  'a user': { user: 'user' },
  'a reviewer': { user: 'reviewer' },
  'a master': { user: 'x', groups: ['system:masters'] },
  'a group alone': { groups: ['system:authenticated'] },
  'an account': { user: `system:serviceaccount:${namespace}:default` },
  'a node': { user: 'system:node:n1', groups: ['system:nodes'] },
  'a user with extra': { user: 'user', uid: 'u', extra: { scopes: ['a'] } },
  'the scheduler': { user: 'system:kube-scheduler' },
};

const access: Family = {
  name: 'reviews of access',
  async run(ask) {
    await allow(ask, 'reviewer', [
      { apiGroups: ['apps'], resources: ['deployments', 'deployments/scale'], verbs: ['get', 'list'] },
      { apiGroups: [''], resources: ['pods'], resourceNames: ['p'], verbs: ['*'] },
      { nonResourceURLs: ['/nope', '/logs/*'], verbs: ['post', 'get'] },
    ]);
    const all = {
      ...questions,
      ...Object.fromEntries(
        Object.entries(selectors).map(([name, selector]) => [
          name,
          { resourceAttributes: { ...pods, verb: 'list', ...selector } },
        ]),
      ),
    };
    for (const [question, attributes] of Object.entries(all)) {
      for (const [who, subject] of Object.entries(subjects)) {
        const spec = { ...attributes, ...subject };
        await ask(`${question} of ${who}`, {
          path: `${authorization}/subjectaccessreviews`,
          body: { spec },
        });
        await ask(`${question} of ${who}, local`, {
          path: `${authorization}/namespaces/${namespace}/localsubjectaccessreviews`,
          body: { spec },
        });
      }
      for (const [who, token] of Object.entries(tokens)) {
        await ask(`${question} by ${who}`, {
          path: `${authorization}/selfsubjectaccessreviews`,
          token,
          body: { spec: attributes },
        });
      }
    }
  },
};

const forms: Family = {
  name: 'forms of reviews',
  async run(ask) {
    const spec = { user: 'user', resourceAttributes: pods };
    for (const resource of [
      `${authorization}/subjectaccessreviews`,
      `${authorization}/selfsubjectaccessreviews`,
      `${authorization}/selfsubjectrulesreviews`,
      `${authorization}/namespaces/${namespace}/localsubjectaccessreviews`,
      `${authentication}/selfsubjectreviews`,
      `${authentication}/tokenreviews`,
      `${authorization}/namespaces/${namespace}/subjectaccessreviews`,
      `${authorization}/localsubjectaccessreviews`,
      `${authorization}/namespaces/other/localsubjectaccessreviews`,
    ]) {
      const post = (name: string, body: object | string, query = '', headers = {}) =>
        ask(`${name} to ${resource}`, { method: 'POST', path: `${resource}${query}`, headers, body });
      await post('a name', { metadata: { name: 'n' }, spec });
      await post('a namespace', { metadata: { namespace: 'n' }, spec });
      await post('the namespace', { metadata: { namespace }, spec });
      await post('labels', { metadata: { labels: { a: 'b' } }, spec });
      await post('a prefix', { metadata: { generateName: 'a-' }, spec });
      await post('managed fields', { metadata: { managedFields: [{ manager: 'x' }] }, spec });
      await post('a status', { spec, status: { allowed: true, reason: 'because' } });
      await post('no spec', {});
      await post('a spec that is null', { spec: null });
      await post('a wrong spec', { spec: [] });
      await post('another kind', { kind: 'Pod', apiVersion: 'v1', spec });
      await post('an unknown field', { spec, bogus: 1 }, '?fieldValidation=Strict');
      await post('dry run', { spec }, '?dryRun=All');
      await post('a wrong dry run', { spec }, '?dryRun=Some');
      await post('a manager', { spec }, '?fieldManager=m');
      await post('pretty', { spec }, '?pretty=true');
      await post('as a table', { spec }, '', {
        accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
      });
      await post('as metadata', { spec }, '', {
        accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
      });
      await post('as YAML', { spec }, '', { accept: 'application/yaml' });
      await post('as protobuf', { spec }, '', { accept: 'application/vnd.kubernetes.protobuf' });
      for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD']) {
        await ask(`${method} of ${resource}`, { method, path: resource });
        await ask(`${method} of one of ${resource}`, { method, path: `${resource}/x` });
      }
      for (const [who, token] of [
        ['a user', tokens.user],
        ['nobody', null],
      ] as const) {
        await ask(`by ${who} to ${resource}`, { path: resource, body: { spec }, token });
      }
    }
    await ask('a local review of another namespace', {
      path: `${authorization}/namespaces/${namespace}/localsubjectaccessreviews`,
      body: { spec: { user: 'u', resourceAttributes: { ...pods, namespace: 'other' } } },
    });
    await ask('a local review of a path', {
      path: `${authorization}/namespaces/${namespace}/localsubjectaccessreviews`,
      body: { spec: { user: 'u', nonResourceAttributes: { path: '/', verb: 'get' } } },
    });
  },
};

const rules: Family = {
  name: 'reviews of rules',
  async run(ask) {
    for (const [who, token] of [...Object.entries(tokens), ['nobody', null] as const]) {
      for (const [name, spec] of Object.entries({
        'no namespace': {},
        'an empty namespace': { namespace: '' },
        'a namespace': { namespace },
        'another namespace': { namespace: 'kube-system' },
        'a namespace that is not there': { namespace: 'nope' },
        'a bad namespace': { namespace: 'A B' },
      })) {
        await ask(`${name} by ${who}`, {
          path: `${authorization}/selfsubjectrulesreviews`,
          body: { spec },
          token,
        });
      }
    }
  },
};

const identity: Family = {
  name: 'reviews of identity',
  async run(ask) {
    for (const [who, token] of [
      ...Object.entries(tokens),
      ['nobody', null] as const,
      ['a bad token', 'x'] as const,
    ]) {
      await ask(`who ${who} is`, { path: `${authentication}/selfsubjectreviews`, body: {}, token });
    }
    for (const [name, spec] of Object.entries({
      'an empty token': { token: '' },
      'a token': { token: tokens.user },
      "the administrator's token": { token: tokens.admin },
      'an unknown token': { token: 'nope' },
      'a token with a space': { token: ' user-token' },
      'a token with an audience': { token: tokens.user, audiences: ['https://kubernetes.default.svc'] },
      'a token with another audience': { token: tokens.user, audiences: ['other'] },
      'a token with an empty audience': { token: tokens.user, audiences: [''] },
      'a token with no audiences': { token: tokens.user, audiences: [] },
      'a broken JWT': { token: 'a.b.c' },
      'a long token': { token: 'x'.repeat(20_000) },
    })) {
      await ask(name, { path: `${authentication}/tokenreviews`, body: { spec } });
    }
  },
};

/** Reviews of access, rules, tokens and identities: who may what, and how wrong ones are refused. */
export const reviews: readonly Family[] = [access, forms, rules, identity];
