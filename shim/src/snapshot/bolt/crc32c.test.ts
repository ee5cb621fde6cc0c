import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Crc32c } from './crc32c.ts';

test('the check value of the polynomial', () => {
  assert.equal(new Crc32c().update(Buffer.from('123456789')).digest(), 0xe3069283);
  assert.equal(new Crc32c().digest(), 0);
});

test('vectors of RFC 3720, B.4', () => {
  assert.equal(new Crc32c().update(Buffer.alloc(32)).digest(), 0x8a9136aa);
  assert.equal(new Crc32c().update(Buffer.alloc(32, 0xff)).digest(), 0x62a8ab43);
  assert.equal(
    new Crc32c().update(Buffer.from(Array.from({ length: 32 }, (_, i) => i))).digest(),
    0x46dd794e,
  );
});

test('pieces of any length give the same as the whole', () => {
  const bytes = Buffer.from(Array.from({ length: 100 }, (_, i) => (i * 37) & 0xff));
  const whole = new Crc32c().update(bytes).digest();
  for (let cut = 0; cut <= bytes.length; cut++) {
    const crc = new Crc32c().update(bytes.subarray(0, cut)).update(bytes.subarray(cut));
    assert.equal(crc.digest(), whole);
  }
});
