import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unwrapEnvelope } from '@pg8s/k8s-proto/envelope';
import { messageCodec } from '../registry/resource-types/built-in/message-codec.ts';
import { PathRouter } from '../http/path-router.ts';
import { fakeExchange } from '../http/testing/fake-exchange.ts';
import type { FakeResponse } from '../http/testing/fake-exchange.ts';
import { serveDiscovery } from './serve-discovery.ts';
import { fullRegistry } from './testing/full-registry.ts';

const router = new PathRouter();
serveDiscovery(router, {
  resources: fullRegistry(({ servedByDefault }) => servedByDefault),
  serverAddress: () => '127.0.0.1:6443',
});

async function get(url: string, headers: Record<string, string> = {}): Promise<FakeResponse> {
  const { context, response } = fakeExchange({ url, headers });
  await router.handler(context);
  return response;
}

async function json<Document>(url: string, headers: Record<string, string> = {}): Promise<Document> {
  return JSON.parse((await get(url, headers)).text) as Document;
}

interface ResourceList {
  kind: string;
  apiVersion?: string;
  groupVersion: string;
  resources: { name: string; [field: string]: unknown }[];
}

describe('the old documents', () => {
  test('/api and /apis', async () => {
    assert.deepEqual(await json('/api'), {
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1:6443' }],
    });
    const { groups } = await json<{ groups: { name: string; preferredVersion: { version: string } }[] }>(
      '/apis',
    );
    assert.deepEqual(
      groups.slice(0, 7).map(({ name, preferredVersion }) => `${name}/${preferredVersion.version}`),
      [
        'apiregistration.k8s.io/v1',
        'apps/v1',
        'events.k8s.io/v1',
        'authentication.k8s.io/v1',
        'authorization.k8s.io/v1',
        'autoscaling/v2',
        'batch/v1',
      ],
    );
    assert.ok(!groups.some(({ name }) => name === ''));
  });

  test('a group', async () => {
    assert.deepEqual(await json('/apis/apps'), {
      kind: 'APIGroup',
      apiVersion: 'v1',
      name: 'apps',
      versions: [{ groupVersion: 'apps/v1', version: 'v1' }],
      preferredVersion: { groupVersion: 'apps/v1', version: 'v1' },
    });
  });

  test('the resources of a version, with what kube-apiserver tells about pods', async () => {
    const { resources, apiVersion, groupVersion } = await json<ResourceList>('/api/v1');
    assert.deepEqual([apiVersion, groupVersion], [undefined, 'v1']);
    assert.deepEqual(
      resources.find(({ name }) => name === 'pods'),
      {
        name: 'pods',
        singularName: 'pod',
        namespaced: true,
        kind: 'Pod',
        verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
        shortNames: ['po'],
        categories: ['all'],
        storageVersionHash: 'xPOwRZ+Yhw8=',
      },
    );
    assert.deepEqual(
      resources.find(({ name }) => name === 'pods/eviction'),
      {
        name: 'pods/eviction',
        singularName: '',
        namespaced: true,
        group: 'policy',
        version: 'v1',
        kind: 'Eviction',
        verbs: ['create'],
      },
    );
    const names = resources.map(({ name }) => name);
    assert.deepEqual(names, names.toSorted());
  });

  test('a version that is not served is not found', async () => {
    await assert.rejects(get('/apis/apps/v1beta1'), {
      message: 'the server could not find the requested resource',
    });
    const response = await get('/apis/nothing/v1');
    assert.deepEqual([response.statusCode, response.text], [404, '404 page not found\n']);
  });

  test('slashes at the end do no harm, the aggregator takes every method', async () => {
    assert.equal((await json<ResourceList>('/apis/apps/v1/')).groupVersion, 'apps/v1');
    const { context, response } = fakeExchange({ url: '/apis', method: 'POST' });
    await router.handler(context);
    assert.equal(response.statusCode, 200);
    const { context: refused } = fakeExchange({ url: '/apis/apps/v1', method: 'POST' });
    await assert.rejects(async () => router.handler(refused), { message: /does not allow this method/ });
  });
});

describe('aggregated discovery', () => {
  const accept =
    'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,' +
    'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

  interface DiscoveryList {
    kind: string;
    apiVersion: string;
    items: {
      metadata: { name?: string };
      versions: { version: string; resources: { resource: string; [field: string]: unknown }[] }[];
    }[];
  }

  test('says everything about the groups in one document', async () => {
    const response = await get('/apis', { accept });
    assert.equal(
      response.headers['content-type'],
      'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
    );
    const { kind, apiVersion, items } = JSON.parse(response.text) as DiscoveryList;
    assert.deepEqual([kind, apiVersion], ['APIGroupDiscoveryList', 'apidiscovery.k8s.io/v2']);
    const apps = items.find(({ metadata }) => metadata.name === 'apps');
    assert.deepEqual(
      apps?.versions[0]?.resources.find(({ resource }) => resource === 'deployments'),
      {
        resource: 'deployments',
        responseKind: { group: '', version: '', kind: 'Deployment' },
        scope: 'Namespaced',
        singularResource: 'deployment',
        verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
        shortNames: ['deploy'],
        categories: ['all'],
        subresources: [
          {
            subresource: 'scale',
            responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
            verbs: ['get', 'patch', 'update'],
          },
          {
            subresource: 'status',
            responseKind: { group: '', version: '', kind: 'Deployment' },
            verbs: ['get', 'patch', 'update'],
          },
        ],
      },
    );
  });

  test('the core group is on /api, without a name', async () => {
    const { items } = await json<DiscoveryList>('/api', { accept });
    assert.deepEqual(
      items.map(({ metadata, versions }) => [metadata, versions.map(({ version }) => version)]),
      [[{}, ['v1']]],
    );
  });

  test('need not be sent again', async () => {
    const first = await get('/apis', { accept });
    const etag = String(first.headers['etag']);
    const second = await get('/apis', { accept, 'if-none-match': etag });
    assert.deepEqual([second.statusCode, second.text], [304, '']);
  });

  test('clients that know other versions get the old document, or nothing', async () => {
    for (const version of ['v2beta1', 'v9']) {
      const only = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
      const list = await json<DiscoveryList>('/apis', { accept: `${only},application/json` });
      assert.equal(list.kind, 'APIGroupList');
      await assert.rejects(get('/apis', { accept: only }), /only the following media types are accepted/);
    }
    // The documents below are served as resources are.
    for (const path of ['/api', '/apis/apps/v1']) {
      await assert.rejects(get(path, { accept: 'text/html' }), /^StatusError: 406: Not Acceptable/);
      await assert.rejects(get(path, { accept: 'application/*' }), /^StatusError: 406: Not Acceptable/);
    }
    await assert.rejects(
      get('/apis', { accept: 'text/html' }),
      /only the following media types are accepted/,
    );
  });
});

describe('forms of the old documents', () => {
  const protobuf = 'application/vnd.kubernetes.protobuf';

  test('YAML and protobuf', async () => {
    const yaml = await get('/apis/apps', { accept: 'application/yaml' });
    assert.match(yaml.text, /^apiVersion: v1\nkind: APIGroup\nname: apps\n/);
    for (const [url, kind] of [
      ['/api', 'APIVersions'],
      ['/apis', 'APIGroupList'],
      ['/apis/apps', 'APIGroup'],
      ['/api/v1', 'APIResourceList'],
    ] as const) {
      const { headers, bytes } = await get(url, { accept: protobuf });
      assert.equal(headers['content-type'], protobuf);
      const { apiVersion: reported, kind: toldKind, raw } = unwrapEnvelope(bytes);
      assert.deepEqual([reported, toldKind], ['v1', kind]);
      const { kind: _kind, apiVersion: _apiVersion, ...fields } = await json<Record<string, unknown>>(url);
      const gvk = { group: '', version: 'v1', kind };
      const { kind: decodedKind, apiVersion, ...decoded } = messageCodec.decodeProtobuf(raw, gvk);
      assert.deepEqual([apiVersion, decodedKind], ['v1', kind]);
      assert.deepEqual(JSON.parse(JSON.stringify(decoded)), fields, url);
    }
  });

  test('what can not be had is 406, with what can', async () => {
    for (const accept of ['text/html', 'application/cbor', 'application/json;as=Table;v=v1;g=meta.k8s.io']) {
      await assert.rejects(get('/apis/apps', { accept }), {
        message:
          'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
      });
    }
  });

  test('who takes aggregated discovery at all gets it', async () => {
    const accept =
      'application/json,application/json;q=0.9;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    assert.equal((await json<{ kind: string }>('/apis', { accept })).kind, 'APIGroupDiscoveryList');
  });
});
