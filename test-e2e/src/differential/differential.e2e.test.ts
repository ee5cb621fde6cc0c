/**
 * The short form of `differential.stock.test.ts`: of families that do the same with each kind, some kinds;
 * and some random objects.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareWithStock, comparisonTimeoutMs } from './compare-with-stock.ts';
import { someFamilies } from './families.ts';

test('a stock kube-apiserver answers some requests the same', { timeout: comparisonTimeoutMs }, async (t) => {
  const found = await compareWithStock(someFamilies);
  if (found.missing !== undefined) return t.skip(found.missing);
  assert.ok(found.requests > 2000, `${found.requests} requests`);
  if (found.differences.length === 0) return;
  // kube-apiserver writes conditions and collects objects at moments of its own, and orders some lists at
  // random: what differs counts when it differs again, between two fresh servers. All of it is printed.
  console.log(found.report);
  const again = await compareWithStock(someFamilies);
  assert.equal(again.missing, undefined);
  const before = new Set(found.differences.map(({ where }) => where));
  const lasting = again.differences?.filter(({ where }) => before.has(where)) ?? [];
  assert.deepEqual(lasting, []);
});
