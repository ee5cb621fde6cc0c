import assert from 'node:assert/strict';
import type { Lessor } from '../../lease/lessor.ts';
import type {
  Compare,
  Event,
  PutRequest,
  RangeRequest,
  RequestOp,
  TxnRequest,
  WatchFilter,
} from '../../etcdserverpb/types.ts';
import { StoreError } from '../store-error.ts';
import type { Store, Watcher } from '../store.ts';
import { bytesOf, NaiveStore, text, type NaiveEvent } from './naive-store.ts';
import { plain } from './plain.ts';
import type { Random } from './random.ts';
import { until } from './until.ts';

export interface RandomHistoryOptions {
  random: Random;
  operations: number;
  /** Shims of one database; each operation goes to one of them. */
  shims: readonly { store: Store; lessor: Lessor }[];
}

const keys = ['a', 'a\0', 'a/b', 'b', 'b/1', 'b/2', 'c', '\u00ff', '\u00ff\u00ff'];
const ends = [undefined, undefined, '\0', 'b', 'b0', 'c', 'a', '\u00ff'];

/**
 * Does random operations on the real shims and on the naive model, and compares every answer, and at the end
 * every watcher's whole story. Operations follow each other, so that there is one right answer to each.
 */
export async function runRandomHistory(options: RandomHistoryOptions): Promise<NaiveStore> {
  const { random, shims } = options;
  const model = new NaiveStore();
  const watches: WatchRecord[] = [];
  const leaseIds: bigint[] = [];
  for (let done = 0; done < options.operations; done++) {
    const { store, lessor } = random.pick(shims);
    const dice = random.below(100);
    if (dice < 30) {
      const request = randomPut(random, leaseIds);
      await same(
        `put ${done}`,
        () => store.put(request),
        () => model.put(request),
      );
    } else if (dice < 40) {
      const request = { ...randomRange(random), prevKv: random.chance(50) };
      await same(
        `delete ${done}`,
        () => store.deleteRange(request),
        () => model.deleteRange(request),
      );
    } else if (dice < 65) {
      const request = randomRangeRequest(random, model);
      await same(
        `range ${done}`,
        () => store.range(request),
        () => model.range(request),
      );
    } else if (dice < 85) {
      const request = randomTxn(random, { model, leaseIds, depth: 0, used: new Set() });
      await same(
        `txn ${done}`,
        () => store.txn(request),
        () => model.txn(request),
      );
    } else if (dice < 88) {
      const revision = Math.max(1, model.revision - random.below(20) + 1);
      await same(
        `compact ${done}`,
        async () => void (await store.compact({ revision, physical: random.chance(30) })),
        () => model.compact(revision),
      );
    } else if (dice < 92) {
      const id = BigInt(1 + random.below(5));
      await same(
        `grant ${done}`,
        async () => void (await lessor.grant({ id, ttlSeconds: 1000 })),
        () => model.grant(id),
      );
      if (!leaseIds.includes(id)) leaseIds.push(id);
    } else if (dice < 94) {
      const id = BigInt(1 + random.below(5));
      await same(
        `revoke ${done}`,
        async () => void (await lessor.revoke({ id })),
        () => model.revoke(id),
      );
    } else if (watches.length < 30) {
      watches.push(startWatch(random, store, model));
    }
    if (random.chance(20)) for (const watch of watches) if (watch.held && random.chance(50)) watch.release();
  }
  for (const watch of watches) await checkWatch(watch, model);
  return model;
}

interface WatchRecord {
  description: string;
  from: number;
  range: { key: Uint8Array; rangeEnd?: Uint8Array };
  filters: WatchFilter[];
  prevKv: boolean;
  store: Store;
  watcher: Watcher;
  events: Event[];
  compactedAt: number | undefined;
  held: boolean;
  release(): void;
}

function startWatch(random: Random, store: Store, model: NaiveStore): WatchRecord {
  const range = randomRange(random);
  const startRevision = random.chance(30) ? 0 : Math.max(1, model.revision - 15 + random.below(20));
  const filters: WatchFilter[] = random.chance(70) ? [] : [random.pick(['NOPUT', 'NODELETE'] as const)];
  const prevKv = random.chance(50);
  const events: Event[] = [];
  let lastRevision = 0;
  let stopped = false;
  const watcher = store.watch(
    { ...range, startRevision, filters, prevKv },
    {
      events: (revision, batch) => {
        assert.equal(record.held, false, 'events for a watcher that is held');
        assert.ok(batch.length > 0, 'an empty batch');
        const first = (batch[0] as Event).kv.modRevision;
        assert.ok(first > lastRevision, `revision ${first} after ${lastRevision}: split or out of order`);
        lastRevision = (batch.at(-1) as Event).kv.modRevision;
        assert.ok(revision >= lastRevision, 'a header older than its events');
        events.push(...batch);
        record.held = random.chance(25);
        return !record.held;
      },
      compacted: (compactRevision) => {
        assert.equal(stopped, false, 'compacted twice');
        stopped = true;
        record.compactedAt = compactRevision;
      },
    },
  );
  const from = startRevision > 0 ? startRevision : watcher.createdRevision + 1;
  const record: WatchRecord = {
    description: `watch ${text(range.key)}…${text(range.rangeEnd)} from ${from} ${filters.join()} prevKv=${prevKv}`,
    from,
    range,
    filters,
    prevKv,
    store,
    watcher,
    events,
    compactedAt: undefined,
    held: false,
    release: () => {
      record.held = false;
      watcher.resume();
    },
  };
  return record;
}

/**
 * The watcher has seen exactly what the model did in its range, or a beginning of it before it was compacted.
 */
async function checkWatch(watch: WatchRecord, model: NaiveStore): Promise<void> {
  await until(`${watch.description} to end`, () => {
    if (watch.held) watch.release();
    return (
      watch.compactedAt !== undefined || (watch.watcher.deliveredRevision >= model.revision && !watch.held)
    );
  });
  const expected = model.events.filter(
    (event) =>
      event.modRevision >= watch.from &&
      inRange(event.key, watch.range) &&
      !watch.filters.includes(event.type === 'PUT' ? 'NOPUT' : 'NODELETE'),
  );
  const seen = watch.compactedAt === undefined ? expected : expected.slice(0, watch.events.length);
  assert.deepEqual(
    watch.events.map((event) => plainEvent(event)),
    seen.map(({ before: _before, ...event }) => event),
    watch.description,
  );
  if (watch.compactedAt !== undefined) {
    assert.ok(watch.from < watch.compactedAt, `${watch.description} was compacted at ${watch.compactedAt}`);
  }
  for (const [index, event] of watch.events.entries()) checkBefore(watch, event, seen[index] as NaiveEvent);
  watch.watcher.cancel();
}

/** What was before is right, or missing because it was compacted. */
function checkBefore(watch: WatchRecord, event: Event, expected: NaiveEvent): void {
  if (!watch.prevKv) assert.equal(event.prevKv, undefined, watch.description);
  else if (event.prevKv !== undefined)
    assert.equal(text(event.prevKv.value), expected.before, watch.description);
  else if (expected.before !== undefined) {
    assert.ok(
      expected.modRevision <= watch.store.compactRevision,
      `${watch.description}: no prevKv at ${expected.modRevision}`,
    );
  }
}

function plainEvent({ type, kv }: Event): Omit<NaiveEvent, 'before'> {
  const { modRevision, createRevision, version, lease } = kv;
  return { type, key: text(kv.key), value: text(kv.value), modRevision, createRevision, version, lease };
}

function inRange(key: string, range: { key: Uint8Array; rangeEnd?: Uint8Array }): boolean {
  const low = text(range.key);
  const high = text(range.rangeEnd);
  if (high === '') return key === low;
  return key >= low && (high === '\0' || key < high);
}

async function same(what: string, real: () => Promise<unknown>, model: () => unknown): Promise<void> {
  const [answer, expected] = [await outcome(real), await outcome(async () => model())];
  assert.deepEqual(plain(answer), plain(expected), what);
}

async function outcome(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreError) return { error: error.code };
    if (error instanceof Error && /^[a-zA-Z]+$/.test(error.message)) return { error: error.message };
    throw error;
  }
}

function randomRange(random: Random): { key: Uint8Array; rangeEnd?: Uint8Array } {
  const end = random.pick(ends);
  const key = bytesOf(random.chance(20) && end === '\0' ? '\0' : random.pick(keys));
  return end === undefined ? { key } : { key, rangeEnd: bytesOf(end) };
}

function randomPut(random: Random, leases: readonly bigint[], key = random.pick(keys)): PutRequest {
  const request: PutRequest = { key: bytesOf(key), prevKv: random.chance(30) };
  if (random.chance(10)) request.ignoreValue = true;
  else request.value = bytesOf(random.chance(5) ? '' : `v${random.below(4)}`);
  if (random.chance(10)) request.ignoreLease = true;
  else if (random.chance(25) && leases.length > 0) request.lease = random.pick(leases);
  return request;
}

function randomRangeRequest(random: Random, model: NaiveStore): RangeRequest {
  const request: RangeRequest = randomRange(random);
  const near = (): number => Math.max(1, model.revision - 12 + random.below(15));
  if (random.chance(30)) request.revision = near();
  if (random.chance(30)) request.limit = 1 + random.below(4);
  if (random.chance(30)) {
    request.sortOrder = random.pick(['ASCEND', 'DESCEND'] as const);
    // Only by what differs between keys: etcd's order of equals is no promise.
    request.sortTarget = 'KEY';
  }
  if (random.chance(15)) request.keysOnly = true;
  if (random.chance(10)) request.countOnly = true;
  if (random.chance(10)) request.minModRevision = near();
  if (random.chance(10)) request.maxModRevision = near();
  if (random.chance(5)) request.minCreateRevision = near();
  if (random.chance(5)) request.maxCreateRevision = near();
  return request;
}

interface TxnContext {
  model: NaiveStore;
  leaseIds: readonly bigint[];
  depth: number;
  /** Keys changed already: a txn changes none twice. */
  used: Set<string>;
}

function randomTxn(random: Random, context: TxnContext): TxnRequest {
  const used = new Set(context.used);
  const branch = (): RequestOp[] =>
    Array.from({ length: random.below(4) }, (): RequestOp => {
      const dice = random.below(10);
      if (dice < 4) {
        const key = random.pick(keys);
        if (used.has(key)) return { requestRange: { key: bytesOf(key) } };
        used.add(key);
        return { requestPut: randomPut(random, context.leaseIds, key) };
      }
      if (dice < 6) {
        const key = random.pick(keys);
        if (used.has(key)) return { requestRange: { key: bytesOf(key) } };
        used.add(key);
        return { requestDeleteRange: { key: bytesOf(key), prevKv: random.chance(50) } };
      }
      if (dice < 8 || context.depth >= 2) return { requestRange: randomRangeRequest(random, context.model) };
      const nested = randomTxn(random, { ...context, depth: context.depth + 1, used });
      for (const key of changedKeys(nested)) used.add(key);
      return { requestTxn: nested };
    });
  return {
    compare: Array.from({ length: random.below(3) }, () => randomCompare(random, context.model)),
    success: branch(),
    failure: branch(),
  };
}

function changedKeys(request: TxnRequest): string[] {
  return [...(request.success ?? []), ...(request.failure ?? [])].flatMap((operation) => {
    if ('requestPut' in operation) return [text(operation.requestPut.key)];
    if ('requestDeleteRange' in operation) return [text(operation.requestDeleteRange.key)];
    return 'requestTxn' in operation ? changedKeys(operation.requestTxn) : [];
  });
}

function randomCompare(random: Random, model: NaiveStore): Compare {
  const compare: Compare = {
    ...randomRange(random),
    result: random.pick(['EQUAL', 'NOT_EQUAL', 'GREATER', 'LESS'] as const),
    target: random.pick(['VERSION', 'CREATE', 'MOD', 'VALUE', 'LEASE'] as const),
  };
  if (random.chance(20)) return compare;
  compare.version = random.below(4);
  compare.createRevision = random.below(model.revision + 2);
  compare.modRevision = random.below(model.revision + 2);
  compare.value = bytesOf(`v${random.below(4)}`);
  compare.lease = BigInt(random.below(4));
  return compare;
}
