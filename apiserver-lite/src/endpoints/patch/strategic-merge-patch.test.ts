import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatusError } from '../../api-errors/status-error.ts';
import type { JsonObject } from '../../json/json-value.ts';
import { messagePatchSchema } from '../../registry/resource-types/built-in/message-patch-schema.ts';
import { applyStrategicMergePatch } from './strategic-merge-patch.ts';

const pod = messagePatchSchema('k8s.io.api.core.v1.Pod');
const deployment = messagePatchSchema('k8s.io.api.apps.v1.Deployment');

interface Case {
  name: string;
  document: JsonObject;
  patch: JsonObject;
  result: JsonObject;
  schema?: typeof pod;
}

const container = (name: string, rest: JsonObject = {}) => ({ name, ...rest });
const containers = (...list: JsonObject[]): JsonObject => ({ spec: { containers: list } });

const cases: Case[] = [
  {
    name: 'fields merge, null removes, absent stays',
    document: { spec: { nodeName: 'n', hostname: 'h', subdomain: 's' } },
    patch: { spec: { nodeName: 'm', hostname: null, nothing: null } },
    result: { spec: { nodeName: 'm', subdomain: 's' } },
  },
  {
    name: 'what is new loses its nulls and what has a $patch; other directives are fields of it',
    document: {},
    patch: {
      metadata: { labels: { a: '1', b: null, $patch: 'replace' }, annotations: { c: '1', d: null } },
      spec: {
        containers: [container('a', { image: null }), { name: 'b', $patch: 'delete' }],
        $retainKeys: ['containers'],
      },
    },
    result: {
      metadata: { annotations: { c: '1' } },
      spec: { containers: [container('a')], $retainKeys: ['containers'] },
    },
  },
  {
    name: 'maps of scalars merge by key',
    document: { metadata: { labels: { a: '1', b: '2' } } },
    patch: { metadata: { labels: { b: null, c: '3' } } },
    result: { metadata: { labels: { a: '1', c: '3' } } },
  },
  {
    name: 'lists with a merge key merge their elements; new ones come first, as they are named',
    document: containers(container('a', { image: 'x', tty: true }), container('b')),
    patch: containers(container('a', { image: 'y' }), container('c')),
    result: containers(container('a', { image: 'y', tty: true }), container('c'), container('b')),
  },
  {
    name: 'elements nest',
    document: containers(container('a', { ports: [{ containerPort: 80, name: 'http' }] })),
    patch: containers(
      container('a', { ports: [{ containerPort: 80, hostPort: 8080 }, { containerPort: 90 }] }),
    ),
    result: containers(
      container('a', {
        ports: [{ containerPort: 80, name: 'http', hostPort: 8080 }, { containerPort: 90 }],
      }),
    ),
  },
  {
    name: '$patch: delete takes an element away',
    document: containers(container('a'), container('b')),
    patch: containers({ name: 'a', $patch: 'delete' }),
    result: containers(container('b')),
  },
  {
    name: '$patch: delete of an element that is not there does nothing',
    document: containers(container('a')),
    patch: containers({ name: 'z', $patch: 'delete' }),
    result: containers(container('a')),
  },
  {
    name: '$patch: replace in a list keeps only what the patch brings',
    document: containers(container('a'), container('b')),
    patch: containers({ $patch: 'replace' }, container('c')),
    result: containers(container('c')),
  },
  {
    name: '$patch: replace in an object keeps only what the patch brings',
    document: { metadata: { labels: { a: '1' } }, spec: { nodeName: 'n' } },
    patch: { metadata: { labels: { $patch: 'replace', b: '2' } } },
    result: { metadata: { labels: { b: '2' } }, spec: { nodeName: 'n' } },
  },
  {
    name: '$patch: delete in an object empties it',
    document: { metadata: { labels: { a: '1' } } },
    patch: { metadata: { labels: { $patch: 'delete' } } },
    result: { metadata: { labels: {} } },
  },
  {
    name: 'lists without a strategy are replaced',
    document: containers(container('a', { command: ['x', 'y'] })),
    patch: containers(container('a', { command: ['z'] })),
    result: containers(container('a', { command: ['z'] })),
  },
  {
    name: 'lists of scalars with the merge strategy are sets',
    document: { metadata: { finalizers: ['a', 'b'] } },
    patch: { metadata: { finalizers: ['b', 'c'] } },
    result: { metadata: { finalizers: ['a', 'b', 'c'] } },
  },
  {
    name: '$deleteFromPrimitiveList takes scalars away',
    document: { metadata: { finalizers: ['a', 'b', 'c'] } },
    patch: { metadata: { '$deleteFromPrimitiveList/finalizers': ['b', 'z'] } },
    result: { metadata: { finalizers: ['a', 'c'] } },
  },
  {
    name: '$deleteFromPrimitiveList of a list that is not there makes none',
    document: { metadata: {} },
    patch: { metadata: { '$deleteFromPrimitiveList/finalizers': ['b'] } },
    result: { metadata: {} },
  },
  {
    name: '$setElementOrder alone reorders',
    document: containers(container('a'), container('b'), container('c')),
    patch: { spec: { '$setElementOrder/containers': [{ name: 'c' }, { name: 'b' }, { name: 'a' }] } },
    result: containers(container('c'), container('b'), container('a')),
  },
  {
    name: '$setElementOrder places what the patch brings',
    document: containers(container('a'), container('b')),
    patch: {
      spec: {
        '$setElementOrder/containers': [{ name: 'new' }, { name: 'b' }, { name: 'a' }],
        containers: [container('new', { image: 'x' })],
      },
    },
    result: containers(container('new', { image: 'x' }), container('b'), container('a')),
  },
  {
    name: '$setElementOrder keeps elements of the server alone where they stood before the next one',
    document: containers(container('a'), container('server'), container('b')),
    patch: {
      spec: {
        '$setElementOrder/containers': [{ name: 'a' }, { name: 'b' }],
        containers: [container('b', { image: 'x' })],
      },
    },
    result: containers(container('a'), container('server'), container('b', { image: 'x' })),
  },
  {
    name: '$setElementOrder with a deletion, as kubectl apply sends it',
    document: containers(container('a'), container('b'), container('c')),
    patch: {
      spec: {
        '$setElementOrder/containers': [{ name: 'a' }, { name: 'c' }],
        containers: [{ name: 'b', $patch: 'delete' }, container('c', { image: 'y' })],
      },
    },
    result: containers(container('a'), container('c', { image: 'y' })),
  },
  {
    name: '$setElementOrder of scalars',
    document: { metadata: { finalizers: ['a', 'b', 'c'] } },
    patch: {
      metadata: {
        '$setElementOrder/finalizers': ['c', 'd', 'a'],
        '$deleteFromPrimitiveList/finalizers': ['b'],
        finalizers: ['d'],
      },
    },
    result: { metadata: { finalizers: ['c', 'd', 'a'] } },
  },
  {
    name: '$retainKeys drops the members of a union that are not named',
    document: { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } },
    patch: { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } },
    result: { spec: { strategy: { type: 'Recreate' } } },
    schema: deployment,
  },
  {
    name: '$retainKeys in the elements of a list',
    document: { spec: { volumes: [{ name: 'v', emptyDir: {} }] } },
    patch: {
      spec: { volumes: [{ $retainKeys: ['name', 'hostPath'], name: 'v', hostPath: { path: '/x' } }] },
    },
    result: { spec: { volumes: [{ name: 'v', hostPath: { path: '/x' } }] } },
  },
  {
    name: 'a value of another type is replaced',
    document: { spec: { containers: null, nodeName: { odd: 1 } } },
    patch: { spec: { containers: [container('a')], nodeName: 'n' } },
    result: { spec: { containers: [container('a')], nodeName: 'n' } },
  },
  {
    name: 'conditions merge by type',
    document: {
      status: {
        conditions: [
          { type: 'Ready', status: 'False' },
          { type: 'Initialized', status: 'True' },
        ],
      },
    },
    patch: { status: { conditions: [{ type: 'Ready', status: 'True', reason: null }] } },
    result: {
      status: {
        conditions: [
          { type: 'Ready', status: 'True' },
          { type: 'Initialized', status: 'True' },
        ],
      },
    },
  },
  {
    name: 'service ports of one number and two protocols: the first is merged',
    document: {
      spec: {
        ports: [
          { port: 53, protocol: 'UDP' },
          { port: 53, protocol: 'TCP' },
        ],
      },
    },
    patch: { spec: { ports: [{ port: 53, targetPort: 5353 }] } },
    result: {
      spec: {
        ports: [
          { port: 53, protocol: 'UDP', targetPort: 5353 },
          { port: 53, protocol: 'TCP' },
        ],
      },
    },
    schema: messagePatchSchema('k8s.io.api.core.v1.Service'),
  },
  {
    name: 'an empty patch changes nothing',
    document: containers(container('a')),
    patch: {},
    result: containers(container('a')),
  },
];

for (const { name, document, patch, result, schema } of cases) {
  test(name, () => {
    const before = structuredClone(document);
    assert.deepEqual(applyStrategicMergePatch(document, patch, schema ?? pod), result);
    assert.deepEqual(document, before, 'the document stays as it is');
  });
}

const failures: [string, JsonObject, JsonObject, number, string | RegExp][] = [
  [
    'an element without its merge key',
    containers(container('a')),
    containers({ image: 'x' }),
    500,
    'map: map[image:x] does not contain declared merge key: name',
  ],
  [
    'an unknown directive',
    { metadata: { labels: { a: '1' } } },
    { metadata: { labels: { $patch: 'explode' } } },
    500,
    'unknown patch type: explode in map: map[$patch:explode]',
  ],
  [
    'retainKeys that miss a field of the patch',
    { spec: { hostname: 'h' } },
    { spec: { $retainKeys: ['hostname'], nodeName: 'n' } },
    400,
    'invalid patch format of retainKeys',
  ],
  [
    'an order that is no list',
    containers(container('a')),
    { spec: { '$setElementOrder/containers': 'a' } },
    500,
    'expected a []interface {}, but received a string',
  ],
  [
    'an order that lacks an element of the patch',
    containers(container('a')),
    { spec: { '$setElementOrder/containers': [{ name: 'a' }], containers: [container('b')] } },
    500,
    /^The order in patch list:\n\[map\[name:b\]\]\n doesn't match \$setElementOrder list:\n\[map\[name:a\]\]\n$/,
  ],
];

for (const [name, document, patch, code, message] of failures) {
  test(`fails: ${name}`, () => {
    assert.throws(
      () => applyStrategicMergePatch(document, patch, pod),
      (error) => {
        assert.ok(error instanceof StatusError);
        assert.equal(error.status.code, code);
        if (typeof message === 'string') assert.equal(error.message, message);
        else assert.match(error.message, message);
        return true;
      },
    );
  });
}
