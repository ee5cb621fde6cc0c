import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  QuantityError,
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  isZeroQuantity,
  parseQuantity,
  quantityMilliValue,
  quantityValue,
  roundQuantityUp,
  scaledValue,
  subtractQuantities,
} from './quantity.ts';

test('canonical forms', () => {
  const cases: Record<string, string> = {
    '0': '0',
    '0m': '0',
    '-0': '0',
    '0Ki': '0',
    '.': '0',
    '1': '1',
    '-1': '-1',
    '100m': '100m',
    '0.1': '100m',
    '.5': '500m',
    '0.5k': '500',
    '1000': '1k',
    '1000m': '1',
    '1500': '1500',
    '100000': '100k',
    '1000000': '1M',
    '1234567': '1234567',
    '1.5Gi': '1536Mi',
    '1024': '1024',
    '1024Ki': '1Mi',
    '1000Ki': '1000Ki',
    '0.5Ki': '512',
    '0.0001Ki': '102400u',
    '1.5Ki': '1536',
    '2.5Ki': '2560',
    '1023': '1023',
    '1e3': '1e3',
    '1E3': '1E3',
    '1200e3': '1200e3',
    '12e4': '120e3',
    '1e-3': '1e-3',
    '1e2': '100',
    '1n': '1n',
    '0.1n': '1n',
    '-0.1n': '-1n',
    '1.0000000001': '1000000001n',
    '1u': '1u',
    '8Ei': '9223372036854775807',
    '-8Ei': '-9223372036854775807',
    '1Ei': '1Ei',
    '100E': '100E',
    '9223372036854775807': '9223372036854775807',
    '12345678901234567890': '12345678901234567890',
  };
  for (const [text, canonical] of Object.entries(cases)) {
    // 1.5Ki is exact in BinarySI, and 1536 has no whole Ki.
    assert.equal(canonicalQuantity(text), canonical, text);
    assert.equal(canonicalQuantity(canonical), canonical, `${text}, again`);
  }
});

test('a short text that looks canonical is kept as Go keeps it', () => {
  for (const text of ['+5', '1.500', '007', '3Mi']) assert.equal(canonicalQuantity(text), text);
  // Arithmetic makes a new quantity, whose text is canonical.
  assert.equal(formatQuantity(addQuantities(parseQuantity('+5'), parseQuantity('0'))), '5');
});

test('what is no quantity is refused in kube-apiserver’s words', () => {
  const code = (text: string): string => {
    try {
      parseQuantity(text);
    } catch (error) {
      assert.ok(error instanceof QuantityError);
      return error.code;
    }
    return 'accepted';
  };
  for (const text of ['', ' 1', '1 ', '1.1.M', '1+1.0M', 'aoeu', 'x', '1_000', '١'])
    assert.equal(code(text), 'format', text);
  for (const text of ['0.1mi', '.5i', '1i', '-3.01i', '-3.01e-', '1KK', 'e', '1e99999999999']) {
    assert.equal(code(text), 'suffix', text);
  }
  assert.throws(() => parseQuantity('lots'), {
    message: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  });
});

test('comparison and arithmetic are exact', () => {
  const compare = (a: string, b: string): number => compareQuantities(parseQuantity(a), parseQuantity(b));
  assert.equal(compare('1', '1000m'), 0);
  assert.equal(compare('1Gi', '1G'), 1);
  assert.equal(compare('-1', '1n'), -1);
  const add = (a: string, b: string): string =>
    formatQuantity(addQuantities(parseQuantity(a), parseQuantity(b)));
  assert.equal(add('0.1', '0.2'), '300m');
  assert.equal(add('1Gi', '512Mi'), '1536Mi');
  assert.equal(add('0', '1Gi'), '1Gi');
  assert.equal(add('9007199254740993', '1n'), '9007199254740993000000001n');
  assert.equal(formatQuantity(subtractQuantities(parseQuantity('2Gi'), parseQuantity('2Gi'))), '0');
  assert.ok(isZeroQuantity(subtractQuantities(parseQuantity('1'), parseQuantity('1000m'))));
});

test('values in units, rounded up', () => {
  assert.equal(quantityValue(parseQuantity('100m')), 1n);
  assert.equal(quantityValue(parseQuantity('1.5Gi')), 1_610_612_736n);
  assert.equal(quantityMilliValue(parseQuantity('0.25')), 250n);
  assert.equal(quantityMilliValue(parseQuantity('1u')), 1n);
  assert.equal(scaledValue(parseQuantity('1'), -6), 1_000_000n);
  assert.equal(formatQuantity(roundQuantityUp(parseQuantity('1n'), -3)), '1m');
  assert.equal(formatQuantity(roundQuantityUp(parseQuantity('+5'), -3)), '5');
});
