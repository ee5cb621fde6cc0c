import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GoTestResult } from './go-tests.ts';
import { describe, findSurprises, judge } from './judge-results.ts';

const results = new Map<string, GoTestResult>([
  ['TestA', { outcome: 'pass', output: '' }],
  ['TestB', { outcome: 'pass', output: '', alone: true }],
  ['TestC', { outcome: 'fail', output: 'wanted 1' }],
  ['TestD', { outcome: 'skip', output: '' }],
]);

test('a failure that is known is no surprise', () => {
  const judged = judge('kv', results, { failing: { TestC: 'no members' }, notRun: { TestE: 'no raft' } });
  assert.equal(findSurprises([judged]), '');
  assert.deepEqual([judged.passed, judged.passedAlone, judged.skipped], [2, 1, 1]);
  assert.equal(
    describe([judged]),
    `| tests of | passed | failed | skipped by themselves | not run |
| --- | --- | --- | --- | --- |
| kv | 2 | 1 | 1 | 1 |
| all | 2 | 1 | 1 | 1 |

- kv: \`TestC\` fails: no members
- kv, not run: no raft: \`TestE\``,
  );
});

test('a failure that nobody knew is one, and so is a known one that is gone', () => {
  const judged = judge('kv', results, { failing: { TestA: 'slow', TestD: 'old', TestGone: 'older' } });
  assert.equal(
    findSurprises([judged]),
    `kv: TestC fails:
wanted 1
kv: TestA is known to fail, and did not
kv: TestD is known to fail, and did not
kv: TestGone is known to fail, and did not`,
  );
  assert.match(describe([judged]), /- kv: `TestC` fails$/m);
});
