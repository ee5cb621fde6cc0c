import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boolArray, byteaArray, int4Array, int8Array } from './binary-array.ts';

/** Reads the elements back, by the format's definition. */
function elements(array: Buffer): (Buffer | null)[] {
  assert.deepEqual([array.readInt32BE(0), array.readInt32BE(16)], [1, 1]);
  const found: (Buffer | null)[] = [];
  let at = 20;
  for (let i = 0; i < array.readInt32BE(12); i++) {
    const length = array.readInt32BE(at);
    at += 4;
    found.push(length < 0 ? null : array.subarray(at, at + length));
    at += Math.max(length, 0);
  }
  assert.equal(at, array.length, 'nothing is left over');
  return found;
}

test('numbers of any size, as bigints or not', () => {
  const values = [0, 1, 0xffff_ffff, 0x1_0000_0000, Number.MAX_SAFE_INTEGER, -1n, 2n ** 62n];
  assert.deepEqual(
    elements(int8Array(values)).map((element) => element?.readBigInt64BE()),
    values.map(BigInt),
  );
  assert.deepEqual(
    elements(int4Array([0, 7, 2 ** 31 - 1])).map((element) => element?.readInt32BE()),
    [0, 7, 2 ** 31 - 1],
  );
});

test('bytes, text, NULL, truth, and nothing', () => {
  assert.deepEqual(elements(byteaArray([Buffer.from([0, 255]), '\u00ff', undefined, new Uint8Array(0)])), [
    Buffer.from([0, 255]),
    Buffer.from([255]),
    null,
    Buffer.alloc(0),
  ]);
  assert.deepEqual(elements(boolArray([true, false])), [Buffer.from([1]), Buffer.from([0])]);
  assert.deepEqual(elements(int8Array([])), []);
});
