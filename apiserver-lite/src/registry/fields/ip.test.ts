import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalIp, isStrictSubset, maskedCidr, parseCidr, validateCidr, validateIp } from './ip.ts';

test('addresses are written in one way', () => {
  assert.equal(canonicalIp('010.0.000.1'), '10.0.0.1');
  assert.equal(canonicalIp('2001:0DB8:0:0:0:0:0:1'), '2001:db8::1');
  assert.equal(canonicalIp('::ffff:10.0.0.1'), '10.0.0.1');
  for (const good of ['0.0.0.0', '255.255.255.255', '::', '::1', 'fe80::1', '2001:DB8::']) {
    assert.deepEqual(validateIp('a', good), [], good);
  }
  for (const bad of ['', '1.2.3', '1.2.3.256', '1::2::3', 'fe80::1%eth0', ' 10.0.0.1', '[::1]']) {
    assert.equal(validateIp('a', bad)[0]?.message.includes('must be a valid IP address'), true, bad);
  }
});

test('ranges hold whole networks', () => {
  const masked = (text: string) => maskedCidr(parseCidr(text) ?? assert.fail(text));
  assert.equal(masked('10.1.2.3/8'), '10.0.0.0/8');
  assert.equal(masked('10.1.2.3/32'), '10.1.2.3/32');
  assert.equal(masked('2001:db8:ffff::1/33'), '2001:db8:8000::/33');
  assert.equal(masked('ffff::/0'), '::/0');
  for (const good of ['0.0.0.0/0', '10.0.0.0/8', '::/0', '2001:db8::/32', '10.0.0.1/32']) {
    assert.deepEqual(validateCidr('a', good), [], good);
  }
  for (const bad of ['10.0.0.0', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0.0/-1', '::/129']) {
    assert.equal(validateCidr('a', bad)[0]?.message.includes('must be a valid CIDR value'), true, bad);
  }
});

test('a range is strictly within another', () => {
  assert.equal(isStrictSubset('10.0.0.0/8', '10.1.0.0/16'), true);
  assert.equal(isStrictSubset('10.0.0.0/8', '10.0.0.0/8'), false);
  assert.equal(isStrictSubset('10.0.0.0/8', '11.0.0.0/16'), false);
  assert.equal(isStrictSubset('2001:db8::/32', '2001:db8:1::/48'), true);
  assert.equal(isStrictSubset('::/0', '10.0.0.0/8'), false);
});
