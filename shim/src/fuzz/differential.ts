import { isDeepStrictEqual } from 'node:util';
import type { Event, WatchCreateRequest } from '../etcdserverpb/types.ts';
import { plain } from '../mvcc/testing/plain.ts';
import { Random } from '../mvcc/testing/random.ts';
import { until } from '../mvcc/testing/until.ts';
import { knownDifference } from './known-difference.ts';
import { allKeys, randomExpiry, randomOperation, type Operation, type Situation } from './operation.ts';
import type { Side } from './side.ts';
import { textOfBigint, type WatchLog } from './watch-log.ts';

/**
 * One operation to come: made from its own seed when its turn comes, so that it fits the revisions of that
 * moment even when operations before it were taken out.
 */
export interface Step {
  readonly seed: number;
  /** The slow kind of operation. */
  readonly expiry: boolean;
}

/** Where two servers were found to differ. */
export interface Difference {
  /** How many steps were done, that one included. */
  readonly steps: number;
  readonly what: string;
  readonly operations: readonly string[];
}

/** The two servers, empty, and an end to them. */
export interface Pair {
  readonly stock: Side;
  readonly shim: Side;
  /** Of the stock etcd, `3.4`. */
  readonly version: string;
  close(): Promise<void>;
}

/** Steps for one round. */
export function randomSteps(random: Random, count: number, expiries: number): Step[] {
  const steps: Step[] = [];
  for (let i = 0; i < count; i++) steps.push({ seed: random.below(0x7fff_ffff), expiry: false });
  for (let i = 0; i < expiries; i++) {
    const at = random.below(steps.length);
    steps[at] = { seed: random.below(0x7fff_ffff), expiry: true };
  }
  return steps;
}

/** Does the steps on both servers, and returns the first difference. */
export async function runSteps(pair: Pair, steps: readonly Step[]): Promise<Difference | undefined> {
  const run = new Run(pair);
  for (const [at, step] of steps.entries()) {
    const random = new Random(step.seed);
    const operation = step.expiry ? randomExpiry(random) : randomOperation(random, run.situation());
    const what = await run.step(operation).catch(String);
    if (what !== undefined) return { steps: at + 1, what, operations: run.operations };
  }
  const what = await run.finish().catch(String);
  return what === undefined ? undefined : { steps: steps.length, what, operations: run.operations };
}

class Run {
  readonly operations: string[] = [];
  readonly #stock: Side;
  readonly #shim: Side;
  readonly #version: string;
  #revision = 1;
  #compactRevision = 0;
  /** Watches whose whole story was compared. */
  readonly #compared = new WeakMap<WatchLog, number>();

  constructor(pair: Pair) {
    this.#stock = pair.stock;
    this.#shim = pair.shim;
    this.#version = pair.version;
  }

  situation(): Situation {
    // A watch that begins below the compacted revision ends at once here, and within 100 ms there: which ids
    // are taken in between differs.
    const open = [...this.#shim.present.open, ...this.#shim.future.open];
    const isEnding = ({ startRevision = 0 }: WatchCreateRequest): boolean =>
      startRevision > 0 && startRevision < this.#compactRevision;
    return {
      revision: this.#revision,
      compactRevision: this.#compactRevision,
      watchIds: open.filter(([, { request }]) => !isEnding(request)).map(([id]) => id),
    };
  }

  /** What was different, if anything. */
  async step(planned: Operation): Promise<string | undefined> {
    const operation = this.#withoutLostDelete(planned);
    this.operations.push(describe(operation));
    // Whether a watch that is behind survives a compaction, and how much of a canceled one is seen, is a
    // race.
    if ('compact' in operation || 'cancel' in operation) {
      const settled = 'compact' in operation ? await this.#settle() : undefined;
      const what = settled ?? (await this.#compareWatches());
      if (what !== undefined) return what;
    }
    const [stock, shim] = await this.#both((side) => side.apply(operation, this.#revision));
    if (
      !isDeepStrictEqual(stock, shim) &&
      knownDifference(this.#version, operation, { stock, shim }) === undefined
    )
      return both('answers', stock, shim);
    const revision = (await this.#stock.client.range({ key: allKeys[0] as Uint8Array, countOnly: true }))
      .header.revision;
    if ('compact' in operation && typeof (stock as { code?: number }).code !== 'number')
      this.#compactRevision = operation.compact.revision;
    this.#revision = revision;
    return undefined;
  }

  /**
   * etcd 3.4 forgets a delete at the compacted revision itself; later ones, and we, still tell a watch from
   * there.
   */
  #withoutLostDelete(operation: Operation): Operation {
    if (this.#version !== '3.4' || !('watch' in operation)) return operation;
    if (operation.watch.startRevision !== this.#compactRevision) return operation;
    return { watch: { ...operation.watch, startRevision: this.#compactRevision + 1 } };
  }

  /**
   * Waits until both servers have looked at all watches that were behind: when one more that is behind has
   * its event. (Progress would say so, too, but before 3.4.31 and 3.5.13 it is sent too early.)
   */
  async #settle(): Promise<string | undefined> {
    const key = Buffer.from('~');
    const [stock, shim] = await this.#both((side) => side.apply({ put: { key } }, this.#revision));
    if (!isDeepStrictEqual(stock, shim)) return both('answers', stock, shim);
    const { header } = stock as { header: number };
    this.#revision = header;
    await this.#both(async ({ sentinel }) => {
      await sentinel.create({ key, startRevision: header, watchId: 1 });
      const log = sentinel.open.get(1);
      await until('an event of the past', () => log?.events.length === 1);
      await sentinel.cancel(1);
    });
    return undefined;
  }

  #both<T>(work: (side: Side) => Promise<T>): Promise<T[]> {
    return Promise.all([this.#stock, this.#shim].map(work));
  }

  /** Changes every key, so that every watch has something to say, and compares all that is left. */
  async finish(): Promise<string | undefined> {
    for (const key of allKeys) {
      const what = await this.step({ put: { key, value: Buffer.from('last') } });
      if (what !== undefined) return what;
    }
    const all = { key: Uint8Array.of(0), rangeEnd: Uint8Array.of(0) };
    return (
      (await this.step({ range: all })) ??
      (await this.step({ deleteRange: all })) ??
      (await this.#compareWatches()) ??
      this.#compareHistory()
    );
  }

  /** Every revision that can still be read. */
  async #compareHistory(): Promise<string | undefined> {
    const all = { key: Uint8Array.of(0), rangeEnd: Uint8Array.of(0) };
    for (let revision = Math.max(1, this.#compactRevision); revision <= this.#revision; revision++) {
      const operation = { range: { ...all, revision } };
      const [stock, shim] = await this.#both((side) => side.apply(operation, this.#revision));
      if (!isDeepStrictEqual(stock, shim)) return both(`everything at revision ${revision}`, stock, shim);
    }
    return undefined;
  }

  async #compareWatches(): Promise<string | undefined> {
    await this.#shim.present.synced();
    for (const name of ['present', 'future'] as const) {
      const [stock, shim] = [this.#stock[name], this.#shim[name]];
      stock.check();
      shim.check();
      for (const [at, log] of shim.logs.entries()) {
        const other = stock.logs[at] as WatchLog;
        // etcd looks at watches that are behind ten times a second.
        await until('the same watch events', () => sameLength(other, log), 3000).catch(() => undefined);
        const what = this.#compareLogs(other, log);
        if (what !== undefined) return what;
      }
    }
    return undefined;
  }

  #compareLogs(stock: WatchLog, shim: WatchLog): string | undefined {
    const from = this.#compared.get(shim) ?? 0;
    const about = `watch ${JSON.stringify(plain(shim.request))}`;
    for (let at = from; at < Math.max(stock.events.length, shim.events.length); at++) {
      const [expected, actual] = [stock.events[at], shim.events[at]];
      if (isDeepStrictEqual(plain(expected), plain(actual))) continue;
      if (expected !== undefined && actual !== undefined && this.#differInLostPast(expected, actual))
        continue;
      return both(`event ${at} of ${about}`, plain(expected), plain(actual));
    }
    this.#compared.set(shim, shim.events.length);
    if (!isDeepStrictEqual(endOf(stock), endOf(shim)))
      return both(`the end of ${about}`, endOf(stock), endOf(shim));
    return undefined;
  }

  /** What was before a compacted revision may be in an event or not: it depends on when etcd looks. */
  #differInLostPast(stock: Event, shim: Event): boolean {
    if (stock.kv.modRevision > this.#compactRevision) return false;
    const [{ prevKv: _stock, ...a }, { prevKv: _shim, ...b }] = [stock, shim];
    return isDeepStrictEqual(plain(a), plain(b));
  }
}

/** etcd 3.4 and 3.5 give no reason for a compacted watch where 3.6 and we do. */
function endOf(log: WatchLog): unknown {
  return log.end === undefined ? undefined : { compactRevision: log.end.compactRevision };
}

function sameLength(a: WatchLog, b: WatchLog): boolean {
  return a.events.length === b.events.length && (a.end === undefined) === (b.end === undefined);
}

function both(what: string, stock: unknown, shim: unknown): string {
  const show = (value: unknown): string => JSON.stringify(value, textOfBigint) ?? 'nothing';
  return `${what}\n  stock: ${show(stock)}\n  shim:  ${show(shim)}`;
}

function describe(operation: Operation): string {
  return JSON.stringify(plain(operation), textOfBigint);
}
