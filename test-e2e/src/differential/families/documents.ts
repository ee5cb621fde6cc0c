import { tokens } from '../asked-server.ts';
import type { Family } from '../family.ts';

interface Index {
  paths: Record<string, { serverRelativeURL: string }>;
}

const protobufV3 = 'application/com.github.proto-openapi.spec.v3@v1.0+protobuf';
const protobufV2 = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';

const accepts = [
  '*/*',
  'application/json',
  'application/*',
  'application/yaml',
  'text/html',
  protobufV3,
  'application/com.github.proto-openapi.spec.v3.v1.0+protobuf',
  protobufV2,
  'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
  'application/json;q=0.1,*/*;q=0.5',
  'nonsense',
  '',
];

const openApi: Family = {
  name: 'OpenAPI',
  async run(ask) {
    for (const accept of accepts) {
      for (const path of ['/openapi/v2', '/openapi/v3', '/openapi/v3/apis/apps/v1', '/openapi/v3/version']) {
        await ask(`${path} as ${accept}`, { path, headers: { accept } });
      }
    }
    const index = JSON.parse((await ask('index', { path: '/openapi/v3' })).body.toString()) as Index;
    for (const [name, { serverRelativeURL }] of Object.entries(index.paths)) {
      await ask(`document of ${name}`, { path: serverRelativeURL });
      await ask(`document of ${name} without a hash`, { path: `/openapi/v3/${name}` });
      await ask(`document of ${name} with another hash`, { path: `/openapi/v3/${name}?hash=ABC` });
    }
    for (const path of ['/openapi/v2', '/openapi/v3', '/openapi/v3/apis/apps/v1', '/openapi/v3/nope']) {
      const { etag = '', 'last-modified': modified = '' } = (await ask.silently({ path })).headers;
      for (const [name, headers] of Object.entries({
        'its tag': { 'if-none-match': etag },
        'its tag among others': { 'if-none-match': `"x", ${etag}` },
        'its tag, weak': { 'if-none-match': `W/${etag}` },
        'another tag': { 'if-none-match': '"x"' },
        'any tag': { 'if-none-match': '*' },
        'its tag wanted': { 'if-match': etag },
        'another tag wanted': { 'if-match': '"x"' },
        'its date': { 'if-modified-since': modified },
        'an old date': { 'if-modified-since': 'Sat, 01 Jan 2000 00:00:00 GMT' },
        'an old date wanted': { 'if-unmodified-since': 'Sat, 01 Jan 2000 00:00:00 GMT' },
        'a range': { range: 'bytes=0-9' },
        'a range out of it': { range: 'bytes=999999999-' },
        'its tag, compressed': { 'if-none-match': etag, 'accept-encoding': 'gzip' },
      })) {
        await ask(`${path} with ${name}`, { path, headers });
      }
      for (const method of ['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
        await ask(`${method} ${path}`, { method, path });
      }
      for (const [who, token] of [
        ['a user', tokens.user],
        ['nobody', null],
      ] as const) {
        await ask(`${path} by ${who}`, { path, token });
      }
    }
  },
};

const discoveryForms = ['v2', 'v2beta1', 'v1', 'v3'].flatMap((version) => [
  `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
  `application/json;as=APIGroupDiscoveryList;v=${version};g=apidiscovery.k8s.io,application/json`,
  `application/vnd.kubernetes.protobuf;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
  `application/yaml;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
]);

const discovery: Family = {
  name: 'forms of discovery',
  async run(ask) {
    for (const path of [
      '/api',
      '/apis',
      '/api/v1',
      '/apis/apps',
      '/apis/apps/v1',
      '/apis/batch',
      '/version',
    ]) {
      for (const accept of [
        ...discoveryForms,
        'application/json',
        'application/yaml',
        'application/vnd.kubernetes.protobuf',
        'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList;profile=nopeer',
        'application/json;g=apidiscovery.k8s.io;v=v2;as=Nope',
        'application/json;g=nope;v=v2;as=APIGroupDiscoveryList',
        'application/vnd.kubernetes.protobuf;q=0.5,application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList;q=0.9',
      ]) {
        await ask(`${path} as ${accept}`, { path, headers: { accept } });
      }
      const { etag = '' } = (await ask.silently({ path, headers: { accept: discoveryForms[0]! } })).headers;
      for (const [name, tag] of Object.entries({ 'its tag': etag, 'another tag': '"x"', 'any tag': '*' })) {
        await ask(`${path} aggregated with ${name}`, {
          path,
          headers: { accept: discoveryForms[0]!, 'if-none-match': tag },
        });
        await ask(`${path} with ${name}`, { path, headers: { 'if-none-match': tag } });
      }
      for (const [who, token] of [
        ['a user', tokens.user],
        ['nobody', null],
      ] as const) {
        await ask(`${path} by ${who}`, { path, token });
      }
      await ask(`${path} pretty`, { path: `${path}?pretty=true` });
      await ask(`${path} for kubectl`, {
        path: `${path}?timeout=32s`,
        headers: { 'user-agent': 'kubectl/v1.36' },
      });
      await ask(`${path} for curl`, { path, headers: { 'user-agent': 'curl/8' } });
      await ask(`${path} for a browser`, { path, headers: { 'user-agent': 'Mozilla/5.0' } });
    }
    const groups = JSON.parse((await ask('groups', { path: '/apis' })).body.toString()) as {
      groups: { name: string; versions: { groupVersion: string }[] }[];
    };
    for (const { name, versions } of groups.groups) {
      await ask(`group ${name}`, { path: `/apis/${name}` });
      await ask(`group ${name}, slash`, { path: `/apis/${name}/` });
      for (const { groupVersion } of versions) {
        await ask(`resources of ${groupVersion} as protobuf`, {
          path: `/apis/${groupVersion}`,
          headers: { accept: 'application/vnd.kubernetes.protobuf' },
        });
      }
    }
  },
};

/** Checks that both servers have; the others are compared by the whole pages. */
const checks = [
  'ping',
  'etcd',
  'poststarthook/generic-apiserver-start-informers',
  'poststarthook/bootstrap-controller',
  'poststarthook/rbac/bootstrap-roles',
  'poststarthook/start-kube-apiserver-identity-lease-controller',
  'poststarthook/start-kube-apiserver-identity-lease-garbage-collector',
  'poststarthook/priority-and-fairness-config-consumer',
  'poststarthook/apiservice-status-local-available-controller',
];

const health: Family = {
  name: 'health',
  async run(ask) {
    for (const path of ['/healthz', '/livez', '/readyz']) {
      for (const query of [
        '',
        '?verbose',
        '?verbose=true',
        '?verbose=false',
        '?exclude=etcd',
        '?exclude=ping&verbose',
        '?exclude=ping&exclude=log&verbose',
        '?exclude=nope',
        '?exclude=nope&exclude=other',
        '?exclude=nope&verbose',
        '?exclude=',
        '?timeout=1s',
        '?allow-partial',
      ]) {
        await ask(`${path}${query}`, { path: `${path}${query}` });
      }
      for (const name of checks) {
        await ask(`${path}/${name}`, { path: `${path}/${name}` });
        await ask(`${path}/${name} verbose`, { path: `${path}/${name}?verbose` });
        await ask(`${path} without ${name}`, { path: `${path}?exclude=${name}` });
      }
      for (const name of [
        'nope',
        'etcd-readiness',
        'shutdown',
        'informer-sync',
        'poststarthook',
        'poststarthook/nope',
        'ping/x',
        'PING',
      ]) {
        await ask(`${path}/${name} that may be absent`, { path: `${path}/${name}` });
      }
      for (const [who, token] of [
        ['a user', tokens.user],
        ['nobody', null],
        ['a bad token', 'x'],
      ] as const) {
        for (const rest of ['', '?verbose', '/ping', '/etcd', '/nope']) {
          await ask(`${path}${rest} by ${who}`, { path: `${path}${rest}`, token });
        }
      }
      for (const method of ['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
        await ask(`${method} ${path}`, { method, path });
        await ask(`${method} ${path}/ping`, { method, path: `${path}/ping` });
      }
      for (const accept of ['application/json', 'text/html', 'nonsense', 'application/yaml']) {
        await ask(`${path} as ${accept}`, { path: `${path}?verbose`, headers: { accept } });
      }
    }
  },
};

/** Documents about the server itself: OpenAPI, discovery and health, in every form. */
export const documents: readonly Family[] = [openApi, discovery, health];
