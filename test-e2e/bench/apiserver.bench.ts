/**
 * `pg8s apiserver` on `pg8s etcd` beside a stock kube-apiserver on a stock etcd, under the same loads: one
 * table from one run. Each server and the client are processes of their own, and only one API server is
 * loaded at a time; they take turns, several times, so that what else happens on the machine falls on both.
 * Alone: `node test-e2e/bench/apiserver.bench.ts [--quick] [LOAD…]`, with PG8S_TEST_POSTGRES_URL naming a
 * server.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pluginTable } from '../../apiserver-lite/src/admission/plugin-table.ts';
import { cpuSecondsOf, residentBytesOf } from './process-usage.ts';
import { type Contender, startOurs, startStock } from './apiserver/contender.ts';
import type { Load, LoadReply, LoadRequest, Measured } from './apiserver/load.ts';

export interface BenchOptions {
  /** A PostgreSQL server on which a database is created and dropped. */
  serverUrl: string;
  /** A shorter run, good for a first look. */
  quick?: boolean;
  /** Only loads whose names contain one of these; all if empty. */
  only?: readonly string[];
}

/** One load on one server: the medians of its rounds. */
export interface Figures {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** CPU time for one request, or one event delivered: of the API server alone, and with its store. */
  cpuMicros: number;
  cpuMicrosWithStore: number;
  /** Cores in use by the API server, by its store, and by the client. */
  cores: number;
  storeCores: number;
  clientCores: number;
  /** Of the API server, at the end of the load. */
  MiB: number;
}

/** One load on both. */
export interface BenchRow {
  load: string;
  pg8s: Figures;
  /** Undefined where there is no stock server on this machine. */
  stock: Figures | undefined;
}

interface NamedLoad {
  name: string;
  load: Load;
}

/** Pods of about 2 KiB; 32 clients, four of them on each connection. */
function loads(quick: boolean): NamedLoad[] {
  const seconds = quick ? 1 : 2;
  const [clients, pods] = [32, 3000];
  return [
    { name: 'create Pods', load: { kind: 'create', clients, seconds } },
    { name: 'get Pods', load: { kind: 'get', clients, seconds } },
    { name: 'patch Pods, strategic merge', load: { kind: 'strategicMergePatch', clients, seconds } },
    { name: 'patch Pods, merge', load: { kind: 'mergePatch', clients, seconds } },
    { name: 'apply Deployments', load: { kind: 'apply', clients, seconds } },
    { name: `list ${pods} Pods, 4 clients`, load: { kind: 'list', pods, gzip: false, clients: 4, seconds } },
    { name: `the same, gzip`, load: { kind: 'list', pods, gzip: true, clients: 4, seconds } },
    ...(['configmaps', 'notes'] as const).flatMap((of): NamedLoad[] => {
      const what = of === 'notes' ? 'custom objects' : 'ConfigMaps';
      return [
        { name: `create ${what} of 1 KiB`, load: { kind: 'createSmall', of, clients, seconds } },
        { name: `apply ${what} of 1 KiB`, load: { kind: 'applySmall', of, clients, seconds } },
        { name: `list 2000 ${what} of 1 KiB`, load: { kind: 'listSmall', of, clients: 4, seconds } },
      ];
    }),
    {
      name: 'deliver events of Pods to 200 watchers',
      load: { kind: 'watch', watchers: 200, writers: 8, seconds },
    },
  ];
}

/** Runs the loads on both servers, in rounds. */
export async function run(options: BenchOptions): Promise<BenchRow[]> {
  const { quick = false, only = [] } = options;
  const wanted = loads(quick).filter(
    ({ name }) => only.length === 0 || only.some((part) => name.includes(part)),
  );
  const rounds = quick ? 1 : 3;
  const folder = await mkdtemp(join(tmpdir(), 'pg8s-bench-'));
  const contenders: Contender[] = [];
  const client = startClient();
  try {
    contenders.push(await startOurs(join(folder, 'pg8s'), options.serverUrl));
    const stock = await startStock(join(folder, 'stock'));
    if ('missing' in stock) console.error(`measured without a stock kube-apiserver: ${stock.missing}`);
    else contenders.push(stock);
    const rows: BenchRow[] = [];
    for (const { name, load } of wanted) {
      const figures = new Map<Contender, Figures[]>(contenders.map((contender) => [contender, []]));
      // Node compiles what is hot: nobody's server is that young.
      for (const contender of contenders)
        await measure(client, contender, { ...load, seconds: quick ? 2 : 4 });
      for (let round = 0; round < rounds; round++) {
        for (const contender of round % 2 === 0 ? contenders : contenders.toReversed())
          figures.get(contender)?.push(await measure(client, contender, load));
      }
      const ofServer = (wantedName: Contender['name']): Figures | undefined => {
        const [, own] = [...figures].find(([contender]) => contender.name === wantedName) ?? [];
        return own === undefined ? undefined : median(own);
      };
      rows.push({ load: name, pg8s: ofServer('pg8s') as Figures, stock: ofServer('stock') });
    }
    return rows;
  } finally {
    client.disconnect();
    for (const contender of contenders) await contender.close();
    await rm(folder, { recursive: true, force: true });
  }
}

interface LoadClient {
  /** Runs a load; `ready` is called when everything is prepared and the clock starts. */
  perform(name: string, request: LoadRequest, ready: () => void): Promise<Measured>;
  disconnect(): void;
}

function startClient(): LoadClient {
  const child = fork(join(import.meta.dirname, 'apiserver/load-client.ts'));
  const exited = once(child, 'exit').then(() => Promise.reject(new Error('the client process ended')));
  exited.catch(() => undefined);
  return {
    async perform(name, request, ready) {
      const describe = `${name}, ${JSON.stringify(request.load)}`;
      child.send(request);
      for (;;) {
        const [message] = (await Promise.race([once(child, 'message'), exited])) as [LoadReply];
        if ('measured' in message) return message.measured;
        if ('failed' in message) throw new Error(`${describe}: ${message.failed}`);
        ready();
      }
    },
    disconnect: () => child.disconnect(),
  };
}

async function measure(client: LoadClient, contender: Contender, load: Load): Promise<Figures> {
  const { port, token, apiserverPid } = contender;
  const storePids = await contender.storePids();
  const usage = (): { apiserver: number; store: number[] } => ({
    apiserver: cpuSecondsOf(apiserverPid),
    store: storePids.map(cpuSecondsOf),
  });
  let before = usage();
  const perform = () => client.perform(contender.name, { port, token, load }, () => (before = usage()));
  const measured = await perform().catch((error: unknown) => {
    // A busy machine makes slow watchers, which are cut off. Who is cut off again is worth an error.
    console.error(`once more: ${String(error)}`);
    return perform();
  });
  const after = usage();
  const seconds = measured.elapsedMs / 1000;
  const apiserver = after.apiserver - before.apiserver;
  // A backend that has ended meanwhile has no figure any more.
  const store = after.store.reduce((sum, used, i) => sum + Math.max(0, used - (before.store[i] ?? 0)), 0);
  return {
    perSecond: measured.count / seconds,
    p50Ms: measured.p50Ms,
    p99Ms: measured.p99Ms,
    cpuMicros: (apiserver / measured.count) * 1e6,
    cpuMicrosWithStore: ((apiserver + store) / measured.count) * 1e6,
    cores: apiserver / seconds,
    storeCores: store / seconds,
    clientCores: measured.clientCpuSeconds / seconds,
    MiB: residentBytesOf(apiserverPid) / 2 ** 20,
  };
}

/** Of each figure by itself. */
function median(rounds: readonly Figures[]): Figures {
  const middle = { ...(rounds[0] as Figures) };
  for (const key of Object.keys(middle) as (keyof Figures)[]) {
    const sorted = rounds.map((figures) => figures[key]).sort((a, b) => a - b);
    middle[key] = sorted[sorted.length >> 1] as number;
  }
  return middle;
}

/** A table in Markdown: each figure of pg8s and of the stock server, and of three of them the ratio. */
function printTable(rows: readonly BenchRow[]): void {
  const columns: readonly [title: string, cell: (row: BenchRow) => string][] = [
    ['load', ({ load }) => load],
    ['per second', pair('perSecond')],
    ['×', ratio('perSecond')],
    ['p50 ms', pair('p50Ms')],
    ['p99 ms', pair('p99Ms')],
    ['CPU µs each', pair('cpuMicros')],
    ['×', ratio('cpuMicros')],
    ['with its store', pair('cpuMicrosWithStore')],
    ['×', ratio('cpuMicrosWithStore')],
    ['cores', pair('cores')],
    ['of the store', pair('storeCores')],
    ['of the client', pair('clientCores')],
    ['MiB', pair('MiB')],
  ];
  const cells = rows.map((row) => columns.map(([, cell]) => cell(row)));
  const widths = columns.map(([title], i) =>
    Math.max(title.length, ...cells.map((row) => (row[i] ?? '').length)),
  );
  const line = (texts: readonly string[]): string =>
    `| ${texts.map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0))).join(' | ')} |`;
  console.log(line(columns.map(([title]) => title)));
  console.log(
    `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`,
  );
  for (const row of cells) console.log(line(row));
}

function pair(field: keyof Figures): (row: BenchRow) => string {
  return ({ pg8s, stock }) => `${figure(pg8s[field])} / ${stock === undefined ? '–' : figure(stock[field])}`;
}

function ratio(field: keyof Figures): (row: BenchRow) => string {
  return ({ pg8s, stock }) => (stock === undefined ? '–' : (pg8s[field] / stock[field]).toFixed(2));
}

/** Three digits, or as many as there are before the point. */
function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** What the ratios have to be read with. */
function admissionOfBoth(): string {
  const byDefault = pluginTable.filter((row) => row.byDefault);
  const ours = byDefault.filter(({ build }) => build !== undefined).map(({ name }) => name);
  return `admission: the stock server runs the ${byDefault.length} plugins that are on by default, pg8s those of them that it has: ${ours.join(', ')}`;
}

if (import.meta.main) {
  const serverUrl = process.env['PG8S_TEST_POSTGRES_URL'];
  if (serverUrl === undefined) throw new Error('PG8S_TEST_POSTGRES_URL must name a PostgreSQL server');
  const args = process.argv.slice(2);
  const only = args.filter((arg) => arg !== '--quick');
  const quick = args.includes('--quick') || process.env['PG8S_BENCH_QUICK'] === '1';
  const rows = await run({ serverUrl, quick, only });
  console.log('pg8s / stock; × is pg8s ÷ stock');
  printTable(rows);
  console.log(admissionOfBoth());
}
