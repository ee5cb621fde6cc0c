import type { AskedRequest } from '../asked-server.ts';
import type { Ask, Family } from '../family.ts';
import { type MetricSeries, readMetrics, type ReadMetric } from '../metrics-text.ts';
import { namespace } from '../places.ts';

const configMaps = `/api/v1/namespaces/${namespace}/configmaps`;
const merge = { 'content-type': 'application/merge-patch+json' };
const apply = { 'content-type': 'application/apply-patch+yaml' };
const aggregated = { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' };

/** Requests of all sorts, whose counts are compared; what they write is gone at the end. */
async function sendSome(ask: (name: string, request: AskedRequest) => Promise<unknown>): Promise<void> {
  const path = `${configMaps}/counted`;
  const create = (name: string) => ({ path: configMaps, body: { metadata: { name }, data: { a: '1' } } });
  await ask('create', create('counted'));
  await ask('create again', create('counted'));
  await ask('create without storing', { ...create('dry'), path: `${configMaps}?dryRun=All` });
  await ask('create with a bad dryRun', { ...create('dry'), path: `${configMaps}?dryRun=Some` });
  await ask('create strictly', { ...create('strict'), path: `${configMaps}?fieldValidation=Strict` });
  await ask('create something invalid', create('In_valid'));
  await ask('create where no namespace is', { ...create('x'), path: '/api/v1/namespaces/none/configmaps' });
  await ask('get', { path });
  await ask('get nothing', { path: `${configMaps}/none` });
  await ask('update', {
    method: 'PUT',
    path,
    body: { metadata: { name: 'counted' }, data: { a: '2' } },
  });
  await ask('patch', { method: 'PATCH', path, headers: merge, body: '{"data":{"b":"1"}}' });
  await ask('apply', {
    method: 'PATCH',
    path: `${path}?fieldManager=m&force=true`,
    headers: apply,
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'counted' }, data: { c: '1' } },
  });
  await ask('list', { path: configMaps });
  await ask('list of everywhere', { path: '/api/v1/configmaps?limit=1' });
  await ask('list from the cache', { path: `${configMaps}?resourceVersion=0` });
  await ask('list of one name', { path: `${configMaps}?fieldSelector=metadata.name%3Dcounted` });
  await ask('watch', { path: `${configMaps}?watch=1&timeoutSeconds=1` });
  await ask('watch with a list', {
    path: `${configMaps}?watch=1&timeoutSeconds=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan`,
  });
  await ask('watch of one name with a list', {
    path: `${configMaps}?watch=1&timeoutSeconds=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&fieldSelector=metadata.name%3Dcounted`,
  });
  await ask('status of a namespace', { path: `/api/v1/namespaces/${namespace}/status` });
  await ask('delete', { method: 'DELETE', path });
  await ask('delete all', { method: 'DELETE', path: configMaps });
  await ask('a method that is not allowed', {
    method: 'PATCH',
    path: configMaps,
    headers: merge,
    body: '{}',
  });
  await ask('an unknown resource', { path: '/api/v1/nope' });
  await ask('deprecated', { path: '/api/v1/componentstatuses?limit=1' });
  await ask('a user who may not', { path, token: 'user-token' });
  await ask('a user who may', { path: '/version', token: 'user-token' });
  await ask('a bad token', { path, token: 'nonsense' });
  await ask('impersonation', { path: configMaps, headers: { 'impersonate-user': 'jane@example.com' } });
  await ask('impersonation that is refused', {
    path: configMaps,
    token: 'user-token',
    headers: { 'impersonate-user': 'jane@example.com' },
  });
  await ask('discovery', { path: '/apis', headers: aggregated });
  await ask('discovery of the core', { path: '/api', headers: aggregated });
  await ask('discovery without peers', {
    path: '/apis',
    headers: { accept: `${aggregated.accept};profile=nopeer` },
  });
  await ask('old discovery', { path: '/apis' });
  for (const path of ['/healthz', '/livez', '/readyz/ping', '/version', '/openapi/v3'])
    await ask(path, { path });
  await ask('/healthz with POST', { method: 'POST', path: '/healthz' });
  for (const name of ['statusz', 'flagz']) {
    await ask(`${name} as an object`, {
      path: `/${name}`,
      headers: {
        accept: `application/json;v=v1beta1;g=config.k8s.io;as=${name === 'flagz' ? 'Flagz' : 'Statusz'}`,
      },
    });
    await ask(`${name} in a form that is not there`, { path: `/${name}`, headers: { accept: 'text/html' } });
  }
}

/** A Service with an address and a port, which kube-apiserver takes by requests to itself. */
async function makeService(send: Ask['silently']): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/services`;
  await send({
    path,
    body: { metadata: { name: 'counted' }, spec: { type: 'NodePort', ports: [{ port: 80 }] } },
  });
  await send({ method: 'DELETE', path: `${path}/counted` });
}

/** Metrics whose series of these requests both servers count alike; others depend on time or chance. */
const counted: readonly string[] = [
  'aggregator_discovery_nopeer_requests_total',
  'apiserver_admission_step_admission_duration_seconds',
  'apiserver_impersonation_attempts_total',
  'apiserver_impersonation_authorization_attempts_total',
  'apiserver_request_body_size_bytes',
  'apiserver_request_duration_seconds',
  'apiserver_request_sli_duration_seconds',
  'apiserver_request_total',
  'apiserver_requested_deprecated_apis',
  'apiserver_response_sizes',
  'apiserver_watch_events_total',
  'apiserver_watch_list_duration_seconds',
  'authenticated_user_requests',
  'authentication_attempts',
  'authorization_attempts_total',
  'etcd_requests_total',
];

/** Of what Services get. */
const allocated: readonly string[] = [
  'kube_apiserver_clusterip_allocator_allocation_total',
  'kube_apiserver_nodeport_allocator_allocation_total',
];

/** What requests of this family ask for. */
const asked: ReadonlySet<string> = new Set(['', 'configmaps', 'componentstatuses', 'flagz', 'statusz']);

/** kube-apiserver sends requests to itself: what they are about is not compared. */
function isAsked({ labels: { resource = '', subresource } }: MetricSeries): boolean {
  return asked.has(resource) || (resource === 'namespaces' && subresource === 'status');
}

/** Whether only requests of this family are counted in it. Reads depend on what the server knows already. */
function isCounted({ labels: { username, result = '', operation = '' } }: MetricSeries): boolean {
  return (
    username !== 'other' &&
    !['success', 'allowed', 'get', 'list', 'UPDATE'].some((word) => word === result || word === operation)
  );
}

function rises(before: ReadMetric | undefined, after: ReadMetric): Record<string, number> {
  const keyOf = ({ labels }: MetricSeries): string => JSON.stringify(Object.entries(labels).toSorted());
  const old = new Map((before?.series ?? []).map((series) => [keyOf(series), series.value]));
  const found: Record<string, number> = {};
  for (const series of after.series) {
    const rise = series.value - (old.get(keyOf(series)) ?? 0);
    if (rise !== 0 && isAsked(series) && isCounted(series)) found[keyOf(series)] = rise;
  }
  return found;
}

/** Labels whose values are names of this and that, or of the process. */
const open: ReadonlySet<string> = new Set(['git_version', 'git_commit', 'go_version', 'compiler']);

function described({ type, help, buckets, series }: ReadMetric): object {
  const values: Record<string, string[]> = {};
  for (const { labels } of series.filter(isAsked)) {
    for (const [label, value] of Object.entries(labels)) {
      if (label === 'quantile') continue;
      const known = (values[label] ??= []);
      const shown = open.has(label) ? 'ANY' : value;
      if (!known.includes(shown)) known.push(shown);
    }
  }
  const sorted = Object.entries(values).map(([label, all]) => [label, all.toSorted().join(' ')]);
  return { type, help, ...(buckets === undefined ? {} : { buckets }), labels: Object.fromEntries(sorted) };
}

/** Metrics: each with its type, help, buckets, labels and their values; and what requests add to them. */
export const metrics: readonly Family[] = [
  {
    name: 'metrics',
    async run({ silently: send, show }) {
      const read = async () => {
        const { body } = await send({ path: '/metrics' });
        return readMetrics(body.toString());
      };
      const before = await read();
      await sendSome((_name, request) => send(request));
      const after = await read();
      await makeService(send);
      const last = await read();
      for (const [name, metric] of last) {
        if (!name.startsWith('go_')) show(name, described(metric));
      }
      for (const name of counted) {
        const metric = after.get(name);
        if (metric !== undefined) show(`${name}, counts`, rises(before.get(name), metric));
      }
      for (const name of allocated) {
        const metric = last.get(name);
        if (metric !== undefined) show(`${name}, counts`, rises(after.get(name), metric));
      }
    },
  },
  {
    name: 'metrics of health checks',
    async run({ silently: send, show }) {
      await send({ path: '/readyz' });
      const { body } = await send({ path: '/metrics/slis' });
      for (const [name, metric] of readMetrics(body.toString())) show(name, described(metric));
    },
  },
];
