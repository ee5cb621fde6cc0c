import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CycleState } from '../../framework/cycle-state.ts';
import { dynamicResources } from './dynamic-resources.ts';

test('postFilter: there is nothing to deallocate; without PreFilter it misses its state', () => {
  const state = new CycleState();
  const before = dynamicResources.postFilter(state);
  assert.deepEqual([before.status.code, before.status.message], ['Error', 'not found']);
  assert.equal(dynamicResources.preFilter(state), undefined);
  const after = dynamicResources.postFilter(state);
  assert.deepEqual(
    [after.status.code, after.status.message],
    ['Unschedulable', 'no new claims to deallocate'],
  );
});
