/**
 * One table of requests, sent to pg8s and to a stock kube-apiserver with the same admission plugins.
 * Differences that stay are in `known-differences.ts` with their reasons. PG8S_DIFFERENTIAL=PATTERN runs the
 * families whose name matches, PG8S_MUTATIONS=COUNT sends mutated objects, too.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { compareLasting, comparisonTimeoutMs } from './compare-with-stock.ts';
import { allFamilies } from './families.ts';
import { knownDifferences } from './known-differences.ts';

test('a stock kube-apiserver answers the same', { timeout: comparisonTimeoutMs }, async (t) => {
  const wanted = process.env['PG8S_DIFFERENTIAL'] ?? '';
  const families = allFamilies.filter(({ name }) => name === 'preparation' || new RegExp(wanted).test(name));
  const found = await compareLasting(families);
  if (found.missing !== undefined) return t.skip(found.missing);
  const { report, used } = found;
  const file = process.env['PG8S_DIFFERENTIAL_REPORT'];
  if (file !== undefined) await writeFile(file, report);
  for (const [{ reason, everywhere }, count] of used) {
    if (everywhere !== true) console.log(`${count}: ${reason}`);
  }
  assert.equal(report, '');
  if (wanted !== '') return;
  const unused = knownDifferences
    .filter((known) => known.sometimes !== true && !used.has(known))
    .map(({ reason }) => reason);
  assert.deepEqual(unused, [], 'entries of the list that explain nothing');
});
