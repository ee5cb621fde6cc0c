import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withNodeRestriction } from './part-settings.ts';

test('NodeRestriction runs, unless it is disabled', () => {
  const enabled = 'enable-admission-plugins';
  const disabled = 'disable-admission-plugins';
  assert.deepEqual(withNodeRestriction({ a: 'b' }), { a: 'b', [enabled]: 'NodeRestriction' });
  assert.deepEqual(withNodeRestriction({ [enabled]: 'NamespaceLifecycle' }), {
    [enabled]: 'NamespaceLifecycle,NodeRestriction',
  });
  for (const flags of [{ [enabled]: 'NodeRestriction' }, { [disabled]: 'Priority,NodeRestriction' }]) {
    assert.deepEqual(withNodeRestriction(flags), flags);
  }
});
