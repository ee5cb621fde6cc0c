import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ResourceInfo, resources as builtInResources } from '@pg8s/k8s-proto/scheme';
import type { StatusError } from '../../../api-errors/status-error.ts';
import { ResourceTable } from '../../../registry/resource-table.ts';
import { withBuiltInTypes } from '../../../registry/resource-types/built-in/built-in-types.ts';
import { ReinvocationContext } from '../../attributes.ts';
import { askAbout, policedServer, policyObjects } from '../testing/policed-request.ts';
import { mutatingAdmissionPolicy } from './mutating-admission-policy.ts';

const configMaps = builtInResources().find(({ name, group }) => name === 'configmaps' && group === '');
const served = new ResourceTable([withBuiltInTypes({ resource: configMaps as ResourceInfo })]);

const applied = (expression: string) => ({
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression },
});
const patched = (expression: string) => ({ patchType: 'JSONPatch', jsonPatch: { expression } });

function pluginFor(...policies: readonly { name: string; spec: object }[]) {
  const all: Record<string, unknown[]> = {};
  for (const { name, spec } of policies) {
    for (const [resource, objects] of Object.entries(policyObjects('Mutating', name, { spec }))) {
      (all[resource] ??= []).push(...objects);
    }
  }
  const { dependencies, counted } = policedServer(all as Parameters<typeof policedServer>[0]);
  return { plugin: mutatingAdmissionPolicy({ ...dependencies, resources: served }), counted };
}

const one = (...mutations: readonly object[]) => pluginFor({ name: 'p', spec: { mutations } });

test('mutations are made one after the other', async () => {
  const { plugin, counted } = one(
    applied('Object{data: {"b": object.data.a + "2"}}'),
    patched('[JSONPatch{op: "add", path: "/data/c", value: object.data.b}]'),
    patched(
      '[JSONPatch{op: "test", path: "/data/a", value: "other"}, JSONPatch{op: "remove", path: "/data"}]',
    ),
  );
  const { object, reinvocation } = await askAbout(plugin, { a: '1' });
  assert.deepEqual(object?.['data'], { a: '1', b: '12', c: '12' });
  assert.equal(reinvocation.shouldReinvoke, true);
  assert.deepEqual(
    counted,
    Array.from({ length: 3 }, () => 'p p-binding no_error mutate'),
  );
});

test('what cannot be done refuses, with the code of a refusal', async () => {
  const cases: readonly [object, string][] = [
    [
      applied('Object{wrong: "x"}'),
      'error applying patch: failed to convert patch object to typed object: .wrong: field not declared in schema',
    ],
    [
      applied('Object{data: Object.wrong{}}'),
      'type mismatch: unexpected type name "Object.wrong", expected "Object.data", which matches field name path from root Object type',
    ],
    [
      applied('Object{data: {"t": null}}'),
      'error applying patch: failed to convert patch object to typed object: .data.t: expected string, got &value.valueUnstructured{Value:0}',
    ],
    [
      patched('[JSONPatch{op: "remove", path: "/data/z"}]'),
      "JSON Patch: error in remove for path: '/data/z': Unable to remove nonexistent key: z: missing value",
    ],
  ];
  for (const [mutation, why] of cases) {
    const { plugin } = one(mutation);
    const message = `policy 'p' with binding 'p-binding' denied request: ${why}`;
    await assert.rejects(askAbout(plugin, { a: '1' }), (error: StatusError) => {
      const { code, reason, message: actual, details } = error.status;
      assert.deepEqual({ code, reason, actual }, { code: 403, reason: 'Invalid', actual: message });
      assert.deepEqual(details?.causes, [{ message }]);
      return true;
    });
  }
});

test('a JSON patch whose result is no object of the kind is an internal error', async () => {
  for (const value of ['3', '{"a": 3}']) {
    const { plugin } = pluginFor({
      name: 'p',
      spec: {
        failurePolicy: 'Ignore',
        mutations: [patched(`[JSONPatch{op: "add", path: "/data", value: ${value}}]`)],
      },
    });
    await assert.rejects(askAbout(plugin, {}), (error: StatusError) => error.status.code === 500);
  }
});

test('failures are ignored where the policy says so', async () => {
  const { plugin } = pluginFor({
    name: 'p',
    spec: {
      failurePolicy: 'Ignore',
      mutations: [applied('Object{wrong: 1}'), applied('Object{data: {"b": "2"}}')],
    },
  });
  const { object } = await askAbout(plugin, { a: '1' });
  assert.deepEqual(object?.['data'], { a: '1', b: '2' });
});

test('in the second round those are asked that want it and saw an older object', async () => {
  const count = '(has(object.data.n) ? object.data.n : "") + "x"';
  const spec = (field: string, reinvocationPolicy: string) => ({
    reinvocationPolicy,
    mutations: [applied(`Object{data: {"${field}": ${count.replaceAll('data.n', `data.${field}`)}}}`)],
  });
  const { plugin } = pluginFor(
    { name: 'a', spec: spec('a', 'IfNeeded') },
    { name: 'b', spec: spec('b', 'Never') },
  );
  const reinvocation = new ReinvocationContext();
  const first = await askAbout(plugin, { z: '1' }, { reinvocation });
  assert.deepEqual(first.object?.['data'], { z: '1', a: 'x', b: 'x' });
  reinvocation.isReinvoke = true;
  const second = await askAbout(plugin, {}, { reinvocation, object: first.object });
  assert.deepEqual(second.object?.['data'], { z: '1', a: 'xx', b: 'x' });
});
