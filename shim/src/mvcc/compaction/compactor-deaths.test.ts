import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../clock.ts';
import { CommittedState } from '../committed-state.ts';
import type { Fence } from '../history-port.ts';
import type { HistoryRow } from '../history-row.ts';
import { KeyIndex } from '../index/key-index.ts';
import { ValueCache } from '../index/value-cache.ts';
import { StoreError } from '../store-error.ts';
import { MemoryDatabase } from '../testing/memory-database.ts';
import { type MemoryStore, openMemoryStore } from '../testing/open-memory-store.ts';
import { Random, testSeed } from '../testing/random.ts';
import { until } from '../testing/until.ts';

const keys = ['a', 'b', 'c', 'd', 'e'] as const;
const bytes = (text: string): Buffer => Buffer.from(text);

/** A key at a revision, as a read there shows it. */
type Shown = readonly [key: string, created: number, modified: number, version: number];

/** A shim that may die in the middle of a compaction: from then on it does nothing to the database. */
interface Mortal extends MemoryStore {
  dead: boolean;
}

/**
 * Every row that was ever committed, and what a shim must see that loads the table at any moment: the model
 * is an index that applies all of them, and that compacts only itself.
 */
class Archive {
  readonly #database: MemoryDatabase;
  readonly #rows: HistoryRow[] = [];

  constructor(database: MemoryDatabase) {
    this.#database = database;
    const apply = database.apply.bind(database);
    database.apply = (batch, shim) => {
      const applied = apply(batch, shim);
      if (applied) this.#rows.push(...batch.rows);
      return applied;
    };
  }

  /** Compares the table with the model; throws if somebody who loads it now would see something else. */
  async check(): Promise<void> {
    const loaded = new CommittedState(0);
    await loaded.load(this.#database.connect());
    // No turn of the event loop between these.
    const { fence } = this.#database;
    const table = this.#database.sortedRows();
    assert.deepEqual(loaded.fence, fence);
    const whole = this.#index(fence.revision);
    for (let at = Math.max(1, fence.compactRevision); at <= fence.revision; at++) {
      assert.deepEqual(shown(loaded.index, at), shown(whole, at), `what lives at ${at}`);
    }
    assert.deepEqual(
      names(table.filter((row) => row.revision >= fence.compactRevision)),
      names(this.#rows.filter((row) => row.revision >= fence.compactRevision)),
      'rows that watchers need',
    );
    this.#checkSwept(fence, table);
  }

  /** The rows that are left when all compactions have ended. */
  checkEnd(): void {
    const { fence } = this.#database;
    const index = this.#index(fence.revision, fence.compactRevision);
    assert.deepEqual(
      names(this.#database.sortedRows()),
      names(this.#rows.filter((row) => index.get(row.key)?.has(row.revision))),
    );
  }

  /** Nothing is left of compactions of which the fence says that they deleted all their rows. */
  #checkSwept({ revision, sweptRevision }: Fence, table: readonly HistoryRow[]): void {
    const index = this.#index(revision, sweptRevision);
    const left = table.filter(
      (row) => row.revision <= sweptRevision && !index.get(row.key)?.has(row.revision),
    );
    assert.deepEqual(names(left), [], `rows that were swept up to ${sweptRevision}`);
  }

  #index(revision: number, compactRevision = 0): KeyIndex {
    const index = new KeyIndex(new ValueCache(0));
    for (const row of this.#rows) if (row.revision <= revision) index.apply({ ...row });
    if (compactRevision > 0) index.compact(index.takeSuperseded(compactRevision), compactRevision);
    return index;
  }
}

function shown(index: KeyIndex, revision: number): Shown[] {
  return keys.flatMap((key) => {
    const kv = index.keyValue(key, revision);
    return kv === undefined ? [] : [[key, kv.createRevision, kv.modRevision, kv.version] as const];
  });
}

function names(rows: readonly HistoryRow[]): string[] {
  return rows.map((row) => `${row.revision}/${row.sub} ${row.key}`);
}

test('shims that die, start and load again in the middle of compactions never bring back a deleted key', async (t) => {
  const random = new Random(testSeed());
  t.diagnostic(`PG8S_TEST_SEED=${random.seed}`);
  for (let history = 0; history < 40; history++) await runHistory(random);
});

async function runHistory(random: Random): Promise<void> {
  const database = new MemoryDatabase();
  if (random.chance(30)) {
    const faults = ['none', 'none', 'none', 'loseBefore', 'loseAfter'] as const;
    database.fault = () => random.pick(faults);
  }
  const archive = new Archive(database);
  const failures: unknown[] = [];
  const changed = async (): Promise<void> => {
    await archive.check().catch((error: unknown) => failures.push(error));
  };
  const shims: Mortal[] = [];
  for (let count = 2 + random.below(3); count > 0; count--)
    shims.push(await startMortal(database, random, changed));
  for (let done = 0; done < 150 && failures.length === 0; done++) {
    for (const shim of shims.filter(({ dead }) => dead)) shims.splice(shims.indexOf(shim), 1);
    if (shims.length === 0 || (shims.length < 5 && random.chance(4)))
      shims.push(await startMortal(database, random, changed));
    await doSomething(random, random.pick(shims));
    for (let turns = random.below(4); turns > 0; turns--) await nextTurn();
  }
  for (const shim of shims) shim.dead = true;
  database.fault = () => 'none';
  // One that stays alive does what all others have left undone.
  const { store } = await openMemoryStore(database, { clock: hurriedClock(1) });
  const [high, rangeEnd] = [bytes('z'), bytes('\0')];
  await store.put({ key: high, value: bytes('') });
  await store.deleteRange({ key: bytes('\0'), rangeEnd });
  await store.compact({ revision: store.currentRevision - 1, physical: true });
  await until('the end of all compactions', async () => {
    await store.sweepIfNeeded();
    return database.fence.sweptRevision === database.fence.compactRevision;
  });
  await archive.check();
  archive.checkEnd();
  await store.close();
  assert.deepEqual(failures, []);
}

async function doSomething(random: Random, { store, lessor, shim }: Mortal): Promise<void> {
  const key = bytes(random.pick(keys));
  const put = { requestPut: { key, value: bytes('v') } };
  const remove = { requestDeleteRange: { key } };
  const dice = random.below(100);
  if (dice < 30) await store.put({ key, value: bytes('v') });
  else if (dice < 45) await store.deleteRange({ key });
  else if (dice < 48) await store.deleteRange({ key, rangeEnd: bytes('\0') });
  else if (dice < 58) await store.txn({ success: random.chance(50) ? [put, remove] : [remove, put] });
  else if (dice < 78) {
    const revision = store.currentRevision - random.below(6);
    await store.compact({ revision }).catch((error: unknown) => {
      if (!(error instanceof StoreError) || error.code !== 'compacted') throw error;
    });
  } else if (dice < 86) {
    // Who has not read of these two has to load everything again.
    const { id } = await lessor.grant({ ttlSeconds: 1000 });
    await lessor.revoke({ id });
    await shim.purgeRevoked();
  } else if (dice < 94) {
    // It may never end.
    void store.sweepIfNeeded().catch(() => undefined);
  } else shim.hinted();
}

/** `changed` is awaited whenever a row is gone, or compactions are said to have ended. */
async function startMortal(
  database: MemoryDatabase,
  random: Random,
  changed: () => Promise<void>,
): Promise<Mortal> {
  const clock = hurriedClock(random.pick([1, 0.05]));
  const opened = await openMemoryStore(database, { clock, requestTimeoutMs: 1e9 });
  const mortal: Mortal = { ...opened, dead: false };
  const { shim } = opened;
  const patience = random.below(4);
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let turns = random.below(1 + 4 * patience); turns > 0; turns--) await nextTurn();
    if (random.chance(2)) mortal.dead = true;
    if (mortal.dead) return new Promise(() => {});
    if (random.chance(3)) throw new StoreError(random.pick(['unavailable', 'noSpace'] as const));
    const result = await work();
    await changed();
    if (random.chance(2)) mortal.dead = true;
    if (mortal.dead) return new Promise(() => {});
    if (random.chance(3)) throw new StoreError(random.pick(['unavailable', 'noSpace'] as const));
    return result;
  };
  const deleteRows = shim.deleteRows.bind(shim);
  const listRows = shim.listRows.bind(shim);
  const markSwept = shim.markSwept.bind(shim);
  // As if statements were of one row each.
  shim.deleteRows = async (refs) => {
    for (const ref of refs) await call(() => deleteRows([ref]));
  };
  shim.listRows = (after, upTo, limit) => call(() => listRows(after, upTo, Math.min(limit, 3)));
  shim.markSwept = (from, to) => call(() => markSwept(from, to));
  return mortal;
}

/** A clock that goes on by what it is asked to wait, or by a part of that. */
function hurriedClock(part: number): Clock {
  let nowMs = 0;
  return {
    now: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms * part;
      await nextTurn();
    },
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
