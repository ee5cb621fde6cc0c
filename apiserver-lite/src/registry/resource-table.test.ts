import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { resourceInfo } from '@pg8s/k8s-proto/scheme';
import { ResourceTable, type ServedChange } from './resource-table.ts';
import { withBuiltInTypes } from './resource-types/built-in/built-in-types.ts';
import type { ServedRest } from './rest.ts';

function restOf(group: string, version: string, name: string): ServedRest {
  const resource = resourceInfo(group, version, name);
  assert.ok(resource);
  return withBuiltInTypes({ resource, table: { columns: [], cells: () => [] } });
}

const pods = restOf('', 'v1', 'pods');
const jobs = restOf('batch', 'v1', 'jobs');
const cronJobs = restOf('batch', 'v1', 'cronjobs');

function followed(...rests: ServedRest[]): { table: ResourceTable; changes: ServedChange[] } {
  const table = new ResourceTable(rests);
  const changes: ServedChange[] = [];
  table.subscribe((change) => changes.push(change));
  return { table, changes };
}

describe('the table of served resources', () => {
  test('finds what was added, and knows its groups and versions', () => {
    const table = new ResourceTable([pods, jobs]);
    assert.equal(table.lookup('batch', 'v1', 'jobs', ''), jobs);
    assert.equal(table.lookup('batch', 'v1', 'jobs', 'status'), undefined);
    assert.deepEqual([table.servesBuiltIn('batch'), table.servesBuiltIn('apps')], [true, false]);
    assert.deepEqual([table.servesVersion('batch', 'v1'), table.servesVersion('batch', 'v2')], [true, false]);
    assert.deepEqual(table.all(), [pods, jobs]);
    assert.equal(table.all(), table.all());
  });

  test('a change of several is one version, and one call of each subscriber', () => {
    const { table, changes } = followed(pods, jobs);
    const before = table.version;
    table.change({ add: [cronJobs], remove: [jobs] });
    assert.deepEqual(changes, [{ version: before + 1, added: [cronJobs], removed: [jobs] }]);
    assert.equal(table.version, before + 1);
    assert.deepEqual(table.all(), [pods, cronJobs]);
    assert.ok(table.servesVersion('batch', 'v1'));
    table.remove([cronJobs]);
    assert.ok(!table.servesBuiltIn('batch'));
  });

  test('one that takes the place of another removes it', () => {
    const { table, changes } = followed(pods);
    const other = { ...pods };
    table.add([other]);
    assert.deepEqual(changes, [{ version: 2, added: [other], removed: [pods] }]);
    assert.equal(table.lookup('', 'v1', 'pods', ''), other);
    assert.ok(table.servesBuiltIn(''));
    table.remove([pods]);
    assert.equal(table.lookup('', 'v1', 'pods', ''), other);
  });

  test('nothing is told where nothing changes', () => {
    const { table, changes } = followed(pods);
    table.add([pods]);
    table.remove([jobs]);
    table.change({ add: [pods], remove: [pods] });
    table.add([]);
    assert.deepEqual([changes, table.version], [[], 1]);
  });

  test('a subscriber may end its subscription, also while it is called', () => {
    const table = new ResourceTable();
    let calls = 0;
    const end = table.subscribe(() => {
      calls++;
      end();
    });
    table.add([pods]);
    table.add([jobs]);
    assert.equal(calls, 1);
  });
});
