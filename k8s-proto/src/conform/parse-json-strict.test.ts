import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConformError } from './conform-error.ts';
import { parseJsonStrict } from './parse-json-strict.ts';

test('a document with too many keys is refused before all of it is read', () => {
  const text = (count: number) =>
    `{"d":{${Array.from({ length: count - 1 }, (_, index) => `"k${index}":"${'v'.repeat(100)}"`).join(',')}}}`;
  assert.doesNotThrow(() => parseJsonStrict(text(1000), 1000));
  assert.throws(
    () => parseJsonStrict(`${text(1001)} and no JSON`, 1000),
    (error) => error instanceof ConformError && error.code === 'size',
  );
});
