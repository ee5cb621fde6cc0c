import { groupResourceOf } from './client/resource.ts';
import { type Clock, delay } from './clock.ts';
import type { OwnContext } from './context.ts';
import { type LeaderElection, runForLeader } from './leader-election.ts';
import type { LeaderElectionSettings, ObservedPart, PartWorker } from './part.ts';

/** How to run a leader-elected part. */
export interface ElectedPartOptions {
  /** Names the Lease: `kube-controller-manager`, `kube-scheduler`. */
  component: string;
  leaderElection: LeaderElectionSettings | undefined;
  /** Called for every term: caches and queues of an earlier term are not used again. */
  createContext(): OwnContext;
  /** Makes the workers, before the informers start, so that their handlers see everything. */
  createWorkers(context: OwnContext): readonly PartWorker[] | Promise<readonly PartWorker[]>;
}

/** How long closing waits for work in hand, for events to be sent and for the Lease to be released. */
const closePatienceMs = 5_000;
/** After so long a part counts as ready although some of its workers still wait for their caches. */
const readyPatienceMs = 10_000;
const pauseBetweenTermsMs = 1_000;
const cachesNotFilled = 'its caches are not full yet';

/**
 * Runs workers of one identity in terms. In a term each worker starts when this candidate leads and the
 * worker's own caches are filled: one resource that cannot be listed keeps back only the workers that need
 * it. A term ends when the part is closed or the Lease is lost; then its context is thrown away and the next
 * term begins.
 */
export class ElectedPart implements ObservedPart {
  readonly ready: Promise<void>;
  readonly standby: Promise<string>;
  readonly #options: ElectedPartOptions;
  readonly #ready = Promise.withResolvers<void>();
  readonly #standby = Promise.withResolvers<string>();
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;
  #keepAlive: NodeJS.Timeout | undefined;
  #term: Term | undefined;
  /** Why the last term failed. */
  #failure: string | undefined;

  constructor(options: ElectedPartOptions) {
    this.#options = options;
    this.ready = this.#ready.promise;
    this.standby = this.#standby.promise;
    // A caller that does not wait for it must not fail by its rejection.
    this.ready.catch(() => undefined);
  }

  start(): void {
    if (this.#running !== undefined || this.#closing.signal.aborted) return;
    // While the API cannot be reached there may be no connection, and timers do not keep the process alive.
    this.#keepAlive = setInterval(() => undefined, 2 ** 30);
    this.#running = this.#run();
    this.#running.catch((error: unknown) => this.#ready.reject(error));
  }

  problem(): string | undefined {
    if (this.#closing.signal.aborted) return 'it was closed';
    const waiting = this.#term === undefined ? cachesNotFilled : this.#term.problem();
    if (waiting === undefined) this.#failure = undefined;
    return this.#failure ?? waiting;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    clearInterval(this.#keepAlive);
    this.#ready.reject(new Error(`${this.#options.component} was closed before it was ready`));
  }

  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const context = this.#options.createContext();
      this.#term = new Term(this.#options, context, {
        closing: this.#closing.signal,
        onReady: () => this.#ready.resolve(),
        onStandby: (leader) => this.#standby.resolve(leader),
      });
      try {
        await this.#term.run();
      } catch (error) {
        this.#term = undefined;
        this.#failure = error instanceof Error ? error.message : String(error);
        context.log.error({ err: error, component: this.#options.component }, 'failed, starting again');
      }
      if (!this.#closing.signal.aborted)
        await delay(context.clock, pauseBetweenTermsMs, this.#closing.signal);
    }
  }
}

interface TermCallbacks {
  closing: AbortSignal;
  onReady(): void;
  onStandby(leader: string): void;
}

/** One term: its own context, workers and candidacy. */
class Term {
  readonly #options: ElectedPartOptions;
  readonly #context: OwnContext;
  readonly #callbacks: TermCallbacks;
  readonly #closed: Promise<void>;
  #workers: readonly PartWorker[] | undefined;
  #election: LeaderElection | undefined;
  #hasEnded = false;

  constructor(options: ElectedPartOptions, context: OwnContext, callbacks: TermCallbacks) {
    this.#options = options;
    this.#context = context;
    this.#callbacks = callbacks;
    const { closing } = callbacks;
    this.#closed = new Promise((resolve) => {
      if (closing.aborted) resolve();
      closing.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** Which workers wait for which caches; undefined: none. */
  problem(): string | undefined {
    if (this.#workers === undefined) return cachesNotFilled;
    const needing = this.#workers.filter((worker) => this.#cachesOf(worker).length > 0);
    const waits = needing.flatMap((worker) => {
      const missing = this.#cachesOf(worker)
        .filter((informer) => !informer.hasSynced())
        .map(({ resource }) => groupResourceOf(resource));
      return missing.length === 0 ? [] : [`${worker.name ?? 'it'} waits for ${missing.join(', ')}`];
    });
    if (waits.length === 0) return undefined;
    return waits.length === needing.length ? cachesNotFilled : waits.join('; ');
  }

  /** Resolves when the term is over. */
  async run(): Promise<void> {
    const { closing, onReady } = this.#callbacks;
    try {
      const workers = await this.#options.createWorkers(this.#context);
      this.#workers = workers;
      this.#context.informers.start();
      const startAll = (some: readonly PartWorker[]) =>
        Promise.all(some.map((worker) => this.#startWhenSynced(worker)));
      const independent = startAll(workers.filter(({ isLeaderElected = true }) => !isLeaderElected));
      await this.#elected();
      if (closing.aborted) return;
      const elected = startAll(workers.filter(({ isLeaderElected = true }) => isLeaderElected));
      const started = Promise.all([independent, elected]);
      await withPatience(this.#context.clock, Promise.race([started, this.#over()]), readyPatienceMs);
      if (!closing.aborted && (this.#election?.isLeader() ?? true)) onReady();
      await this.#over();
    } finally {
      await this.#end();
    }
  }

  /** Resolves when this candidate leads, or the part is closed. */
  async #elected(): Promise<void> {
    const { component, leaderElection } = this.#options;
    if (leaderElection === undefined) return;
    this.#election = runForLeader({
      namespace: 'kube-system',
      name: component,
      ...this.#context,
      ...leaderElection,
    });
    void this.#election.waiting.then(this.#callbacks.onStandby);
    await Promise.race([this.#election.elected, this.#closed]);
  }

  async #startWhenSynced(worker: PartWorker): Promise<void> {
    await Promise.all(this.#cachesOf(worker).map((informer) => informer.synced));
    if (!this.#hasEnded) worker.start();
  }

  #cachesOf({ caches }: PartWorker) {
    return caches ?? this.#context.informers.all();
  }

  /** Resolves when the part is closed or the Lease is lost. */
  #over(): Promise<void> {
    return Promise.race([this.#closed, ...(this.#election ? [this.#election.ended] : [])]);
  }

  async #end(): Promise<void> {
    this.#hasEnded = true;
    const { clock, recorder, informers, client } = this.#context;
    const workers = this.#workers ?? [];
    await withPatience(clock, Promise.all(workers.map((worker) => worker.stop())), closePatienceMs);
    // Another candidate may lead only when none of these works any more.
    if (this.#election) await withPatience(clock, this.#election.release(), closePatienceMs);
    await withPatience(clock, recorder.flush(), closePatienceMs);
    recorder.stop();
    informers.stop();
    client.close();
  }
}

/** Resolves with the work, or after so long without it. Rejects with the work. */
async function withPatience(clock: Clock, work: Promise<unknown>, patienceMs: number): Promise<void> {
  const done = new AbortController();
  try {
    await Promise.race([work, delay(clock, patienceMs, done.signal)]);
  } finally {
    done.abort();
  }
}
