import type { Ask, Family } from '../family.ts';
import { namespace } from '../places.ts';

/** Of the paths to which all methods are sent: a namespace that nobody needs afterwards. */
const spare = 'spare';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

const paths = [
  '/',
  '/index.html',
  '/api',
  '/api/',
  '/api/v1',
  '/api/v1/',
  '/api/v2',
  '/apis',
  '/apis/',
  '/apis/apps',
  '/apis/apps/',
  '/apis/apps/v1',
  '/apis/apps/v1beta1',
  '/apis/nope',
  '/apis/nope/v1',
  '/apis/nope/v1/things',
  '/api/v1/nope',
  '/api/v1/namespaces',
  `/api/v1/namespaces/${spare}`,
  `/api/v1/namespaces/${spare}/nope`,
  `/api/v1/namespaces/${spare}/pods`,
  `/api/v1/namespaces/${spare}/pods/nope`,
  `/api/v1/namespaces/${spare}/pods/nope/status`,
  `/api/v1/namespaces/${spare}/pods/nope/nope`,
  `/api/v1/namespaces/${spare}/pods/nope/status/more`,
  `/api/v1/namespaces/${spare}/namespaces`,
  `/api/v1/namespaces/${spare}/nodes`,
  `/api/v1/namespaces/${spare}/status`,
  `/api/v1/namespaces/${spare}/finalize`,
  '/api/v1/pods',
  '/api/v1/pods/nope',
  '/api/v1/watch',
  '/api/v1/nodes/nope',
  '/api/v1/nodes/nope/proxy',
  '/api/v1/bindings',
  `/api/v1/namespaces/${spare}/bindings`,
  '/api/v1/componentstatuses/nope',
  '//api/v1/pods',
  '/api//v1/pods',
  '/api/v1/../v1/pods',
  '/api/v1/%2e%2e/v1/pods',
  `/api/v1/namespaces/${spare}/pods/..`,
  `/api/v1/namespaces/${spare}/pods/.`,
  `/api/v1/namespaces/${spare}/pods/%2F`,
  '/version',
  '/version/',
  '/healthz',
  '/healthz/',
  '/healthz/ping',
  '/healthz/nope',
  '/livez/ping',
  '/readyz/ping',
  '/metrics/',
  '/openid/v1/jwks',
  '/.well-known/openid-configuration',
  '/openapi/v2/',
  '/openapi/v3/',
  '/openapi/v3/apis/nope',
  '/logs',
  '/debug/pprof',
  '/nope',
];

const collection = `/api/v1/namespaces/${namespace}/configmaps`;

const accepts = [
  '*/*',
  'application/*',
  'text/html',
  'application/json, */*;q=0.1',
  'application/yaml',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=Table;v=v1beta1;g=meta.k8s.io',
  'application/json;as=Table;v=v2;g=meta.k8s.io',
  'application/json;as=Nope;v=v1;g=meta.k8s.io',
  'application/yaml;as=Table;v=v1;g=meta.k8s.io',
  'application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,application/json',
  'application/json;stream=watch',
  'nonsense',
  '',
];

const queries = [
  'limit=-1',
  'limit=abc',
  'limit=9999999999999999999',
  'timeoutSeconds=abc',
  'labelSelector=a%3D%3Db',
  'labelSelector=a+in+(b,c)',
  'labelSelector=a+notin+(b)',
  'labelSelector=!a',
  'labelSelector=a>5',
  'labelSelector=a,,b',
  'labelSelector=%2Ca',
  'labelSelector=a%3D-',
  'labelSelector=-%3Da',
  'labelSelector=a+in+()',
  'fieldSelector=metadata.name',
  'fieldSelector=metadata.name%3Da%2Cmetadata.name%3Db',
  'fieldSelector=metadata.name%21%3Da',
  'fieldSelector=nope%3Da',
  'fieldSelector=a%5Cb%3Dc',
  'watch=false',
  'allowWatchBookmarks=true',
  'sendInitialEvents=true',
  'sendInitialEvents=true&watch=1',
  'resourceVersion=-1',
  'resourceVersion=99999999999',
  'resourceVersionMatch=NotOlderThan',
  'resourceVersion=1&resourceVersionMatch=nonsense',
  'pretty=false',
  'unknown=parameter',
  'limit=1&limit=2',
  'a;b',
];

const bodies: Readonly<Record<string, string>> = {
  nothing: '',
  null: 'null',
  'a list': '[]',
  'a text': '"text"',
  'a number': '1',
  open: '{',
  'two values': '{}{}',
  'a comment': '{} // comment',
  'a wrong kind': '{"kind":"Pod","apiVersion":"v1"}',
  'a kind that is no text': '{"kind":1}',
  'an unknown version': '{"kind":"ConfigMap","apiVersion":"v9"}',
  'a name that is no text': '{"metadata":{"name":5}}',
  'duplicate keys': '{"metadata":{"name":"dup","name":"dup2"}}',
  'an unknown field': '{"metadata":{"name":"unknown"},"bogus":1}',
  'a name and a prefix': '{"metadata":{"generateName":"pre-"}}',
  'a long prefix': `{"metadata":{"generateName":"${'p'.repeat(300)}"}}`,
  'another namespace': '{"metadata":{"name":"elsewhere","namespace":"other"}}',
  'null data': '{"metadata":{"name":"null-data"},"data":null}',
  'a null value': '{"metadata":{"name":"null-value"},"data":{"a":null}}',
  'a number as a value': '{"metadata":{"name":"number"},"data":{"a":1}}',
  'bytes that are no base64': '{"metadata":{"name":"bytes"},"binaryData":{"a":"%"}}',
  'data that is too long': `{"metadata":{"name":"long"},"data":{"a":"${'x'.repeat(1024 * 1024 + 1)}"}}`,
};

async function askBodies(ask: Ask): Promise<void> {
  for (const [name, body] of Object.entries(bodies)) {
    for (const validation of ['Strict', 'Warn', 'Ignore']) {
      await ask(`${name}, ${validation}`, {
        path: `${collection}?fieldValidation=${validation}&dryRun=All`,
        method: 'POST',
        body,
      });
    }
    await ask(`${name} as YAML`, {
      path: `${collection}?dryRun=All`,
      method: 'POST',
      headers: { 'content-type': 'application/yaml' },
      body,
    });
  }
  for (const type of [
    'text/plain',
    'application/json; charset=utf-8',
    'application/vnd.kubernetes.protobuf',
    'application/xml',
    'nonsense',
  ]) {
    await ask(`content type ${type}`, {
      path: `${collection}?dryRun=All`,
      method: 'POST',
      headers: { 'content-type': type },
      body: '{"metadata":{"name":"typed"}}',
    });
  }
}

/** Paths, verbs, media types, parameters and bodies: what is there, and how it refuses. */
export const surface: readonly Family[] = [
  {
    name: 'paths and methods',
    async run(ask) {
      await ask('create the spare namespace', {
        path: '/api/v1/namespaces',
        body: { metadata: { name: spare } },
      });
      for (const path of paths) {
        for (const method of methods) {
          const body = method === 'POST' || method === 'PUT' || method === 'PATCH' ? { body: '{}' } : {};
          await ask(`${method} ${path}`, { method, path, ...body });
        }
      }
    },
  },
  {
    name: 'accept',
    async run(ask) {
      for (const path of [collection, `${collection}/nope`, '/api', '/apis', '/apis/apps/v1', '/version']) {
        for (const accept of accepts) await ask(`${path} as ${accept}`, { path, headers: { accept } });
      }
    },
  },
  {
    name: 'parameters',
    async run(ask) {
      for (const query of queries) await ask(query, { path: `${collection}?${query}`, forMs: 1500 });
    },
  },
  { name: 'bodies', run: askBodies },
  {
    name: 'access',
    async run(ask) {
      for (const path of ['/', '/api', '/healthz', '/metrics', '/version', collection, '/api/v1/nodes/n']) {
        for (const [who, token] of [
          ['a user', 'user-token'],
          ['nobody', null],
          ['a bad token', 'nonsense'],
        ] as const) {
          await ask(`${path} by ${who}`, { path, token });
          await ask(`DELETE ${path} by ${who}`, { method: 'DELETE', path, token });
        }
        await ask(`${path} by an impersonated user`, { path, headers: { 'impersonate-user': 'jane' } });
        await ask(`${path} by an impersonated group`, { path, headers: { 'impersonate-group': 'g' } });
        await ask(`${path} by a user who may not impersonate`, {
          path,
          token: 'user-token',
          headers: { 'impersonate-user': 'jane' },
        });
      }
      await ask('whoami', { path: '/apis/authentication.k8s.io/v1/selfsubjectreviews', body: {} });
    },
  },
];
