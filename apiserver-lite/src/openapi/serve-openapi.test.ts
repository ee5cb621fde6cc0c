import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import { describe, test } from 'node:test';
import { fullRegistry } from '../discovery/testing/full-registry.ts';
import { PathRouter } from '../http/path-router.ts';
import { fakeExchange } from '../http/testing/fake-exchange.ts';
import type { FakeResponse } from '../http/testing/fake-exchange.ts';
import { serveOpenApi } from './serve-openapi.ts';

const router = new PathRouter();
serveOpenApi(router, {
  openId: true,
  resources: fullRegistry(({ servedByDefault }) => servedByDefault),
  now: () => Date.UTC(2026, 0, 1),
});

async function get(url: string, headers: Record<string, string> = {}): Promise<FakeResponse> {
  const { context, response } = fakeExchange({ url, headers });
  await router.handler(context);
  return response;
}

interface Schema {
  description?: string;
  properties?: Record<string, Schema>;
  [field: string]: unknown;
}

interface Document {
  openapi: string;
  paths: Record<string, Record<string, { [field: string]: unknown; parameters?: { name: string }[] }>>;
  components: { schemas: Record<string, Schema> };
}

async function document(path: string): Promise<Document> {
  return JSON.parse((await get(`/openapi/v3/${path}`)).text) as Document;
}

async function urlOf(path: string): Promise<string> {
  const { paths } = JSON.parse((await get('/openapi/v3')).text) as {
    paths: Record<string, { serverRelativeURL: string }>;
  };
  return paths[path]?.serverRelativeURL ?? '';
}

describe('/openapi/v3', () => {
  test('lists documents with their hashes', async () => {
    for (const path of ['api', 'api/v1', 'apis', 'apis/apps', 'apis/apps/v1', 'version']) {
      assert.match(await urlOf(path), new RegExp(`^/openapi/v3/${path}\\?hash=[0-9A-F]{128}$`));
    }
  });

  test('a document with its hash may be kept for ever', async () => {
    const url = await urlOf('apis/apps/v1');
    const response = await get(url);
    assert.equal(response.statusCode, 200);
    assert.equal(response.headers['cache-control'], 'public, immutable');
    assert.equal(response.headers['last-modified'], 'Thu, 01 Jan 2026 00:00:00 GMT');
    assert.equal(response.headers['expires'], 'Fri, 01 Jan 2027 00:00:00 GMT');
    const again = await get(url, { 'if-none-match': String(response.headers['etag']) });
    assert.deepEqual([again.statusCode, again.text], [304, '']);
  });

  test('the index need not be sent again, either', async () => {
    const { headers } = await get('/openapi/v3');
    // As the aggregator of a stock server has it.
    assert.equal(headers['etag'], undefined);
    assert.equal(headers['content-type'], 'text/plain; charset=utf-8');
    const again = await get('/openapi/v3', { 'if-modified-since': String(headers['last-modified']) });
    assert.deepEqual([again.statusCode, again.text], [304, '']);
  });

  test('speaks protobuf in both spellings, and answers 406 with nothing to those who take neither form', async () => {
    const contentType = 'application/com.github.proto-openapi.spec.v3.v1.0+protobuf';
    for (const accept of [contentType, contentType.replace('v3.v1', 'v3@v1')]) {
      const { bytes, headers } = await get('/openapi/v3/apis/apps/v1', { accept });
      assert.equal(headers['content-type'], contentType);
      // Document{1: openapi, 2: Info{1: title, 6: version}, …}
      const info = Buffer.from('\x0a\x0aKubernetes\x32\x041.36', 'latin1');
      const start = Buffer.concat([
        Buffer.from('\x0a\x053.0.0\x12', 'latin1'),
        Buffer.from([info.length]),
        info,
      ]);
      assert.deepEqual(bytes.subarray(0, start.length), start);
      // Schema{24: Any{2: yaml}, 25: type}
      const rolling = Buffer.from('\xc2\x01\x12\x12\x10"RollingUpdate"\n', 'latin1');
      assert.ok(bytes.includes(rolling));
    }
    for (const url of ['/openapi/v3/apis/apps/v1', '/openapi/v2']) {
      const { statusCode, text } = await get(url, { accept: 'text/html' });
      assert.deepEqual([statusCode, text], [406, '']);
    }
  });

  test('enums are told, as kube-apiserver tells them', async () => {
    const { components } = await document('api/v1');
    const property = (type: string, name: string) =>
      components.schemas[`io.k8s.api.core.v1.${type}`]?.properties?.[name];
    assert.deepEqual(property('Container', 'imagePullPolicy')?.['enum'], ['Always', 'IfNotPresent', 'Never']);
    assert.deepEqual(property('PersistentVolumeSpec', 'accessModes')?.['items'], {
      type: 'string',
      default: '',
      enum: ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'],
    });
  });

  test('a wrong hash leads to the right one', async () => {
    const response = await get('/openapi/v3/apis/apps/v1?hash=OLD');
    assert.deepEqual([response.statusCode, response.headers['location']], [301, await urlOf('apis/apps/v1')]);
    assert.equal((await get('/openapi/v3/apis/nothing/v1')).statusCode, 404);
  });

  test('the whole is compressed for those who ask, the documents of version 3 are not', async () => {
    const response = await get('/openapi/v2', { 'accept-encoding': 'gzip' });
    assert.equal(response.headers['content-encoding'], 'gzip');
    assert.equal(gunzipSync(response.bytes).toString(), (await get('/openapi/v2')).text);
    const { headers } = await get('/openapi/v3/api/v1', { 'accept-encoding': 'gzip' });
    assert.deepEqual([headers['content-encoding'], headers['vary']], [undefined, 'Accept']);
  });

  test('conditions and ranges are those of a file server', async () => {
    const url = '/openapi/v3/apis/apps/v1';
    const { headers, text } = await get(url);
    const etag = String(headers['etag']);
    const answer = async (asked: Record<string, string>) => {
      const { statusCode, headers: answered, text: body } = await get(url, asked);
      return [statusCode, answered['content-range'], body.length < 40 ? body : 'long'];
    };
    const size = Buffer.byteLength(text);
    assert.deepEqual(await answer({ range: 'bytes=0-9' }), [206, `bytes 0-9/${size}`, text.slice(0, 10)]);
    assert.deepEqual(await answer({ range: 'bytes=-2' }), [
      206,
      `bytes ${size - 2}-${size - 1}/${size}`,
      '}}',
    ]);
    assert.deepEqual(await answer({ range: `bytes=${size}-` }), [
      416,
      `bytes */${size}`,
      'invalid range: failed to overlap\n',
    ]);
    assert.deepEqual(await answer({ range: 'lines=1' }), [416, undefined, 'invalid range\n']);
    assert.deepEqual(await answer({ range: 'bytes=0-9', 'if-range': '"x"' }), [200, undefined, 'long']);
    assert.deepEqual(await answer({ 'if-none-match': `"x", W/${etag}` }), [304, undefined, '']);
    assert.deepEqual(await answer({ 'if-match': '"x"' }), [412, undefined, '']);
    assert.deepEqual(await answer({ 'if-match': etag }), [200, undefined, 'long']);
    const old = 'Sat, 01 Jan 2000 00:00:00 GMT';
    assert.deepEqual(await answer({ 'if-unmodified-since': old }), [412, undefined, '']);
    assert.deepEqual(await answer({ 'if-modified-since': old }), [200, undefined, 'long']);
  });

  test('schemas say what patches and explain need', async () => {
    const { openapi, components } = await document('apis/apps/v1');
    assert.equal(openapi, '3.0.0');
    const deployment = components.schemas['io.k8s.api.apps.v1.Deployment'];
    assert.deepEqual(deployment?.['x-kubernetes-group-version-kind'], [
      { group: 'apps', kind: 'Deployment', version: 'v1' },
    ]);
    assert.deepEqual(deployment?.properties?.['spec'], {
      allOf: [{ $ref: '#/components/schemas/io.k8s.api.apps.v1.DeploymentSpec' }],
      default: {},
      // The generator of our source drops what stands beside a reference: the text of the type stands in.
      description: components.schemas['io.k8s.api.apps.v1.DeploymentSpec']?.description,
    });
    assert.ok(deployment?.properties?.['spec']?.['description']);
    assert.match(String(deployment?.description), /Deployment/);
    const container = components.schemas['io.k8s.api.core.v1.Container'];
    const { description, ...ports } = container?.properties?.['ports'] ?? {};
    assert.match(String(description), /ports/i);
    assert.deepEqual(ports, {
      type: 'array',
      items: { allOf: [{ $ref: '#/components/schemas/io.k8s.api.core.v1.ContainerPort' }], default: {} },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'containerPort',
    });
    const protocol = components.schemas['io.k8s.api.core.v1.ContainerPort']?.properties?.['protocol'];
    assert.deepEqual([protocol?.['type'], protocol?.['default']], ['string', 'TCP']);
    const quantity = components.schemas['io.k8s.apimachinery.pkg.api.resource.Quantity'];
    assert.deepEqual(quantity?.['oneOf'], [{ type: 'string' }, { type: 'number' }]);
  });

  test('patch operations tell kubectl that fieldValidation and dryRun are known', async () => {
    const { paths } = await document('apis/apps/v1');
    const patch = paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}']?.['patch'];
    assert.equal(patch?.['x-kubernetes-action'], 'patch');
    assert.deepEqual(patch?.['x-kubernetes-group-version-kind'], {
      group: 'apps',
      kind: 'Deployment',
      version: 'v1',
    });
    assert.deepEqual(
      patch?.parameters?.map(({ name }) => name),
      ['dryRun', 'fieldManager', 'fieldValidation', 'force'],
    );
  });

  test('every reference of every document leads somewhere, and every kind has a description', async () => {
    const { paths } = JSON.parse((await get('/openapi/v3')).text) as { paths: Record<string, unknown> };
    const undescribed: string[] = [];
    for (const path of Object.keys(paths)) {
      const { text } = await get(`/openapi/v3/${path}`);
      const { schemas = {} } = (JSON.parse(text) as { components: Partial<Document['components']> })
        .components;
      for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
        assert.ok(name in schemas, `${path}: ${name}`);
      }
      for (const [name, schema] of Object.entries(schemas)) {
        if ('x-kubernetes-group-version-kind' in schema && schema.description === undefined)
          undescribed.push(name);
      }
    }
    assert.deepEqual([...new Set(undescribed)], []);
  });
});

describe('/openapi/v2', () => {
  test('is all of it in one document', async () => {
    const response = await get('/openapi/v2');
    const { swagger, definitions, paths } = JSON.parse(response.text) as {
      swagger: string;
      definitions: Record<string, Schema>;
      paths: Record<string, unknown>;
    };
    assert.equal(swagger, '2.0');
    assert.ok('/apis/apps/v1/namespaces/{namespace}/deployments/{name}' in paths && '/version/' in paths);
    const intOrString = definitions['io.k8s.apimachinery.pkg.util.intstr.IntOrString'];
    assert.deepEqual([intOrString?.['type'], intOrString?.['format']], ['string', 'int-or-string']);
    const spec = definitions['io.k8s.api.core.v1.PodSpec'];
    assert.equal(spec?.properties?.['containers']?.['x-kubernetes-patch-merge-key'], 'name');
  });

  test('speaks protobuf, as client-go asks for it', async () => {
    const accept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
    const { bytes, headers } = await get('/openapi/v2', { accept });
    assert.equal(headers['content-type'], 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf');
    // Document{1: swagger, 2: Info{1: title, 2: version}, …}
    const info = Buffer.from('\x0a\x0aKubernetes\x12\x041.36', 'latin1');
    const start = Buffer.concat([Buffer.from('\x0a\x032.0\x12', 'latin1'), Buffer.from([info.length]), info]);
    assert.deepEqual(bytes.subarray(0, start.length), start);
    // NamedAny{1: name, 2: Any{2: yaml}}
    const extension = Buffer.from('\x0a\x1cx-kubernetes-patch-merge-key\x12\x09\x12\x07"name"\n', 'latin1');
    assert.ok(bytes.includes(extension));
  });
});
