/** The client process of the bench: does the loads that the parent tells, one after the other. */
import { randomBytes } from 'node:crypto';
import { decode, encode } from '@pg8s/shim/etcdserverpb/codec/codec';
import * as kv from '@pg8s/shim/etcdserverpb/messages/kv-messages';
import { leaseGrantRequest, leaseGrantResponse } from '@pg8s/shim/etcdserverpb/messages/lease-messages';
import { watchRequest, watchResponse } from '@pg8s/shim/etcdserverpb/messages/watch-messages';
import { GrpcConnection } from './grpc-connection.ts';
import type { Load, LoadReply, LoadRequest, Measured } from './load.ts';

const valueBytes = 1024;
const clientsPerConnection = 16;
/** A watch stream of its own for each of these many, as one client process would have. */
const watchesPerConnection = 10;
const keysPerClient = 8;

/** One operation of one client; `n` counts the operations of all. */
type Operation = (client: number, n: number) => Promise<void>;

interface Prepared {
  operation: Operation;
  /** Resolves when nothing of it is left that could disturb the next load. */
  close(): void | Promise<void>;
}

const reply = (message: LoadReply): void => void process.send?.(message);
const run = randomBytes(4).toString('hex');
let loads = 0;

process.on('message', (request: LoadRequest) => {
  perform(request).then(
    (measured) => reply({ measured }),
    (error: unknown) => reply({ failed: String(error) }),
  );
});

async function perform({ url, load }: LoadRequest): Promise<Measured> {
  const prefix = `/registry/bench/${run}/${loads++}/`;
  if (load.kind === 'watch') return watch(url, load, prefix);
  const { operation, close } = await prepare(url, load, prefix);
  try {
    let n = 0;
    const warm = Math.min(load.clients, 16);
    await Promise.all(
      Array.from({ length: warm }, async (_, client) => {
        for (let i = 0; i < 4; i++) await operation(client, n++);
      }),
    );
    reply({ ready: true });
    const latencies: number[] = [];
    const cpu = process.cpuUsage();
    const start = performance.now();
    const end = start + load.seconds * 1000;
    await Promise.all(
      Array.from({ length: load.clients }, async (_, client) => {
        for (let before = performance.now(); before < end;) {
          await operation(client, n++);
          const after = performance.now();
          latencies.push(after - before);
          before = after;
        }
      }),
    );
    return summarize({ latencies, elapsedMs: performance.now() - start, cpu });
  } finally {
    await close();
  }
}

async function prepare(
  url: string,
  load: Exclude<Load, { kind: 'watch' }>,
  prefix: string,
): Promise<Prepared> {
  switch (load.kind) {
    case 'create':
      return prepareTxns(url, load.clients, (_client, n) => ({ key: `${prefix}${n}`, modRevision: 0 }));
    case 'update':
      return prepareUpdates(url, load.clients, prefix);
    case 'churn':
      return prepareChurn(url, load, prefix);
    case 'get': {
      await fill(url, prefix, 1);
      const request = encode(kv.rangeRequest, { key: Buffer.from(`${prefix}0`) });
      return prepareRanges(url, load.clients, { request, keys: 1 });
    }
    case 'list': {
      await fill(url, prefix, load.keys);
      const rangeEnd = Buffer.from(`${prefix.slice(0, -1)}0`);
      const request = encode(kv.rangeRequest, { key: Buffer.from(prefix), rangeEnd });
      return prepareRanges(url, load.clients, { request, keys: load.keys });
    }
    case 'grant': {
      const pool = await openPool(url, '/etcdserverpb.Lease/LeaseGrant', load.clients);
      const request = encode(leaseGrantRequest, { ttlSeconds: 3600 });
      return {
        ...pool,
        operation: async (client) => {
          const { error } = decode(leaseGrantResponse, await pool.of(client).call(request));
          if (error !== '') throw new Error(error);
        },
      };
    }
  }
}

interface Pool {
  of(client: number): GrpcConnection;
  close(): void;
}

async function openPool(url: string, path: string, clients: number): Promise<Pool> {
  const size = Math.ceil(clients / clientsPerConnection);
  const connections = await Promise.all(Array.from({ length: size }, () => GrpcConnection.open(url, path)));
  return {
    of: (client) => connections[client % size] as GrpcConnection,
    close: () => {
      for (const connection of connections) connection.close();
    },
  };
}

/**
 * As a kube-apiserver writes: only if the key is at this revision, 0 if it is not there; reading it if not.
 */
function txn(key: string, modRevision: number): Buffer {
  const keyBytes = Buffer.from(key);
  const value = Buffer.from(noise);
  value.write(key, 'latin1');
  return encode(kv.txnRequest, {
    compare: [{ key: keyBytes, target: 'MOD', result: 'EQUAL', modRevision }],
    success: [{ requestPut: { key: keyBytes, value } }],
    failure: modRevision === 0 ? [] : [{ requestRange: { key: keyBytes } }],
  });
}

const noise = randomBytes(valueBytes);

async function prepareTxns(
  url: string,
  clients: number,
  next: (client: number, n: number) => { key: string; modRevision: number },
  written?: (client: number, key: string, revision: number) => void,
): Promise<Prepared> {
  const pool = await openPool(url, '/etcdserverpb.KV/Txn', clients);
  return {
    ...pool,
    operation: async (client, n) => {
      const { key, modRevision } = next(client, n);
      const { succeeded, header } = decode(kv.txnResponse, await pool.of(client).call(txn(key, modRevision)));
      if (!succeeded) throw new Error(`the txn on ${key} failed`);
      written?.(client, key, header.revision);
    },
  };
}

/** Each client has its own keys, and changes one after the other. */
function prepareUpdates(url: string, clients: number, prefix: string): Promise<Prepared> {
  const revisions = new Map<string, number>();
  const turns = Array.from({ length: clients }, () => 0);
  return prepareTxns(
    url,
    clients,
    (client) => {
      const turn = turns[client] ?? 0;
      turns[client] = turn + 1;
      const key = `${prefix}${client}/${turn % keysPerClient}`;
      return { key, modRevision: revisions.get(key) ?? 0 };
    },
    (_client, key, revision) => revisions.set(key, revision),
  );
}

async function prepareChurn(
  url: string,
  load: { compact: boolean; clients: number },
  prefix: string,
): Promise<Prepared> {
  const updates = await prepareUpdates(url, load.clients, prefix);
  if (!load.compact) return updates;
  const range = await GrpcConnection.open(url, '/etcdserverpb.KV/Range');
  const compact = await GrpcConnection.open(url, '/etcdserverpb.KV/Compact');
  const end = new AbortController();
  const compacting = (async () => {
    while (!end.signal.aborted) {
      const response = await range.call(
        encode(kv.rangeRequest, { key: Buffer.from(prefix), countOnly: true }),
      );
      const { revision } = decode(kv.rangeResponse, response).header;
      await compact.call(encode(kv.compactionRequest, { revision, physical: true }));
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  })();
  compacting.catch(() => undefined);
  return {
    operation: updates.operation,
    close: async () => {
      end.abort();
      await updates.close();
      // A compaction that failed makes the figures worthless.
      await compacting.finally(() => [range, compact].map((connection) => connection.close()));
    },
  };
}

async function prepareRanges(
  url: string,
  clients: number,
  range: { request: Buffer; keys: number },
): Promise<Prepared> {
  const pool = await openPool(url, '/etcdserverpb.KV/Range', clients);
  let checked = false;
  return {
    ...pool,
    operation: async (client) => {
      const answer = await pool.of(client).call(range.request);
      // To decode every list would cost more than to serve it: the first is counted, the others weighed.
      if (!checked && decode(kv.rangeResponse, answer).kvs.length !== range.keys)
        throw new Error('a list is not complete');
      checked = true;
      if (answer.length < range.keys * valueBytes) throw new Error('a list is too short');
    },
  };
}

async function fill(url: string, prefix: string, keys: number): Promise<void> {
  const { operation, close } = await prepareTxns(url, 64, (_client, n) => ({
    key: `${prefix}${n}`,
    modRevision: 0,
  }));
  let n = 0;
  await Promise.all(
    Array.from({ length: 64 }, async (_, client) => {
      for (let mine = n++; mine < keys; mine = n++) await operation(client, mine);
    }),
  );
  await close();
}

/**
 * From the answer to a write, when the client knows that it is committed, to each watcher's event. An event
 * that comes before that answer took no time.
 */
async function watch(
  url: string,
  load: { watchers: number; groups: number; eventsPerSecond: number; seconds: number },
  prefix: string,
): Promise<Measured> {
  const latencies: number[] = [];
  const committedAt = new Map<string, number>();
  /** Of events whose writer has no answer yet. */
  const early = new Map<string, number>();
  let created = 0;
  let failure: Error | undefined;
  const allCreated = Promise.withResolvers<void>();
  const receive = (bytes: Buffer): void => {
    const { events, created: isCreated, canceled } = decode(watchResponse, bytes);
    if (canceled) failure = new Error('a watch was canceled');
    if (isCreated && ++created === load.watchers) allCreated.resolve();
    const now = performance.now();
    for (const { kv: pair } of events) {
      const key = Buffer.from(pair.key).toString('latin1');
      const at = committedAt.get(key);
      if (at === undefined) early.set(key, (early.get(key) ?? 0) + 1);
      else latencies.push(now - at);
    }
  };
  const watches = await Promise.all(
    Array.from({ length: Math.ceil(load.watchers / watchesPerConnection) }, () =>
      GrpcConnection.open(url, '/etcdserverpb.Watch/Watch'),
    ),
  );
  for (let i = 0; i < load.watchers; i++) {
    const connection = watches[i % watches.length] as GrpcConnection;
    const group = `${prefix}${i % load.groups}`;
    const createRequest = { key: Buffer.from(`${group}/`), rangeEnd: Buffer.from(`${group}0`) };
    connection.stream(encode(watchRequest, { createRequest }), receive, (error) => {
      failure = error;
      allCreated.reject(error);
    });
  }
  await allCreated.promise;
  const writer = await GrpcConnection.open(url, '/etcdserverpb.KV/Txn');
  const close = (): void => {
    writer.close();
    for (const connection of watches) connection.close();
  };
  reply({ ready: true });
  const cpu = process.cpuUsage();
  const start = performance.now();
  const writes: Promise<void>[] = [];
  const total = load.eventsPerSecond * load.seconds;
  // At an even pace; what the timer was late for is made up for.
  for (let n = 0; n < total;) {
    const due = Math.min(total, ((performance.now() - start) / 1000) * load.eventsPerSecond);
    for (; n < due; n++) {
      const key = `${prefix}${n % load.groups}/${n}`;
      writes.push(
        writer.call(txn(key, 0)).then(
          () => {
            committedAt.set(key, performance.now());
            for (let i = early.get(key) ?? 0; i > 0; i--) latencies.push(0);
            early.delete(key);
          },
          (error: Error) => {
            failure ??= error;
          },
        ),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  // All of them, also after an error: what one server still writes would slow down the next in its load.
  await Promise.all(writes);
  const elapsedMs = performance.now() - start;
  const expected = (total * load.watchers) / load.groups;
  for (const patience = performance.now() + 10_000; latencies.length < expected;) {
    if (failure === undefined && performance.now() > patience)
      failure = new Error(`${expected - latencies.length} events are missing`);
    if (failure !== undefined) {
      close();
      throw failure;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  close();
  return summarize({ latencies, elapsedMs, cpu });
}

function summarize(raw: { latencies: number[]; elapsedMs: number; cpu: NodeJS.CpuUsage }): Measured {
  const { user, system } = process.cpuUsage(raw.cpu);
  const sorted = Float64Array.from(raw.latencies).sort();
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
  return {
    perSecond: (sorted.length / raw.elapsedMs) * 1000,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    elapsedMs: raw.elapsedMs,
    clientCpuSeconds: (user + system) / 1e6,
  };
}
