/**
 * One table of requests, sent to pg8s and to a stock kube-apiserver with the same admission plugins.
 * Differences that stay are in `known-differences.ts` with their reasons. PG8S_DIFFERENTIAL=PATTERN runs the
 * families whose name matches, PG8S_MUTATIONS=COUNT sends mutated objects, too.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { temporaryDataDir } from '../running-pg8s.ts';
import { allFamilies } from './families.ts';
import { compare } from './family.ts';
import { knownDifferences } from './known-differences.ts';
import { startOurs, startStock } from './start-servers.ts';

const folder = await temporaryDataDir();
after(() => folder.remove());

test('a stock kube-apiserver answers the same', { timeout: 3_600_000 }, async (t) => {
  const ours = await startOurs(join(folder.path, 'pg8s'));
  t.after(() => ours.stop());
  const stock = await startStock(join(folder.path, 'stock'), ours.clientCaFile);
  if ('missing' in stock) return t.skip(stock.missing);
  t.after(() => stock.stop());
  const wanted = process.env['PG8S_DIFFERENTIAL'] ?? '';
  const families = allFamilies.filter(({ name }) => name === 'preparation' || new RegExp(wanted).test(name));
  const { requests, equal, differences, used } = await compare({ ours, stock }, families);
  const report = differences
    .map(({ where, request, lines }) =>
      [`${where} (${request})`, ...lines.map((line) => `  ${line}`)].join('\n'),
    )
    .join('\n');
  const file = process.env['PG8S_DIFFERENTIAL_REPORT'];
  if (file !== undefined) await writeFile(file, report);
  console.log(
    `${requests} requests: ${equal} equal, ${requests - equal - differences.length} differ for a reason, ${differences.length} without`,
  );
  assert.equal(report, '');
  if (wanted !== '') return;
  const unused = knownDifferences.filter((known) => !used.has(known)).map(({ reason }) => reason);
  assert.deepEqual(unused, [], 'entries of the list that explain nothing');
});
