import { join } from 'node:path';
import { temporaryDataDir } from '../running-pg8s.ts';
import type { AskedServer } from './asked-server.ts';
import { compare, type Comparison, type Family } from './family.ts';
import { preparation } from './families.ts';
import { startOurs, startStock } from './start-servers.ts';

/**
 * Long enough to build kube-apiserver where it is not in the cache (four minutes on two cores), and to send
 * all requests.
 */
export const comparisonTimeoutMs = 3_600_000;

/** What a comparison found, and a text of what differs without a reason: '' for nothing. */
export type ReportedComparison = Comparison & { report: string; missing?: undefined };

/**
 * Starts both servers, sends them the requests of the families, and stops them; or says why this machine can
 * have no kube-apiserver. Throws where one could be built and the build fails.
 */
export async function compareWithStock(
  families: readonly Family[],
): Promise<ReportedComparison | { missing: string }> {
  const folder = await temporaryDataDir();
  const running: Pick<AskedServer, 'stop'>[] = [];
  try {
    const ours = await startOurs(join(folder.path, 'pg8s'));
    running.push(ours);
    const stock = await startStock(join(folder.path, 'stock'), ours.clientCaFile);
    if ('missing' in stock) return stock;
    running.push(stock);
    const comparison = await compare({ ours, stock }, families);
    const { requests, equal, differences } = comparison;
    console.log(
      `${requests} requests: ${equal} equal, ${requests - equal - differences.length} differ for a reason, ${differences.length} without`,
    );
    return { ...comparison, report: reportOf(comparison) };
  } finally {
    await Promise.all(running.map((server) => server.stop()));
    await folder.remove();
  }
}

/**
 * The same, with the differences alone that differ again between two fresh servers; what did not is printed.
 * kube-apiserver writes conditions, events and caches at moments of its own, and orders some lists at random.
 */
export async function compareLasting(
  families: readonly Family[],
): Promise<ReportedComparison | { missing: string }> {
  const found = await compareWithStock(families);
  if (found.missing !== undefined || found.differences.length === 0) return found;
  console.log(found.report);
  const differ = ({ name }: Family) => found.differences.some(({ where }) => where.startsWith(`${name}: `));
  const again = await compareWithStock(families.filter((family) => family === preparation || differ(family)));
  if (again.missing !== undefined) return again;
  const twice = new Set(again.differences.map(({ where }) => where));
  const lasting = { ...found, differences: found.differences.filter(({ where }) => twice.has(where)) };
  return { ...lasting, report: reportOf(lasting) };
}

function reportOf({ differences }: Comparison): string {
  return differences
    .map(({ where, request, lines }) =>
      [`${where} (${request})`, ...lines.map((line) => `  ${line}`)].join('\n'),
    )
    .join('\n');
}
