/**
 * `pg8s etcd`, a stock etcd and kine (the etcd server that k3s has on SQL databases) under the same loads:
 * one table from one run. `shim` is on its embedded PostgreSQL, as it is by default; `shared` and kine are on
 * one server beside it, and `shared` is ready for others on its database. Each server and the client are
 * processes of their own, and only one server is loaded at a time; they take turns, several times, so that
 * what else happens on the machine falls on all. All write to the same disk, and wait for it before a write
 * is answered, as all of them do by default.
 *
 * etcd and kine are built with Go; without it they are left out, but for an etcd in PATH. Alone:
 * `node test-e2e/bench/etcd.bench.ts [--quick] [LOAD…]`, with PG8S_TEST_POSTGRES_URL naming a server.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pino } from 'pino';
import { Connection } from '@pg8s/shim/postgres/connection/connection';
import {
  type Contender,
  type ContenderName,
  startEtcd,
  startKine,
  startOurs,
  startShared,
} from './etcd/contender.ts';
import type { Load, LoadReply, LoadRequest, Measured } from './etcd/load.ts';
import { cpuSecondsOf, residentBytesOf } from './process-usage.ts';

export interface BenchOptions {
  /** A PostgreSQL server on which databases are created and dropped. */
  serverUrl: string;
  /** A shorter run, good for a first look. */
  quick?: boolean;
  /** Only loads whose names contain one of these; all if empty. */
  only?: readonly string[];
}

/** One load on one server; where several rounds were run, their medians. */
export interface BenchRow {
  load: string;
  server: ContenderName;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Cores in use by the server, by PostgreSQL for it, and by the client. */
  serverCpu: number;
  postgresCpu: number;
  clientCpu: number;
  /** CPU time of server and PostgreSQL for one operation: what a busy machine falsifies least. */
  cpuMicrosPerOp: number;
  /** At the end of the load. */
  serverMiB: number;
  /** p99 as a multiple of that of the load which took turns with this one: what compaction costs writers. */
  p99TimesPlain: number | undefined;
  /** How many times as much per second as the stock etcd, and as kine. */
  timesEtcd: number | undefined;
  timesKine: number | undefined;
}

interface NamedLoad {
  name: string;
  load: Load;
  servers: readonly ContenderName[];
}

const all = ['shim', 'etcd', 'kine'] as const;
/** For a lone client it matters most whether PostgreSQL is asked. */
const alone = ['shim', 'shared', 'etcd', 'kine'] as const;
/** kine stores no leases, and compacts only what is a thousand revisions old. */
const notKine = ['shim', 'etcd'] as const;

/** Loads by groups: those of one group take turns, because one is compared with the other. */
function loads(quick: boolean): NamedLoad[][] {
  const seconds = quick ? 0.5 : 1;
  const counts = quick ? [1, 64] : [1, 16, 64, 256];
  const single: NamedLoad[] = [
    ...(['create', 'update'] as const).flatMap((kind) =>
      counts.map((clients) => ({
        name: `${kind} 1 KiB, ${clients} ${clients === 1 ? 'client' : 'clients'}`,
        load: { kind, clients, seconds },
        servers: clients === 1 ? alone : all,
      })),
    ),
    { name: 'get, 1 client', load: { kind: 'get', clients: 1, seconds }, servers: alone },
    { name: 'get, 64 clients', load: { kind: 'get', clients: 64, seconds }, servers: all },
    { name: 'list 500 keys', load: { kind: 'list', keys: 500, clients: 1, seconds }, servers: all },
    { name: 'list 10000 keys', load: { kind: 'list', keys: 10_000, clients: 1, seconds }, servers: all },
    ...[10, 1].map((groups) => ({
      name: `watch: 100 watchers, 1000 events/s, each to ${100 / groups}`,
      load: { kind: 'watch', watchers: 100, groups, eventsPerSecond: 1000, seconds: seconds * 2 } as const,
      servers: all,
    })),
    { name: 'lease grant, 16 clients', load: { kind: 'grant', clients: 16, seconds }, servers: notKine },
  ];
  const churn = [false, true].map((compact) => ({
    name: compact ? 'churn while compacting' : 'churn, 16 clients',
    load: { kind: 'churn', compact, clients: 16, seconds: seconds * 2 } as const,
    servers: notKine,
  }));
  return [...single.map((load) => [load]), churn];
}

/** Runs the loads on all servers, in rounds. */
export async function run(options: BenchOptions): Promise<BenchRow[]> {
  const { quick = false, only = [] } = options;
  const wanted = loads(quick)
    .map((group) => group.filter(({ name }) => only.length === 0 || only.some((part) => name.includes(part))))
    .filter((group) => group.length > 0);
  const contenders: Contender[] = [];
  const client = startClient();
  try {
    const { serverUrl } = options;
    const postmaster = await postmasterOf(serverUrl);
    const start = [startOurs, () => startShared(serverUrl, postmaster), startEtcd];
    for (const one of [...start, () => startKine(serverUrl, postmaster)]) {
      const contender = await one();
      if (contender !== undefined) contenders.push(contender);
    }
    // Node compiles what is hot: nobody's server is that young.
    const warmUp: Load = { kind: 'create', clients: 64, seconds: quick ? 1 : 4 };
    for (const contender of contenders) await measure(client, contender, warmUp);
    const rows: BenchRow[] = [];
    for (const group of wanted) rows.push(...(await measureGroup({ client, contenders, group, quick })));
    return rows;
  } finally {
    client.disconnect();
    for (const contender of contenders) await contender.close();
  }
}

/** The first process of a server on this machine. */
async function postmasterOf(serverUrl: string): Promise<number> {
  const log = pino({ level: 'warn' }, process.stderr);
  const connection = new Connection({ connectionString: serverUrl, role: 'bench', log, timeoutMs: 10_000 });
  const [[text] = []] = await connection.query(`SELECT pg_read_file('postmaster.pid')`);
  await connection.close();
  return Number(text?.split('\n')[0]);
}

async function measureGroup(of: {
  client: LoadClient;
  contenders: readonly Contender[];
  group: readonly NamedLoad[];
  quick: boolean;
}): Promise<BenchRow[]> {
  const { client, contenders, group } = of;
  const rounds = of.quick && group.length === 1 ? 1 : 3 * group.length;
  const samples = group.map(({ servers }) => {
    const racing = contenders.filter((contender) => servers.includes(contender.name));
    return new Map<Contender, Sample[]>(racing.map((contender) => [contender, []]));
  });
  for (let round = 0; round < rounds; round++) {
    // All of one server's loads come one after the other, so that they meet the same neighbours on the
    // machine.
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
      for (const [index, { name, load }] of group.entries()) {
        const own = samples[index]?.get(contender);
        if (own === undefined) continue;
        const sample = await measure(client, contender, load);
        if (typeof sample === 'object') own.push(sample);
        else if (contender.name === 'etcd' || contender.name === 'kine')
          console.error(`${contender.name} cannot do ${name}: ${sample}`);
        else throw new Error(`${name}: ${sample}`);
      }
    }
  }
  return group.flatMap(({ name }, index) => {
    const measured = [...(samples[index] ?? [])].filter(([, own]) => own.length > 0);
    const medians = measured.map(([contender, own]) => ({
      contender,
      sample: median(own),
      p99TimesPlain: index === 0 ? undefined : medianRatio(own, samples[0]?.get(contender) ?? []),
    }));
    const rate = (server: ContenderName): number | undefined =>
      medians.find(({ contender }) => contender.name === server)?.sample.perSecond;
    return medians.map((figures) => toRow({ name, ...figures, rate }));
  });
}

/** The median of the rounds' ratios, as noise that falls on a round falls on both. */
function medianRatio(samples: readonly Sample[], plain: readonly Sample[]): number {
  const ratios = samples.map(({ p99Ms }, round) => p99Ms / (plain[round]?.p99Ms ?? p99Ms));
  return ratios.sort((a, b) => a - b)[ratios.length >> 1] as number;
}

interface Sample extends Measured {
  serverCpu: number;
  postgresCpu: number;
  cpuMicrosPerOperation: number;
  serverMiB: number;
}

interface LoadClient {
  /**
   * Runs a load; `ready` is called when everything is prepared and the clock starts. Resolves with why not,
   * if the server did not do it as it should.
   */
  perform(request: LoadRequest, ready: () => void): Promise<Measured | string>;
  disconnect(): void;
}

function startClient(): LoadClient {
  const child = fork(join(import.meta.dirname, 'etcd/load-client.ts'));
  const exited = once(child, 'exit').then(() => Promise.reject(new Error('the client process ended')));
  exited.catch(() => undefined);
  return {
    async perform(request, ready) {
      child.send(request);
      for (;;) {
        const [message] = (await Promise.race([once(child, 'message'), exited])) as [LoadReply];
        if ('measured' in message) return message.measured;
        if ('failed' in message) return message.failed;
        ready();
      }
    },
    disconnect: () => child.disconnect(),
  };
}

/** A sample, or why there is none. */
async function measure(client: LoadClient, contender: Contender, load: Load): Promise<Sample | string> {
  const usage = (
    pids: readonly number[],
  ): { pids: readonly number[]; server: number; postgres: number[] } => ({
    pids,
    server: cpuSecondsOf(contender.pid),
    postgres: pids.map(cpuSecondsOf),
  });
  let before = usage([]);
  const measured = await client.perform({ url: contender.url, load }, () => {
    // Only now all connections are there.
    before = usage(contender.postgresPids());
  });
  if (typeof measured === 'string') return measured;
  const after = usage(before.pids);
  const seconds = measured.elapsedMs / 1000;
  // A backend that has ended meanwhile has no figure any more.
  const postgres = after.postgres.map((end, i) => Math.max(0, end - (before.postgres[i] ?? 0)));
  const postgresCpu = postgres.reduce((sum, used) => sum + used, 0) / seconds;
  const serverCpu = (after.server - before.server) / seconds;
  return {
    ...measured,
    serverCpu,
    postgresCpu,
    cpuMicrosPerOperation: ((serverCpu + postgresCpu) / measured.perSecond) * 1e6,
    serverMiB: residentBytesOf(contender.pid) / 2 ** 20,
  };
}

/** Of each figure by itself. */
function median(samples: readonly Sample[]): Sample {
  const middle = { ...(samples[0] as Sample) };
  for (const key of Object.keys(middle) as (keyof Sample)[]) {
    const sorted = samples.map((sample) => sample[key]).sort((a, b) => a - b);
    middle[key] = sorted[sorted.length >> 1] as number;
  }
  return middle;
}

function toRow(of: {
  name: string;
  contender: Contender;
  sample: Sample;
  p99TimesPlain: number | undefined;
  rate: (server: ContenderName) => number | undefined;
}): BenchRow {
  const { sample, rate } = of;
  const times = (server: ContenderName): number | undefined => {
    const other = rate(server);
    return other === undefined ? undefined : round(sample.perSecond / other, 2);
  };
  return {
    load: of.name,
    server: of.contender.name,
    perSecond: round(sample.perSecond, sample.perSecond < 100 ? 1 : 0),
    p50Ms: round(sample.p50Ms, 2),
    p99Ms: round(sample.p99Ms, 2),
    serverCpu: round(sample.serverCpu, 2),
    postgresCpu: round(sample.postgresCpu, 2),
    clientCpu: round((sample.clientCpuSeconds / sample.elapsedMs) * 1000, 2),
    cpuMicrosPerOp: Math.round(sample.cpuMicrosPerOperation),
    serverMiB: Math.round(sample.serverMiB),
    p99TimesPlain: of.p99TimesPlain === undefined ? undefined : round(of.p99TimesPlain, 2),
    timesEtcd: times('etcd'),
    timesKine: times('kine'),
  };
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

if (import.meta.main) {
  const serverUrl = process.env['PG8S_TEST_POSTGRES_URL'];
  if (serverUrl === undefined) throw new Error('PG8S_TEST_POSTGRES_URL must name a PostgreSQL server');
  const args = process.argv.slice(2);
  const only = args.filter((arg) => arg !== '--quick');
  console.table(
    await run({
      serverUrl,
      quick: args.includes('--quick') || process.env['PG8S_BENCH_QUICK'] === '1',
      only,
    }),
  );
}
