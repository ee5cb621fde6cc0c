import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { testRegistry } from '../../registry/testing/test-registry.ts';
import { EndpointServer } from '../testing/endpoint-server.ts';

/*
 * What writes to an endpoint that sets fields back make nobody own. The expectations are kube-apiserver
 * 1.36.3's answers.
 */

async function start(t: TestContext) {
  const { registry } = await testRegistry();
  const server = await EndpointServer.start(registry.resources, { now: () => Date.UTC(2026, 0, 1) });
  t.after(() => server.close());
  return server;
}

interface Entry {
  manager: string;
  subresource?: string;
  fieldsV1: object;
}

// oxlint-disable-next-line typescript/no-explicit-any
const owners = (object: any): Record<string, object> =>
  Object.fromEntries(
    ((object.metadata.managedFields ?? []) as Entry[]).map(({ manager, subresource, fieldsV1 }) => [
      subresource === undefined ? manager : `${manager} ${subresource}`,
      fieldsV1,
    ]),
  );

const condition = {
  type: 'A',
  status: 'True',
  reason: 'R',
  message: 'm',
  lastTransitionTime: '2026-01-02T03:04:05Z',
};
const conditionFields = {
  'f:conditions': {
    '.': {},
    'k:{"type":"A"}': {
      '.': {},
      'f:lastTransitionTime': {},
      'f:message': {},
      'f:reason': {},
      'f:status': {},
      'f:type': {},
    },
  },
};

for (const [collection, spec, keepsLabels] of [
  ['/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas', { priorityLevelConfiguration: { name: 'x' } }, true],
  ['/apis/networking.k8s.io/v1/servicecidrs', { cidrs: ['198.51.100.0/24'] }, true],
  [
    '/apis/apps/v1/namespaces/default/replicasets',
    {
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
    false,
  ],
] as const) {
  test(`a status update owns no more than it writes: ${collection}`, async (t) => {
    const server = await start(t);
    const made = await server.send('POST', `${collection}?fieldManager=ann`, {
      body: { metadata: { name: 'x' }, spec },
    });
    assert.equal(made.status, 201, made.text);
    const { status, json } = await server.send('PUT', `${collection}/x/status?fieldManager=bob`, {
      body: {
        ...made.json,
        metadata: { ...made.json.metadata, labels: { a: 'b' } },
        status: { ...made.json.status, conditions: [condition] },
      },
    });
    assert.equal(status, 200, JSON.stringify(json));
    assert.deepEqual(owners(json)['bob status'], {
      ...(keepsLabels ? {} : { 'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } } }),
      'f:status': conditionFields,
    });
    assert.deepEqual(owners(json)['ann'], owners(made.json)['ann']);
  });
}

test('nobody owns the spec of a request for a certificate', async (t) => {
  const server = await start(t);
  const text =
    'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlISk1IRUNBUUF3RHpFTk1Bc0dBMVVFQXd3RWQyRnNhekJaTUJN' +
    'R0J5cUdTTTQ5QWdFR0NDcUdTTTQ5QXdFSApBMElBQkNzMDhOb05WR200UjhlN3FCbExvSU9sVzV0T2FMTXozSWlZamtRclhpQ2Qx' +
    'TU9lMU1MUGY2cElkdXErCk5hTmxLK083RkxFNk0wc1pncGljQXlkR0J2T2dBREFLQmdncWhrak9QUVFEQWdOSUFEQkZBaUVBK240' +
    'bjRlcloKWndYVjRkRWYwK0NMNW8rdzRLZHRKekdTNFRxUlhFcHFHMndDSUJSSnFWTS9IY0plVjMwTXI0VjdHcDNhWUV0SApmd2pS' +
    'UjZWZVhyODBPYyt5Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=';
  const { status, json } = await server.send(
    'POST',
    '/apis/certificates.k8s.io/v1/certificatesigningrequests?fieldManager=ann',
    {
      body: {
        metadata: { name: 'x', labels: { a: 'b' } },
        spec: { request: text, signerName: 'example.com/x', usages: ['client auth'] },
      },
    },
  );
  assert.equal(status, 201, JSON.stringify(json));
  assert.deepEqual(owners(json), { ann: { 'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } } } });
});

test('ephemeral containers and new resources are owned by those who put them there', async (t) => {
  const server = await start(t);
  const path = '/api/v1/namespaces/default/pods';
  const made = await server.send('POST', `${path}?fieldManager=ann`, {
    body: {
      metadata: { name: 'x' },
      spec: { containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: '1' } } }] },
    },
  });
  assert.equal(made.status, 201, made.text);
  const patch = (subresource: string, body: object) =>
    server.send('PATCH', `${path}/x/${subresource}?fieldManager=bob`, {
      body: { metadata: { labels: { a: 'b' } }, ...body },
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
    });
  const debugged = await patch('ephemeralcontainers', {
    spec: { ephemeralContainers: [{ name: 'e', image: 'i' }] },
  });
  assert.equal(debugged.status, 200, debugged.text);
  // Labels are set back, but these two endpoints do not say so.
  const labels = { 'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } } };
  assert.deepEqual(owners(debugged.json)['bob ephemeralcontainers'], {
    ...labels,
    'f:spec': {
      'f:ephemeralContainers': {
        '.': {},
        'k:{"name":"e"}': {
          '.': {},
          'f:image': {},
          'f:imagePullPolicy': {},
          'f:name': {},
          'f:resources': {},
          'f:terminationMessagePath': {},
          'f:terminationMessagePolicy': {},
        },
      },
    },
  });
  const resized = await patch('resize', {
    spec: { containers: [{ name: 'c', resources: { limits: { cpu: '2' }, requests: { cpu: '2' } } }] },
  });
  assert.equal(resized.status, 200, resized.text);
  assert.deepEqual(owners(resized.json)['bob resize'], {
    ...labels,
    'f:spec': {
      'f:containers': {
        'k:{"name":"c"}': { 'f:resources': { 'f:limits': { 'f:cpu': {} }, 'f:requests': { 'f:cpu': {} } } },
      },
    },
  });
});

test('a Service that is replaced keeps the conditions that others put into its status', async (t) => {
  const server = await start(t);
  const path = '/api/v1/namespaces/default/services';
  const service = { metadata: { name: 'x' }, spec: { ports: [{ port: 80 }] } };
  const { json: made } = await server.send('POST', path, { body: service });
  await server.send('PUT', `${path}/x/status?fieldManager=ann`, {
    body: { ...made, status: { loadBalancer: {}, conditions: [condition] } },
  });
  const { status, json } = await server.send('PUT', `${path}/x?fieldManager=bob`, { body: service });
  assert.deepEqual([status, json.status], [200, { loadBalancer: {}, conditions: [condition] }]);
});
