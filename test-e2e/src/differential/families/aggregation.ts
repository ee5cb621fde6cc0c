import {
  apiServiceObjects,
  testExtensionServer,
} from '../../../../apiserver-lite/src/aggregator/testing/extension-server.ts';
import { testAuthority } from '../../../../apiserver-lite/src/server/testing/certificates.ts';
import { type AskedRequest, tokens } from '../asked-server.ts';
import type { Ask, Family } from '../family.ts';
import { cleaned } from './cleaned.ts';

const api = '/apis/ext.example.com/v1';
const apiServices = '/apis/apiregistration.k8s.io/v1/apiservices';
const services = '/api/v1/namespaces/default/services';
const slices = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const merge = { 'content-type': 'application/merge-patch+json' };
const waitMs = 100;
const attempts = 600;

interface Parts {
  ask: Ask;
  /** Of the extension server. */
  port: number;
}

// oxlint-disable-next-line typescript/no-explicit-any
async function read({ ask }: Parts, path: string, headers: Record<string, string> = {}): Promise<any> {
  const { body } = await ask.silently({ path, headers });
  return JSON.parse(body.toString());
}

async function until<Value>(look: () => Promise<Value | undefined>): Promise<Value | undefined> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
  return undefined;
}

interface Condition {
  reason: string;
}

/** Shows the condition when it has that reason, or what it is after a while. */
async function showCondition(parts: Parts, title: string, reason: string): Promise<void> {
  let last: unknown;
  await until(async () => {
    const { status } = await read(parts, `${apiServices}/v1.ext.example.com`);
    last = status;
    const [condition] = (status?.conditions ?? []) as Condition[];
    return condition?.reason === reason ? true : undefined;
  });
  parts.ask.show(title, { status: JSON.parse(cleaned(JSON.stringify(last ?? null), [parts.port])) });
}

/** Shows how the version is discovered, once it is that fresh. */
async function showDiscovery(parts: Parts, title: string, freshness: string | undefined): Promise<void> {
  let last: unknown;
  await until(async () => {
    const { items } = await read(parts, '/apis', { accept: aggregated });
    const groups = items as { metadata: { name: string }; versions: { freshness: string }[] }[];
    last = groups.filter(({ metadata }) => metadata.name.endsWith('.example.com'));
    const [version] = groups.find(({ metadata }) => metadata.name === 'ext.example.com')?.versions ?? [];
    return version?.freshness === freshness ? true : undefined;
  });
  const { groups } = await read(parts, '/apis');
  parts.ask.show(title, {
    aggregated: last,
    groups: (groups as { name: string }[]).filter(({ name }) => name.endsWith('.example.com')),
  });
}

async function showAnswer({ ask, port }: Parts, title: string, request: AskedRequest): Promise<void> {
  const { code, headers, body } = await ask.silently(request);
  const { 'content-type': type, 'x-from': from, 'x-hop': hop } = headers;
  ask.show(title, { code, type, from, hop, body: cleaned(body.toString(), [port]) });
}

/**
 * What the two programs settle between each other: that the connection is kept, and bodies may be compressed.
 */
const ofTheConnection: ReadonlySet<string> = new Set(['connection: keep-alive', 'accept-encoding: gzip']);

/** What the extension server got. */
async function showRequest({ ask, port }: Parts, title: string, request: AskedRequest): Promise<void> {
  const { body } = await ask.silently(request);
  const text = cleaned(body.toString(), [port]);
  const got = JSON.parse(text) as { headers: string[] };
  ask.show(title, { ...got, headers: got.headers.filter((line) => !ofTheConnection.has(line)) });
}

async function tryConditions(parts: Parts, objects: ReturnType<typeof apiServiceObjects>): Promise<void> {
  const { ask, port } = parts;
  const { service, apiService } = objects;
  const remove = (path: string) => ask.silently({ method: 'DELETE', path });
  await ask.silently({ path: apiServices, body: apiService });
  await showCondition(parts, 'condition: no service', 'ServiceNotFound');
  await showAnswer(parts, 'request: no service', { path: `${api}/things` });
  await showAnswer(parts, 'discovery of the version: no service', { path: api });
  await showDiscovery(parts, 'discovery: no service', 'Stale');
  await ask.silently({
    path: services,
    body: { ...service, spec: { ports: [{ port: port === 1 ? 2 : 1 }] } },
  });
  await showCondition(parts, 'condition: another port', 'ServicePortError');
  await remove(`${services}/extension`);
  await ask.silently({ path: services, body: { ...service, spec: { ports: [{ name: 'b', port }] } } });
  await showCondition(parts, 'condition: no endpoints', 'EndpointsNotFound');
  await ask.silently({
    path: slices,
    body: {
      metadata: { name: 'extension', labels: { 'kubernetes.io/service-name': 'extension' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: false } }],
      ports: [{ name: 'b', port: 8443 }],
    },
  });
  await showCondition(parts, 'condition: endpoints that are not ready', 'MissingEndpoints');
  await remove(`${slices}/extension`);
  await remove(`${services}/extension`);
  await ask.silently({ path: services, body: service });
  await showCondition(parts, 'condition: all well', 'Passed');
  await showDiscovery(parts, 'discovery: all well', 'Current');
}

async function tryRequests(parts: Parts): Promise<void> {
  const impersonated = { 'impersonate-user': 'jane', 'impersonate-group': 'system:masters' };
  await showRequest(parts, 'request: with a query', { path: `${api}/things?a=b&c=d%20e` });
  await showRequest(parts, 'request: with a body', { path: `${api}/namespaces/a/things`, body: { a: 1 } });
  await showRequest(parts, 'request: of somebody else', { path: `${api}/things`, headers: impersonated });
  await showRequest(parts, 'request: with headers that lie', {
    path: `${api}/things`,
    headers: {
      'x-remote-user': 'fake',
      'x-remote-group': 'fake',
      'x-remote-extra-a': 'b',
      'x-forwarded-for': '10.0.0.9',
      'x-forwarded-host': 'fake',
      'x-mine': '1',
    },
  });
  await showRequest(parts, 'request: with dots', { path: `${api}/a//b/../c%2Fd` });
  await showRequest(parts, 'request: with a slash', { path: `${api}/` });
  await showAnswer(parts, 'answer: resources', { path: api });
  await showAnswer(parts, 'answer: teapot', { path: `${api}/teapots` });
  await showAnswer(parts, 'answer: redirect', { path: `${api}/redirects` });
  await showAnswer(parts, 'answer: broken off', { path: `${api}/breaks` });
  await showAnswer(parts, 'answer: forbidden', { path: `${api}/things`, token: tokens.user });
  await showAnswer(parts, 'answer: another version', { path: '/apis/ext.example.com/v2/things' });
  await showAnswer(parts, 'answer: group', { path: '/apis/ext.example.com' });
}

async function tryDocuments(parts: Parts): Promise<void> {
  const item = await until(async () => (await read(parts, '/openapi/v3')).paths['apis/ext.example.com/v1']);
  parts.ask.show('OpenAPI 3: index', { item });
  await showAnswer(parts, 'OpenAPI 3: document', { path: '/openapi/v3/apis/ext.example.com/v1?hash=ABC' });
  const document = await until(async () => {
    const { paths, definitions } = await read(parts, '/openapi/v2');
    return paths[`${api}/things`] === undefined ? undefined : { paths, definitions };
  });
  parts.ask.show('OpenAPI 2', {
    path: document?.paths[`${api}/things`],
    other: document?.paths['/other/'] === undefined,
    definition: document?.definitions['com.example.ext.v1.Thing'],
  });
}

/** In which order groups and versions stand. */
async function tryPriorities(parts: Parts): Promise<void> {
  const { ask } = parts;
  const rows: [string, string, number, number][] = [
    ['a.example.com', 'v1', 100, 10],
    ['b.example.com', 'v1', 20_000, 10],
    ['c.example.com', 'v1', 100, 10],
    ['c.example.com', 'v2', 300, 5],
    ['c.example.com', 'v2beta1', 50, 20],
    ['c.example.com', 'v10', 50, 5],
    ['ext.example.com', 'v2', 100, 20],
    ['apps', 'v2', 100, 1],
  ];
  for (const [group, version, groupPriorityMinimum, versionPriority] of rows) {
    const service = { namespace: 'default', name: 'none' };
    const spec = { group, version, groupPriorityMinimum, versionPriority, service };
    await ask.silently({ path: apiServices, body: { metadata: { name: `${version}.${group}` }, spec } });
  }
  const order = await until(async () => {
    const { items } = await read(parts, '/apis', { accept: aggregated });
    const found = (items as { metadata: { name: string }; versions: { version: string }[] }[]).map(
      ({ metadata, versions }) => [metadata.name, ...versions.map(({ version }) => version)].join(' '),
    );
    return found.some((line) => line.startsWith('c.') && line.split(' ').length === 5) ? found : undefined;
  });
  const { groups } = await read(parts, '/apis');
  const legacy = (groups as { name: string; versions: { version: string }[] }[]).map(({ name, versions }) =>
    [name, ...versions.map(({ version }) => version)].join(' '),
  );
  ask.show('order of groups', { order, legacy });
  for (const [group, version] of rows) {
    await ask.silently({ method: 'DELETE', path: `${apiServices}/${version}.${group}` });
  }
}

/** APIServices with a server behind them: conditions, requests, discovery and documents. */
export const aggregation: Family = {
  name: 'aggregation',
  async run(ask) {
    const authority = await testAuthority();
    const tls = await authority.server(['extension.default.svc']);
    const extension = await testExtensionServer({ ...tls, ca: authority.cert });
    const parts = { ask, port: extension.port };
    const objects = apiServiceObjects(extension.port, authority.cert);
    try {
      await showDiscovery(parts, 'discovery: nothing yet', undefined);
      await tryConditions(parts, objects);
      await tryRequests(parts);
      await tryDocuments(parts);
      await tryPriorities(parts);
      extension.discovery = 'broken';
      const touched = { metadata: { labels: { touched: 'yes' } } };
      await ask.silently({ method: 'PATCH', path: `${services}/extension`, headers: merge, body: touched });
      await showCondition(parts, 'condition: broken', 'FailedDiscoveryCheck');
      await showDiscovery(parts, 'discovery: broken', 'Stale');
      extension.discovery = 'legacy';
      extension.resources = ['gadgets', 'things'];
      const again = { metadata: { labels: { touched: 'again' } } };
      await ask.silently({ method: 'PATCH', path: `${services}/extension`, headers: merge, body: again });
      await showCondition(parts, 'condition: well again', 'Passed');
      await showDiscovery(parts, 'discovery: an old server', 'Current');
    } finally {
      await ask.silently({ method: 'DELETE', path: `${apiServices}/v1.ext.example.com` });
      await ask.silently({ method: 'DELETE', path: `${services}/extension` });
      await extension.close();
    }
    await showDiscovery(parts, 'discovery: deleted', undefined);
    await showAnswer(parts, 'request: deleted', { path: `${api}/things` });
  },
};
