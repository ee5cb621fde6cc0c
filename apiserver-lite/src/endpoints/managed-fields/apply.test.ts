import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { mergeApplied } from '../../registry/resource-types/merge-applied.ts';
import { EndpointServer, type Answer } from '../testing/endpoint-server.ts';
import { ResourceTable } from '../../registry/resource-table.ts';
import { MemoryStore, memoryRest } from '../testing/memory-rest.ts';

const path = '/apis/apps/v1/namespaces/default/deployments/web';

async function start(t: TestContext) {
  const store = new MemoryStore();
  let seconds = 0;
  const rest = memoryRest(store, { group: 'apps', version: 'v1', name: 'deployments' });
  const withoutDefaults = { ...rest, types: { ...rest.types, applyDefaults() {} } };
  const server = await EndpointServer.start(new ResourceTable([withoutDefaults]), {
    now: () => Date.UTC(2026, 0, 1) + 1000 * seconds++,
  });
  t.after(() => server.close());
  const apply = (body: unknown, query = 'fieldManager=ci'): Promise<Answer> =>
    server.send('PATCH', `${path}?${query}`, {
      body,
      headers: { 'content-type': 'application/apply-patch+yaml' },
    });
  const merge = (body: unknown, manager: string): Promise<Answer> =>
    server.send('PATCH', `${path}?fieldManager=${manager}`, {
      body,
      headers: { 'content-type': 'application/merge-patch+json' },
    });
  return { store, server, apply, merge };
}

const web = (spec: object = {}, metadata: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', labels: { app: 'web' }, ...metadata },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'nginx:1', ports: [{ containerPort: 80 }] }] },
    },
    ...spec,
  },
});

test('what is not there is created, and owned as it was written', async (t) => {
  const context = await start(t);
  const answer = await context.apply(
    'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  labels: {app: web}\nspec:\n  selector:\n    matchLabels: {app: web}\n' +
      '  template:\n    spec:\n      containers:\n      - name: web\n        image: nginx:1\n',
  );
  assert.equal(answer.status, 201, answer.text);
  assert.deepEqual(answer.json.metadata.managedFields, [
    {
      manager: 'ci',
      operation: 'Apply',
      apiVersion: 'apps/v1',
      time: '2026-01-01T00:00:00Z',
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': { 'f:labels': { 'f:app': {} } },
        'f:spec': {
          'f:selector': {},
          'f:template': {
            'f:spec': { 'f:containers': { 'k:{"name":"web"}': { '.': {}, 'f:image': {}, 'f:name': {} } } },
          },
        },
      },
    },
  ]);
});

test('applying the same again writes nothing', async (t) => {
  const context = await start(t);
  await context.apply(web());
  const { revision } = context.store;
  const again = await context.apply(web());
  assert.equal(again.status, 200);
  assert.equal(context.store.revision, revision);
});

test('what is no longer applied and nobody else owns goes away', async (t) => {
  const context = await start(t);
  await context.apply(web({}, { annotations: { a: '1', b: '2' } }));
  await context.merge({ metadata: { annotations: { b: '3', c: '4' } } }, 'other');
  const smaller = web();
  smaller.spec.template.spec.containers = [{ name: 'web', image: 'nginx:1' } as never];
  const answer = await context.apply(smaller);
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(answer.json.metadata.annotations, { b: '3', c: '4' });
  assert.equal(answer.json.spec.template.spec.containers[0].ports, undefined);
});

test('items of lists belong to those who applied them', async (t) => {
  const context = await start(t);
  await context.apply(web());
  const sidecar = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } };
  const added = await context.apply(
    { ...sidecar, spec: { template: { spec: { containers: [{ name: 'side', image: 's' }] } } } },
    'fieldManager=mesh',
  );
  const names = (answer: Answer) =>
    answer.json.spec.template.spec.containers.map(({ name }: { name: string }) => name);
  assert.deepEqual(names(added), ['web', 'side']);
  assert.deepEqual(names(await context.apply(web({ replicas: 2 }))), ['web', 'side']);
  assert.deepEqual(names(await context.apply(sidecar, 'fieldManager=mesh')), ['web']);
});

test('a field of somebody else is a conflict, unless forced', async (t) => {
  const context = await start(t);
  await context.apply(web());
  await context.merge({ spec: { replicas: 5 } }, 'scaler');
  const one = await context.apply(web());
  assert.equal(one.status, 409);
  assert.equal(
    one.json.message,
    'Apply failed with 1 conflict: conflict with "scaler" using apps/v1: .spec.replicas',
  );
  assert.deepEqual(one.json.details.causes, [
    {
      reason: 'FieldManagerConflict',
      message: 'conflict with "scaler" using apps/v1',
      field: '.spec.replicas',
    },
  ]);

  const image = { containers: [{ name: 'web', image: 'nginx:9' }] };
  const other = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } };
  const two = await context.apply(
    { ...other, spec: { replicas: 7, template: { spec: image } } },
    'fieldManager=b',
  );
  assert.equal(
    two.json.message,
    'Apply failed with 2 conflicts: conflicts with "ci":\n' +
      '- .spec.template.spec.containers[name="web"].image\nconflicts with "scaler" using apps/v1:\n- .spec.replicas',
  );
  const forced = await context.apply(web({ replicas: 2 }), 'fieldManager=ci&force=true');
  assert.deepEqual([forced.status, forced.json.spec.replicas], [200, 2]);
  assert.deepEqual(
    forced.json.metadata.managedFields.map(({ manager }: { manager: string }) => manager),
    ['ci'],
  );
});

test('equal values are shared, and stay while one owner is left', async (t) => {
  const context = await start(t);
  await context.apply(web());
  const shared = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { replicas: 1 },
  };
  const answer = await context.apply(shared, 'fieldManager=b');
  assert.equal(answer.status, 200, answer.text);
  const { replicas: _replicas, ...rest } = web().spec;
  const without = await context.apply({ ...web(), spec: rest });
  assert.equal(without.json.spec.replicas, 1);
});

test('configurations that can not be applied', async (t) => {
  const context = await start(t);
  const cases: [unknown, string, number, string | RegExp][] = [
    [
      web(),
      '',
      422,
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    ],
    [
      { ...web(), apiVersion: 'apps/v1beta1' },
      'fieldManager=a',
      400,
      'invalid object type: apps/v1beta1, Kind=Deployment',
    ],
    [web({}, { managedFields: [{}] }), 'fieldManager=a', 400, 'metadata.managedFields must be nil'],
    [
      web({ foo: 1 }),
      'fieldManager=a',
      500,
      'failed to create typed patch object (/web; apps/v1, Kind=Deployment): .spec.foo: field not declared in schema',
    ],
    [web({}, { name: 'other' }), 'fieldManager=a', 400, /does not match the name on the URL \(web\)/],
    ['{', 'fieldManager=a', 400, /^error decoding YAML: /],
  ];
  for (const [body, query, code, message] of cases) {
    const answer = await context.apply(body, query);
    assert.equal(answer.status, code, answer.text);
    if (typeof message === 'string') assert.equal(answer.json.message, message);
    else assert.match(answer.json.message, message);
  }
});

test('lists keep the order of what is applied around what is there', () => {
  const plan = { kind: 'set' } as const;
  const cases: [string, string, string][] = [
    ['web', 'side', 'web side'],
    ['a x b c', 'c new b', 'a x c new b'],
    ['a b', 'b a', 'b a'],
    ['', 'a b', 'a b'],
    ['a b', '', 'a b'],
    ['a s b', 'n s', 'a n s b'],
  ];
  const list = (text: string) => text.split(' ').filter((item) => item !== '');
  for (const [live, applied, expected] of cases) {
    assert.deepEqual(mergeApplied(plan, list(live), list(applied)), list(expected), `${live} + ${applied}`);
  }
});

test('who may patch but not create can not apply what is not there', async (t) => {
  const store = new MemoryStore();
  const server = await EndpointServer.start(
    new ResourceTable([memoryRest(store, { group: 'apps', version: 'v1', name: 'deployments' })]),
    {
      authorizer: {
        authorize: ({ verb }) => ({ decision: verb === 'create' ? 'noOpinion' : 'allow', reason: 'no role' }),
      },
    },
  );
  t.after(() => server.close());
  const answer = await server.send('PATCH', `${path}?fieldManager=ci`, {
    body: web(),
    headers: { 'content-type': 'application/apply-patch+yaml' },
  });
  assert.deepEqual(
    [answer.status, answer.json.message],
    [
      403,
      'deployments.apps "web" is forbidden: User "admin" cannot create resource "deployments" in API group "apps" in the namespace "default": no role',
    ],
  );
});

test('kubectl inherits what it applied from the client side, and keeps its annotation in step', async (t) => {
  const context = await start(t);
  const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
  const configuration = { ...web(), metadata: { name: 'web', labels: { app: 'web' } } };
  await context.server.send(
    'POST',
    '/apis/apps/v1/namespaces/default/deployments?fieldManager=kubectl-client-side-apply',
    {
      body: {
        ...configuration,
        metadata: { ...configuration.metadata, annotations: { [annotation]: JSON.stringify(configuration) } },
      },
    },
  );
  const changed = { ...configuration, spec: { ...configuration.spec, replicas: 4 } };
  const stranger = await context.apply(changed, 'fieldManager=ci');
  assert.equal(stranger.status, 409);
  const kubectl = await context.apply(changed, 'fieldManager=kubectl');
  assert.equal(kubectl.status, 200, kubectl.text);
  const kept = JSON.parse(kubectl.json.metadata.annotations[annotation]);
  assert.equal(kept.spec.replicas, 4);

  await context.merge({ spec: { replicas: 6 } }, 'scaler');
  const again = await context.apply(changed, 'fieldManager=kubectl');
  assert.equal(again.status, 409, 'the value is not what kubectl applied any more');
});
