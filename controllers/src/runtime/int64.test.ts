import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseInt64 } from './int64.ts';

test('what Go takes for an int64, exactly', () => {
  assert.equal(parseInt64('9007199254740993'), 9007199254740993n);
  assert.equal(parseInt64('+7'), 7n);
  assert.equal(parseInt64('-007'), -7n);
  assert.equal(parseInt64('9223372036854775807'), 2n ** 63n - 1n);
  assert.equal(parseInt64('-9223372036854775808'), -(2n ** 63n));
  for (const other of [
    '9223372036854775808',
    '-9223372036854775809',
    '',
    '-',
    '1.0',
    '1e3',
    '0x1',
    ' 1',
    undefined,
  ])
    assert.equal(parseInt64(other), undefined, other);
  assert.equal(parseInt64('1'.repeat(1_000_000)), undefined);
});
