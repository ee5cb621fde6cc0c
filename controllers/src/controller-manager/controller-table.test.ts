import assert from 'node:assert/strict';
import { test } from 'node:test';
import { controllerManagerFlags } from '../flags/controller-manager-flags.ts';
import { groupResourceOf } from '../runtime/client/resource.ts';
import { createTestContext } from '../runtime/testing/test-context.ts';
import { controllersProblem } from './controller-names.ts';
import type { ControllerRow } from './controller-row.ts';
import { defaultSettings } from './controller-settings.ts';
import { type ControllerName, type ControllerSettings, controllerTable } from './controller-table.ts';

const rows: readonly Omit<ControllerRow<ControllerName, ControllerSettings>, 'readSettings'>[] =
  controllerTable;

test('every row has a name of kube-controller-manager, once', () => {
  const names = rows.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  assert.equal(controllersProblem(names), undefined);
});

test('every row names exactly the resources that its controller waits for', () => {
  for (const row of rows) {
    const context = createTestContext();
    const informers = context.informers.forController(row.name);
    const worker = row.create(
      { ...context, informers },
      {
        workers: row.workers.count,
        settings: defaultSettings(),
        isEnabled: () => true,
        clusterCa: () => 'PEM',
      },
    );
    assert.ok(worker, row.name);
    const names = (resources: readonly { group: string; name: string }[]) =>
      resources.map(groupResourceOf).sort();
    assert.deepEqual(names(informers.used().map(({ resource }) => resource)), names(row.resources), row.name);
    context.recorder.stop();
  }
});

test('every flag that a row names is in effect, once', () => {
  for (const { name, workers, flags, enabledBy } of rows) {
    const own = [...flags.map((flag) => flag.name), ...('flag' in workers ? [workers.flag] : [])];
    for (const flag of own) {
      const found = controllerManagerFlags.filter((one) => one.name === flag);
      assert.deepEqual(
        found.map(({ effect }) => effect),
        ['inEffect'],
        `${name}: --${flag}`,
      );
    }
    assert.ok(enabledBy === undefined || own.includes(enabledBy), name);
  }
});
