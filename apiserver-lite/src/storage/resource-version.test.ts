import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseResourceVersion, parseUncheckedResourceVersion } from './resource-version.ts';

test('a resource version that is no number is a 400 in a list and a 500 in a watch', () => {
  for (const [text, cause] of [
    ['abc', 'invalid syntax'],
    ['-1', 'invalid syntax'],
    ['99999999999999999999', 'value out of range'],
  ] as const) {
    const message = `resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": ${cause}`;
    assert.throws(() => parseUncheckedResourceVersion(text), { name: 'StatusError', message });
    assert.throws(() => parseResourceVersion(text), { message: `invalid resource version: ${message}` });
  }
  assert.equal(parseUncheckedResourceVersion('7'), 7);
  assert.equal(parseResourceVersion(''), 0);
});
