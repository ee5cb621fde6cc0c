import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, test, type TestContext } from 'node:test';
import { pino } from 'pino';
import { createApiserver, type BuiltApiserver } from '../apiserver.ts';
import { fakeExchange, type FakeRequest, type FakeResponse } from '../http/testing/fake-exchange.ts';
import { FakeEtcd } from '../storage/etcd/testing/fake-etcd.ts';

const log = pino({ level: 'silent' });
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const collection = '/apis/example.com/v1/namespaces/default/widgets';

// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

function serverOn(t: TestContext, etcd: FakeEtcd): BuiltApiserver {
  const server = createApiserver({
    etcd,
    log,
    etcdCompactionIntervalMs: 0,
    writesEndpoints: false,
    tokens: (token) => (token === 'admin' ? { name: 'admin', groups: ['system:masters'] } : undefined),
  });
  t.after(() => server.close());
  return server;
}

async function startServer(t: TestContext, etcd = new FakeEtcd()): Promise<BuiltApiserver> {
  const server = serverOn(t, etcd);
  await server.start();
  return server;
}

function send(server: BuiltApiserver, request: FakeRequest): { response: FakeResponse; done: Promise<void> } {
  const headers = { authorization: 'Bearer admin', ...request.headers };
  const { context, response } = fakeExchange({ ...request, headers });
  return { response, done: server.handler(context) };
}

interface Answer {
  code: number | undefined;
  text: string;
  body: Json;
}

type Sent = readonly [method: string, url: string, body?: unknown, headers?: Record<string, string>];

async function ask(server: BuiltApiserver, ...[method, url, body, headers = {}]: Sent): Promise<Answer> {
  const { response, done } = send(server, {
    method,
    url,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  await done;
  const { statusCode: code, text } = response;
  return { code, text, body: text.startsWith('{') ? (JSON.parse(text) as Json) : undefined };
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await turn();
}

interface Names {
  plural: string;
  singular?: string;
  kind: string;
  shortNames?: string[];
}

function definition(names: Names = { plural: 'widgets', kind: 'Widget', shortNames: ['wd'] }, version = {}) {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${names.plural}.example.com` },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names,
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: {
            status: {},
            scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
          },
          additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.replicas' }],
          selectableFields: [{ jsonPath: '.spec.color' }],
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: {
                  type: 'object',
                  properties: {
                    replicas: { type: 'integer' },
                    color: { type: 'string', default: 'red' },
                  },
                },
                status: { type: 'object', properties: { replicas: { type: 'integer' } } },
              },
            },
          },
          ...version,
        },
        {
          name: 'v1beta1',
          served: true,
          storage: false,
          deprecated: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { spec: { type: 'object', properties: { color: { type: 'string' } } } },
            },
          },
        },
      ],
    },
  };
}

async function define(server: BuiltApiserver, body = definition()): Promise<void> {
  const { code, text } = await ask(server, 'POST', definitions, body);
  assert.equal(code, 201, text);
  await until(() => hasCondition(server, body.metadata.name, 'Established', 'True'));
}

async function hasCondition(
  server: BuiltApiserver,
  name: string,
  type: string,
  status: string,
): Promise<boolean> {
  const { body } = await ask(server, 'GET', `${definitions}/${name}`);
  return (body.status?.conditions ?? []).some((each: Json) => each.type === type && each.status === status);
}

const widget = (name: string, spec: object = {}) => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name },
  spec,
});

describe('a definition', () => {
  test('is established, and its objects are served in all its versions', async (t) => {
    const server = await startServer(t);
    assert.equal((await ask(server, 'GET', collection)).text, '404 page not found\n');
    await define(server);
    const { body } = await ask(server, 'GET', `${definitions}/widgets.example.com`);
    assert.deepEqual(
      body.status.conditions.map(({ type, status, reason, message }: Json) => [
        type,
        status,
        reason,
        message,
      ]),
      [
        ['NamesAccepted', 'True', 'NoConflicts', 'no conflicts found'],
        ['Established', 'True', 'InitialNamesAccepted', 'the initial names have been accepted'],
      ],
    );
    assert.deepEqual(body.status.acceptedNames, {
      plural: 'widgets',
      singular: 'widget',
      shortNames: ['wd'],
      kind: 'Widget',
      listKind: 'WidgetList',
    });
    assert.equal(
      body.metadata.managedFields.find((each: Json) => each.subresource === 'status').manager,
      'kube-apiserver',
    );

    const created = await ask(server, 'POST', collection, widget('a', { replicas: 2 }));
    assert.equal(created.code, 201, created.text);
    assert.match(
      created.text,
      /^{"apiVersion":"example.com\/v1","kind":"Widget","metadata":{"creationTimestamp"/,
    );
    assert.deepEqual(created.body.spec, { replicas: 2, color: 'red' });
    assert.equal(created.body.metadata.generation, 1);
    const beta = await ask(server, 'GET', '/apis/example.com/v1beta1/namespaces/default/widgets/a');
    assert.deepEqual([beta.body.apiVersion, beta.body.spec], ['example.com/v1beta1', { color: 'red' }]);
    const list = await ask(server, 'GET', '/apis/example.com/v1/widgets');
    assert.match(
      list.text,
      /^{"apiVersion":"example.com\/v1","items":\[{"apiVersion":.*\],"kind":"WidgetList","metadata":{"continue":"","resourceVersion":"\d+"}}\n$/,
    );
  });

  test('goes with its objects, and comes back at once', async (t) => {
    const server = await startServer(t);
    await define(server);
    await ask(server, 'POST', collection, widget('a'));
    const deleted = await ask(server, 'DELETE', `${definitions}/widgets.example.com`);
    assert.equal(deleted.code, 200, deleted.text);
    assert.deepEqual(deleted.body.metadata.finalizers, ['customresourcecleanup.apiextensions.k8s.io']);
    await until(async () => (await ask(server, 'GET', `${definitions}/widgets.example.com`)).code === 404);
    await until(async () => (await ask(server, 'GET', collection)).code === 404);
    await define(server);
    assert.deepEqual((await ask(server, 'GET', collection)).body.items, []);
    assert.equal((await ask(server, 'POST', collection, widget('a'))).code, 201);
  });

  test('lets objects with finalizers end, and takes no new ones meanwhile', async (t) => {
    const server = await startServer(t);
    await define(server);
    await ask(server, 'POST', collection, {
      ...widget('held'),
      metadata: { name: 'held', finalizers: ['example.com/held'] },
    });
    await ask(server, 'DELETE', `${definitions}/widgets.example.com`);
    await until(async () => {
      const { body } = await ask(server, 'GET', `${collection}/held`);
      return body.metadata.deletionTimestamp !== undefined;
    });
    const { body } = await ask(server, 'GET', `${definitions}/widgets.example.com`);
    assert.equal(
      body.status.conditions.find(({ type }: Json) => type === 'Terminating').reason,
      'InstanceDeletionInProgress',
    );
    const refused = await ask(server, 'POST', collection, widget('late'));
    assert.equal(
      refused.body.message,
      'widgets.example.com "late" is forbidden: create not allowed while custom resource definition is terminating',
    );
    const { resources } = (await ask(server, 'GET', '/apis/example.com/v1')).body;
    assert.deepEqual(resources[0].verbs, ['delete', 'deletecollection', 'get', 'list', 'watch']);
    const patch = { metadata: { finalizers: null } };
    const freed = await ask(server, 'PATCH', `${collection}/held`, patch, {
      'content-type': 'application/merge-patch+json',
    });
    assert.equal(freed.code, 200, freed.text);
    await until(async () => (await ask(server, 'GET', `${definitions}/widgets.example.com`)).code === 404);
  });

  test('gets names that are in use when the other one goes', async (t) => {
    const server = await startServer(t);
    await define(server);
    const other = definition({ plural: 'gadgets', kind: 'Widget', shortNames: ['wd', 'gd'] });
    await ask(server, 'POST', definitions, other);
    await until(() => hasCondition(server, 'gadgets.example.com', 'NamesAccepted', 'False'));
    const { body } = await ask(server, 'GET', `${definitions}/gadgets.example.com`);
    assert.deepEqual(
      body.status.conditions.map(({ type, status, reason, message }: Json) => [
        type,
        status,
        reason,
        message,
      ]),
      [
        ['NamesAccepted', 'False', 'ListKindConflict', '"WidgetList" is already in use'],
        ['Established', 'False', 'NotAccepted', 'not all names are accepted'],
      ],
    );
    await ask(server, 'DELETE', `${definitions}/widgets.example.com`);
    await until(() => hasCondition(server, 'gadgets.example.com', 'Established', 'True'));
  });

  test('ends watches when it changes, and keeps what is stored', async (t) => {
    const server = await startServer(t);
    await define(server);
    await ask(server, 'POST', collection, widget('a', { replicas: 2 }));
    const { response, done } = send(server, { url: `${collection}?watch=true` });
    await until(async () => response.text.includes('"type":"ADDED"'));
    const { body: current } = await ask(server, 'GET', `${definitions}/widgets.example.com`);
    current.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.size = {
      type: 'integer',
      default: 3,
    };
    const changed = await ask(server, 'PUT', `${definitions}/widgets.example.com`, current);
    assert.equal(changed.code, 200, changed.text);
    await done;
    assert.ok(response.writableEnded);
    const { body } = await ask(server, 'GET', `${collection}/a`);
    assert.deepEqual(body.spec, { replicas: 2, color: 'red', size: 3 });
  });

  test('can change under load: every request is answered, and nothing is lost', async (t) => {
    const server = await startServer(t);
    await define(server);
    const seen = new Set<string>();
    const over = new AbortController();
    const follow = async (): Promise<void> => {
      while (!over.signal.aborted) {
        const { code, body } = await ask(server, 'GET', collection);
        assert.equal(code, 200);
        for (const { metadata } of body.items) seen.add(metadata.name);
        const url = `${collection}?watch=true&timeoutSeconds=1&resourceVersion=${body.metadata.resourceVersion}`;
        const { response, done } = send(server, { url });
        await done;
        assert.equal(response.statusCode, 200, response.text);
        for (const line of response.text.split('\n')) {
          const { object } = line === '' ? { object: undefined } : (JSON.parse(line) as Json);
          if (object?.kind === 'Widget') seen.add(object.metadata.name);
        }
      }
    };
    const following = follow();
    const created: string[] = [];
    const write = async (writer: number): Promise<void> => {
      for (let index = 0; index < 40; index++) {
        const name = `w${writer}-${index}`;
        const { code, text } = await ask(server, 'POST', collection, widget(name, { replicas: index }));
        assert.equal(code, 201, text);
        const patched = await ask(
          server,
          'PATCH',
          `${collection}/${name}`,
          { spec: { color: 'blue' } },
          { 'content-type': 'application/merge-patch+json' },
        );
        assert.equal(patched.code, 200, patched.text);
        created.push(name);
      }
    };
    const change = async (): Promise<void> => {
      for (let size = 0; size < 8; size++) {
        const patch = [
          {
            op: 'add',
            path: '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/size',
            value: { type: 'integer', default: size },
          },
        ];
        const { code, text } = await ask(server, 'PATCH', `${definitions}/widgets.example.com`, patch, {
          'content-type': 'application/json-patch+json',
        });
        assert.equal(code, 200, text);
      }
    };
    await Promise.all([write(1), write(2), write(3), change()]);
    const { body } = await ask(server, 'GET', collection);
    const stored = body.items.map(({ metadata }: Json) => metadata.name as string);
    assert.deepEqual(stored.toSorted(), created.toSorted());
    assert.ok(body.items.every(({ spec }: Json) => spec.color === 'blue'));
    await until(async () => created.every((name) => seen.has(name)));
    over.abort();
    await following;
  });

  test('is served alike by several servers on one store', async (t) => {
    const etcd = new FakeEtcd();
    const [one, other] = [await startServer(t, etcd), await startServer(t, etcd)];
    await define(one);
    await until(async () => (await ask(other, 'GET', collection)).code === 200);
    await ask(one, 'POST', collection, widget('a'));
    assert.equal((await ask(other, 'GET', `${collection}/a`)).code, 200);
  });
});

describe('custom objects', () => {
  test('have a status and a scale of their own', async (t) => {
    const server = await startServer(t);
    await define(server);
    await ask(server, 'POST', collection, { ...widget('a', { replicas: 2 }), status: { replicas: 9 } });
    const { body: created } = await ask(server, 'GET', `${collection}/a`);
    assert.equal(created.status, undefined);
    const put = await ask(server, 'PUT', `${collection}/a/status`, {
      ...created,
      spec: { replicas: 7 },
      status: { replicas: 1 },
    });
    assert.equal(put.code, 200, put.text);
    assert.deepEqual(
      [put.body.spec.replicas, put.body.status, put.body.metadata.generation],
      [2, { replicas: 1 }, 1],
    );
    const scale = await ask(server, 'GET', `${collection}/a/scale`);
    assert.deepEqual(
      [scale.body.kind, scale.body.spec, scale.body.status],
      ['Scale', { replicas: 2 }, { replicas: 1 }],
    );
    const scaled = await ask(
      server,
      'PATCH',
      `${collection}/a/scale`,
      { spec: { replicas: 5 } },
      {
        'content-type': 'application/merge-patch+json',
      },
    );
    assert.equal(scaled.code, 200, scaled.text);
    const { body } = await ask(server, 'GET', `${collection}/a`);
    assert.deepEqual([body.spec.replicas, body.metadata.generation], [5, 2]);
  });

  test('are selected by their fields and shown in columns', async (t) => {
    const server = await startServer(t);
    await define(server);
    await ask(server, 'POST', collection, widget('a', { replicas: 2 }));
    await ask(server, 'POST', collection, widget('b', { color: 'blue' }));
    const { body } = await ask(server, 'GET', `${collection}?fieldSelector=spec.color%3Dblue`);
    assert.deepEqual(
      body.items.map(({ metadata }: Json) => metadata.name),
      ['b'],
    );
    const table = await ask(server, 'GET', collection, undefined, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    });
    assert.deepEqual(
      table.body.rows.map(({ cells }: Json) => cells),
      [
        ['a', 2],
        ['b', null],
      ],
    );
  });

  for (const [method, path, code, message] of [
    ['GET', '/apis/example.com/v1/gadgets', 404, undefined],
    ['GET', '/apis/example.com/v2/widgets', 404, undefined],
    ['POST', '/apis/example.com/v1/widgets', 404, undefined],
    ['GET', `${collection}/a/nothing`, 404, 'widgets.example.com "a" not found'],
    ['PUT', collection, 400, 'name must be provided'],
    [
      'DELETE',
      `${collection}/a/status`,
      405,
      'delete is not supported on resources of kind "widgets.example.com"',
    ],
  ] as const) {
    test(`${method} ${path} is answered ${code}`, async (t) => {
      const server = await startServer(t);
      await define(server);
      const answer = await ask(server, method, path).catch((error: unknown) => error as { status: Json });
      const [found, text] =
        'status' in answer
          ? [answer.status.code, answer.status.message]
          : [answer.code, answer.body?.message];
      assert.deepEqual([found, text], [code, message]);
    });
  }
});
