import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommittedState } from './committed-state.ts';
import type { Change } from './watch/change.ts';

for (const [what, budgetBytes] of [
  ['cached', 1 << 20],
  ['too large for the cache', 3],
] as const) {
  test(`a change does not keep the message that brought it: its value is ${what}`, () => {
    const state = new CommittedState(budgetBytes);
    const changes: Change[] = [];
    state.listen({
      applied: (applied) => void changes.push(...applied),
      compacted: () => {},
      reloaded: () => {},
    });
    const message = Buffer.alloc(1 << 20, 7);
    const row = {
      revision: 2,
      sub: 0,
      key: 'a',
      createRevision: 2,
      version: 1,
      lease: 0n,
      tombstone: false,
      value: message.subarray(0, 4),
    };
    state.applyBatch({ expected: 0, revision: 2, compactRevision: 0, rows: [row], grants: [], revokes: [] });
    message.fill(9);
    const [change] = changes;
    assert.notEqual(change?.row.value.buffer, message.buffer);
    assert.deepEqual([...(change?.event.kv.value ?? [])], [7, 7, 7, 7]);
  });
}
