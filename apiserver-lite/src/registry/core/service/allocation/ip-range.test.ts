import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addressAt,
  formatAddress,
  isUsable,
  parseAddress,
  parseRange,
  parseServiceRanges,
} from './ip-range.ts';

test('addresses have one form', () => {
  for (const [text, form] of [
    ['10.96.0.1', '10.96.0.1'],
    ['010.096.0.1', '10.96.0.1'],
    ['FD00:0:0::00a', 'fd00::a'],
    ['::', '::'],
    ['::1', '::1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
    ['1::', '1::'],
    ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
  ] as const) {
    assert.equal(formatAddress(parseAddress(text)), form, text);
  }
  for (const text of ['', '10.96.0', '10.96.0.256', 'fd00:::1', 'fe80::1%eth0', 'x']) {
    assert.throws(() => parseAddress(text), /not an IP address/, text);
  }
});

test('ranges begin at their network, and give neither its address nor the broadcast address', () => {
  const four = parseRange('10.96.1.7/24');
  assert.equal(four.text, '10.96.1.0/24');
  assert.equal(addressAt(four, 1), '10.96.1.1');
  assert.deepEqual(
    ['10.96.1.0', '10.96.1.1', '10.96.1.254', '10.96.1.255', '10.96.2.1', 'fd00::1'].map((address) =>
      isUsable(four, address),
    ),
    [false, true, true, false, false, false],
  );
  const six = parseRange('fd00:10:96::5/120');
  assert.equal(six.text, 'fd00:10:96::/120');
  assert.deepEqual(
    ['fd00:10:96::', 'fd00:10:96::1', 'fd00:10:96::ff', 'fd00:10:96::100'].map((address) =>
      isUsable(six, address),
    ),
    [false, true, true, false],
  );
});

test('a server has one range of each family at most', () => {
  assert.deepEqual(
    parseServiceRanges('fd00::/112, 10.0.0.0/16').map(({ family }) => family),
    ['IPv6', 'IPv4'],
  );
  assert.throws(() => parseServiceRanges('10.0.0.0/16,10.1.0.0/16'), /different IP families/);
  assert.throws(() => parseServiceRanges('10.0.0.0/16,fd00::/112,10.1.0.0/16'), /no more than two/);
  for (const text of ['', '10.0.0.0', '10.0.0.0/33', 'fd00::/129', 'x/1', '10.0.0.0/-1']) {
    assert.throws(() => parseServiceRanges(text), /invalid CIDR address/, text);
  }
});
