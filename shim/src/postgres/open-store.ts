import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { Alarms } from '../alarm/alarms.ts';
import type { AuthSource } from '../auth/auth-port.ts';
import { DatabaseLessor } from '../lease/database-lessor.ts';
import type { Lessor } from '../lease/lessor.ts';
import { Reaper } from '../lease/reaper.ts';
import { systemClock, type Clock } from '../mvcc/clock.ts';
import { MvccStore } from '../mvcc/mvcc-store.ts';
import { repeat, type Repetition } from '../mvcc/repeat.ts';
import { StoreError } from '../mvcc/store-error.ts';
import type { StoreLimits } from '../mvcc/store-limits.ts';
import type { Store } from '../mvcc/store.ts';
import { type BudgetShare, processBudget, type ProcessBudget } from '../process-budget.ts';
import { createUpkeep } from '../snapshot/database-upkeep.ts';
import type { Upkeep } from '../snapshot/upkeep.ts';
import { Connection } from './connection/connection.ts';
import { Hints } from './connection/hints.ts';
import { migrate } from './migrate.ts';
import { PgAlarms } from './maintenance/pg-alarms.ts';
import { PgAuth } from './auth/pg-auth.ts';
import { PgCluster } from './maintenance/pg-cluster.ts';
import { defragment } from './maintenance/pg-defragment.ts';
import { PgDowngrade } from './maintenance/pg-downgrade.ts';
import { PgHistory, type Connections } from './history/pg-history.ts';
import { PgLeases } from './lease/pg-leases.ts';
import { PgVacuum } from './maintenance/pg-vacuum.ts';
import { PgMoments } from './history/pg-moments.ts';

const statementTimeoutMs = 15_000;
/** A defragmentation of a large database takes its time. */
const defragmentTimeoutMs = 3_600_000;

export interface OpenStoreOptions {
  /** `postgres://…`: the role must own (or be able to create) the schema `pg8s` in that database. */
  connectionString: string;
  log: Logger;
  /** `etcd --name`, for the member list. Default `default`. */
  name?: string;
  /** Advertised client URLs, for the member list. */
  clientUrls?: readonly string[];
  /** Advertised peer URLs, for the member list. */
  peerUrls?: readonly string[];
  /** How many bytes of current values are kept in memory. Default: what `budget` has for this shim. */
  valueCacheBytes?: number;
  /** What the shims of this process share. Default: the process' own. */
  budget?: ProcessBudget;
  /**
   * Bytes of the database in use beyond which NOSPACE is raised, and puts are refused. 0: no quota (the
   * default).
   */
  quotaBytes?: number;
  /** A request unanswered for this long fails with `timeout` or `unavailable`. Default 7000, as etcd's. */
  requestTimeoutMs?: number;
  /** How often to look for commits of other shims without a hint. Default 250, or more as `budget` has it. */
  pollIntervalMs?: number;
  /** Whether to use LISTEN and NOTIFY as hints; without, other shims' commits are seen at the next poll. */
  hints?: boolean;
  /** How often to look for expired leases. Default 500, or more as `budget` has it. */
  reapIntervalMs?: number;
  /**
   * How often to look for alarms of other shims and at the database's size. Default 5000, or more as `budget`
   * has it.
   */
  alarmIntervalMs?: number;
  /** Bounds of memory and pages, for tests. */
  limits?: Partial<StoreLimits>;
  clock?: Clock;
}

export interface OpenedStore {
  store: Store;
  lessor: Lessor;
  upkeep: Upkeep;
  auth: AuthSource;
  /** Changes the client URLs that the member list shows for this shim. */
  advertise(clientUrls: readonly string[]): Promise<void>;
  /** Finishes what is in flight, refuses the rest with `stopped`, and closes the connections. */
  close(): Promise<void>;
}

/**
 * Migrates the schema, loads the index, joins the database's shims, and starts the background work. Throws a
 * `StoreError`: `unavailable` when the database cannot be reached, `corrupt` when its schema is newer than
 * this program.
 */
export async function openStore(options: OpenStoreOptions): Promise<OpenedStore> {
  const { connectionString, log, clock = systemClock } = options;
  const connect = (role: string): Connection =>
    new Connection({ connectionString, role, log, timeoutMs: statementTimeoutMs });
  const connections: Connections & { all: Connection[] } = {
    commit: connect('commit'),
    fence: connect('fence'),
    read: connect('read'),
    work: connect('work'),
    get all() {
      return [this.commit, this.fence, this.read, this.work];
    },
  };
  let store: MvccStore | undefined;
  const share = (options.budget ?? processBudget).join((bytes) => {
    if (options.valueCacheBytes === undefined) store?.state.resizeValueCache(bytes);
  });
  try {
    const opened = await open({
      options,
      connections,
      clock,
      share,
      onStore: (made) => {
        store = made;
        // Others may have come while it was loaded.
        if (options.valueCacheBytes === undefined) store.state.resizeValueCache(share.valueCacheBytes);
      },
    });
    return { ...opened, close: () => opened.close().finally(() => share.leave()) };
  } catch (error) {
    share.leave();
    await Promise.all(connections.all.map((connection) => connection.close()));
    throw error;
  }
}

async function open(parts: {
  options: OpenStoreOptions;
  connections: Connections & { all: Connection[] };
  clock: Clock;
  share: BudgetShare;
  onStore: (store: MvccStore) => void;
}): Promise<OpenedStore> {
  const { options, connections, clock, share } = parts;
  const { takeConnection } = share;
  const { log } = options;
  await migrate(connections.work);
  const memberId = randomBytes(8).readBigUInt64BE() >> 1n;
  const cluster = await PgCluster.join({
    connection: connections.work,
    memberId,
    name: options.name ?? 'default',
    clientUrls: options.clientUrls ?? [],
    peerUrls: options.peerUrls ?? [],
  });
  const hints =
    options.hints === false
      ? undefined
      : new Hints({
          connectionString: options.connectionString,
          memberId,
          log,
          timeoutMs: statementTimeoutMs,
        });
  const vacuum = new PgVacuum({ connectionString: options.connectionString, log, takeConnection });
  const history = new PgHistory({
    connections,
    vacuum,
    memberId,
    hint: () => {
      if (cluster.others > 0) hints?.send();
    },
  });
  const alarms = new Alarms({
    port: new PgAlarms(connections.work),
    memberId,
    quotaBytes: options.quotaBytes ?? 0,
    usedBytes: async () => (await cluster.status()).dbSizeInUseBytes,
    changed: () => history.hint(),
    log,
  });
  await alarms.check();
  const store = await MvccStore.open({
    history,
    gate: alarms,
    cluster,
    clock,
    log,
    isAlone: await connections.work.isOwners(),
    valueCacheBytes: options.valueCacheBytes ?? share.valueCacheBytes,
    requestTimeoutMs: options.requestTimeoutMs ?? 7000,
    limits: options.limits ?? {},
  });
  parts.onStore(store);
  const leasePort = new PgLeases(connections.work, memberId);
  const lessor = new DatabaseLessor({ store, port: leasePort });
  const moments = new PgMoments({
    connectionString: options.connectionString,
    log,
    statementTimeoutMs,
    takeConnection,
  });
  const upkeep = createUpkeep({
    store,
    moments,
    alarms,
    downgrade: new PgDowngrade(connections.work),
    defragment: async () => {
      const { connectionString } = options;
      const giveBack = takeConnection();
      if (giveBack === undefined) throw new StoreError('tooManyRequests');
      const connection = new Connection({
        connectionString,
        role: 'defragment',
        log,
        timeoutMs: defragmentTimeoutMs,
      });
      try {
        await defragment(connection);
      } finally {
        await connection.close();
        giveBack();
      }
    },
  });
  hints?.subscribe(() => {
    cluster.others = Math.max(cluster.others, 1);
    history.hinted();
    alarms.look().catch(() => undefined);
  });
  await hints?.listen();
  // So that the others know at once that there is a shim to send hints to.
  if (cluster.others > 0) hints?.send();
  const background = startBackground({
    options,
    share,
    cluster,
    history,
    store,
    alarms,
    hints,
    reaper: { lessor, port: leasePort },
  });
  return {
    store,
    lessor,
    upkeep,
    auth: {
      table: store.state.authTable,
      port: new PgAuth(connections.work, () => {
        history.hint();
        return store.catchUp();
      }),
    },
    advertise: (clientUrls) => cluster.advertise(clientUrls),
    close: async () => {
      await store.close();
      await Promise.all([moments.close(), vacuum.close()]);
      await Promise.all(background.map((repetition) => repetition.stop()));
      await cluster.leave().catch(() => undefined);
      await hints?.close();
      await Promise.all(connections.all.map((connection) => connection.close()));
    },
  };
}

function startBackground(parts: {
  options: OpenStoreOptions;
  share: BudgetShare;
  cluster: PgCluster;
  history: PgHistory;
  store: MvccStore;
  alarms: Alarms;
  hints: Hints | undefined;
  reaper: { lessor: DatabaseLessor; port: PgLeases };
}): Repetition[] {
  const { options, cluster, history, store, alarms, hints } = parts;
  const { log } = options;
  const reaper = new Reaper({ ...parts.reaper, log });
  const every = (name: string, interval: number | (() => number), work: () => Promise<unknown>): Repetition =>
    repeat({ name, intervalMs: typeof interval === 'number' ? () => interval : interval, log }, work);
  const shared = (intervalMs: number) => (): number => parts.share.intervalMs(intervalMs);
  return [
    every('looking for commits of other shims', options.pollIntervalMs ?? shared(250), async () =>
      history.hinted(),
    ),
    every('looking for expired leases', options.reapIntervalMs ?? shared(500), () => reaper.reap()),
    every('telling that this shim lives', 3000, async () => {
      await cluster.heartbeat();
      await hints?.listen();
    }),
    every('looking for interrupted compactions', 60_000, async () => {
      if (await parts.reaper.port.holdRole('sweeper', 600_000)) await store.sweepIfNeeded();
    }),
    every('looking for alarms', options.alarmIntervalMs ?? shared(5000), () => alarms.check()),
  ];
}
