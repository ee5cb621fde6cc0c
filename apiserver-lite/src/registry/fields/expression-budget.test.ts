import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { spendExpression } from './expression-budget.ts';

test('one turn compiles half a million characters, and the next one as many', async () => {
  const text = 'x'.repeat(256 * 1024);
  spendExpression(text);
  spendExpression(text);
  assert.throws(() => spendExpression('x'), { message: /take too long to compile/ });
  await setImmediate();
  spendExpression(text);
});
