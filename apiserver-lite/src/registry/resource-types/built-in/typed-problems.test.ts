import assert from 'node:assert/strict';
import { test } from 'node:test';
import { typedProblems } from './typed-problems.ts';

const deployment = 'k8s.io.api.apps.v1.Deployment';
const inPod = (spec: object) => ({ spec: { template: { spec } } });
const containers = '.spec.template.spec.containers';

test('only items without any key, and without a default for one, have no place', () => {
  assert.deepEqual(typedProblems('k8s.io.api.core.v1.ServiceAccount', { secrets: [{ namespace: 'x' }] }), [
    '.secrets: element 0: associative list with keys has an element that omits all key fields ["name"] (and doesn\'t have default values for any key fields)',
  ]);
});

for (const [document, ...problems] of [
  [{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a', labels: { a: 'b' } }, spec: null }],
  [{ foo: 1 }, '.foo: field not declared in schema'],
  [{ spec: { replicas: 'x' } }, '.spec.replicas: expected numeric (int or float), got string'],
  [{ spec: { paused: 1 } }, '.spec.paused: expected boolean, got &{1}'],
  [{ spec: [] }, '.spec: expected map, got &{[]}'],
  [
    { metadata: { labels: { a: 1 } } },
    '.metadata.labels.a: expected string, got &value.valueUnstructured{Value:1}',
  ],
  [inPod({ containers: { a: 1 } }), `${containers}: expected list, got &{map[a:1]}`],
  [
    inPod({ containers: [{ name: 'a' }, { name: 'a' }] }),
    `${containers}: duplicate entries for key [name="a"]`,
  ],
  [
    inPod({ containers: [{ image: 'a' }, null] }),
    `${containers}: element 1: associative list with keys may not have a null element`,
  ],
  [
    inPod({
      containers: [{ name: 'a', ports: [{ containerPort: 80 }, { containerPort: 80, protocol: 'TCP' }] }],
    }),
    `${containers}[name="a"].ports: duplicate entries for key [containerPort=80,protocol="TCP"]`,
  ],
  [
    { metadata: { finalizers: ['a.b/c', 'a.b/c'] } },
    '.metadata.finalizers: duplicate entries for key [="a.b/c"]',
  ],
  [
    { metadata: { finalizers: [1, null, {}] } },
    '.metadata.finalizers[=1]: expected string, got &value.valueUnstructured{Value:1}',
    ".metadata.finalizers: element 1: associative list without keys has an element that's an explicit null",
  ],
  [
    { metadata: { finalizers: [{}] } },
    ".metadata.finalizers: element 0: associative list without keys has an element that's a map type",
  ],
  [
    { metadata: { finalizers: [[1]] } },
    '.metadata.finalizers: element 0: not supported: associative list with lists as elements',
  ],
  [
    inPod({ containers: [{ name: 'a', ports: [{}] }], imagePullSecrets: [{}, {}] }),
    '.spec.template.spec.imagePullSecrets: duplicate entries for key [name=""]',
  ],
  [
    inPod({ containers: [{ name: 'a', resources: { limits: { cpu: {}, memory: true } } }] }),
    `${containers}[name="a"].resources.limits.cpu: expected any scalar, got &{map[]}`,
  ],
  [{ foo: 1, bar: 2, spec: { paused: 1 } }, '.foo: field not declared in schema'],
  [
    inPod({ containers: [{ name: 'a', command: [1], resources: { limits: { cpu: 1, memory: '1Gi' } } }] }),
    `${containers}[name="a"].command[0]: expected string, got &value.valueUnstructured{Value:1}`,
  ],
] as [object, ...string[]][]) {
  test(JSON.stringify(document), () => assert.deepEqual(typedProblems(deployment, document), problems));
}
