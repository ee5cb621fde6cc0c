/**
 * The short form of `differential.stock.test.ts`: of families that do the same with each kind, some kinds;
 * and some random objects.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareLasting, comparisonTimeoutMs } from './compare-with-stock.ts';
import { someFamilies } from './families.ts';

test('a stock kube-apiserver answers some requests the same', { timeout: comparisonTimeoutMs }, async (t) => {
  const found = await compareLasting(someFamilies);
  if (found.missing !== undefined) return t.skip(found.missing);
  assert.ok(found.requests > 2000, `${found.requests} requests`);
  assert.equal(found.report, '');
});
