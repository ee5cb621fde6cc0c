import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReinvocationContext, type AdmissionAttributes } from './attributes.ts';
import { admissionChain, noAdmission } from './chain.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { createAdmission, pluginTable, selectedPlugins } from './plugin-table.ts';
import { pluginDependencies } from './testing/plugin-dependencies.ts';

/** A plugin that writes down when it is called. */
function noting(name: string, calls: string[], more: Partial<AdmissionPlugin> = {}): AdmissionPlugin {
  return {
    operations: ['CREATE', 'UPDATE'],
    admit: ({ operation }) => void calls.push(`${name} admits ${operation}`),
    validate: ({ operation }) => void calls.push(`${name} validates ${operation}`),
    ...more,
  };
}

const chainOf = (plugins: readonly AdmissionPlugin[]) =>
  admissionChain(plugins.map((plugin, index) => ({ name: `plugin-${index}`, plugin })));

const attributes = (operation: AdmissionAttributes['operation']) =>
  ({ operation, reinvocation: new ReinvocationContext() }) as AdmissionAttributes;

test('plugins are called in order, each for its operations, one phase after the other', async () => {
  const calls: string[] = [];
  const chain = chainOf([noting('a', calls), noting('b', calls, { operations: ['CREATE', 'CONNECT'] })]);
  assert.equal(chain.handles('CONNECT'), true);
  assert.equal(chain.handles('DELETE'), false);
  for (const operation of ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'] as const) {
    await chain.admit(attributes(operation));
    await chain.validate(attributes(operation));
  }
  assert.deepEqual(calls, [
    'a admits CREATE',
    'b admits CREATE',
    'a validates CREATE',
    'b validates CREATE',
    'a admits UPDATE',
    'a validates UPDATE',
    'b admits CONNECT',
    'b validates CONNECT',
  ]);
});

test('the first refusal ends a phase', async () => {
  const calls: string[] = [];
  const refusing = noting('no', calls, {
    admit() {
      throw new Error('refused');
    },
  });
  const chain = chainOf([noting('a', calls), refusing, noting('b', calls)]);
  await assert.rejects(chain.admit(attributes('CREATE')), /refused/);
  assert.deepEqual(calls, ['a admits CREATE']);
});

test('a plugin gets one more round of the mutating phase, and what it kept', async () => {
  const rounds: unknown[] = [];
  const chain = chainOf([
    {
      operations: ['UPDATE'],
      admit({ reinvocation }) {
        rounds.push([reinvocation.isReinvoke, reinvocation.value('me')]);
        reinvocation.setValue('me', rounds.length);
        reinvocation.shouldReinvoke = true;
      },
    },
  ]);
  await chain.admit(attributes('UPDATE'));
  assert.deepEqual(rounds, [
    [false, undefined],
    [true, 1],
  ]);
});

test('without plugins nothing is handled', async () => {
  assert.equal(noAdmission.handles('CREATE'), false);
  await noAdmission.admit(attributes('CREATE'));
});

test('which plugins run is a matter of defaults and flags', () => {
  const names = (...selection: Parameters<typeof selectedPlugins>) =>
    selectedPlugins(...selection).map(({ name }) => name);
  const built = pluginTable.filter(({ build }) => build !== undefined);
  const byDefault = built.filter((row) => row.byDefault).map(({ name }) => name);
  assert.ok(byDefault.includes('NamespaceLifecycle') && !byDefault.includes('NodeRestriction'));
  assert.deepEqual(names({}), byDefault);
  assert.deepEqual(
    names({ enabled: ['NodeRestriction', 'NamespaceLifecycle'] }),
    built.filter((row) => row.byDefault || row.name === 'NodeRestriction').map(({ name }) => name),
  );
  assert.deepEqual(names({ disabled: byDefault, enabled: ['ImagePolicyWebhook'] }), []);
  assert.equal(new Set(pluginTable.map(({ name }) => name)).size, pluginTable.length);
  const none = createAdmission(
    { disabled: byDefault },
    {
      ...pluginDependencies({}),
      storageOf() {
        throw new Error('nobody asks');
      },
    },
  );
  assert.equal(none.handles('CREATE'), false);
});
