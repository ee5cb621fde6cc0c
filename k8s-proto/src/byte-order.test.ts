import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareBytes, inByteOrder } from './byte-order.ts';

const texts = ['', 'a', 'ab', 'b', 'é', '漢', '\ud7ff', '\ue000', 'Ａ', '😀', '😀a', '😁', 'a😀', 'aＡ'];

test('texts are in the order of their bytes in UTF-8', () => {
  for (const one of texts) {
    for (const other of texts) {
      const wanted = Buffer.compare(Buffer.from(one), Buffer.from(other));
      assert.equal(Math.sign(compareBytes(one, other)), wanted, `${one} ${other}`);
    }
  }
  assert.deepEqual(inByteOrder(['😀', 'Ａ', 'a']), ['a', 'Ａ', '😀']);
  assert.deepEqual(inByteOrder(['b', 'a']), ['a', 'b']);
});
