import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rangeContains, toKeyBytes, toKeyRange, toKeyString } from './key-range.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

test('strings of keys compare as their bytes do, and become the same bytes again', () => {
  const keys = ['', '\0', '\0\0', 'a', 'a\0', 'a/', 'a0', 'b', '\u007f', '\u0080', '\u00ff', '\u00ff\u00ff'];
  for (const a of keys) {
    assert.ok(Buffer.from(toKeyBytes(toKeyString(bytes(a)))).equals(bytes(a)));
    // A view into a larger buffer, as decoders return it.
    assert.equal(toKeyString(new Uint8Array([1, ...bytes(a), 2]).subarray(1, 1 + a.length)), a);
    for (const b of keys) {
      assert.equal(Math.sign(Buffer.compare(bytes(a), bytes(b))), Number(a > b) - Number(a < b));
    }
  }
});

test('the forms of range_end', () => {
  const contains = (key: string, end: string | undefined, wanted: string): boolean =>
    rangeContains(toKeyRange(bytes(key), end === undefined ? undefined : bytes(end)), wanted);
  assert.deepEqual(
    ['a', 'a\0', 'b'].map((key) => contains('a', undefined, key)),
    [true, false, false],
  );
  assert.deepEqual(
    ['a', 'a\0', 'b'].map((key) => contains('a', '', key)),
    [true, false, false],
  );
  assert.deepEqual(
    ['a', 'a\0', 'b', '\u00ff\u00ff'].map((key) => contains('a\0', '\0', key)),
    [false, true, true, true],
  );
  assert.deepEqual(
    ['a', 'az', 'b', 'c'].map((key) => contains('a', 'b', key)),
    [true, true, false, false],
  );
  assert.deepEqual(
    ['a', 'b'].map((key) => contains('b', 'a', key)),
    [false, false],
  );
  assert.deepEqual(
    ['a', 'b'].map((key) => contains('a', 'a', key)),
    [false, false],
  );
});
