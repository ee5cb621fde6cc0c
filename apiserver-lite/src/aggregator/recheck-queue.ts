import type { Clock } from '../storage/clock.ts';

/** What a queue does with its keys. */
export interface RecheckQueueOptions {
  /** Whether all is well with a key; false: it is tried again soon. */
  check(key: string): Promise<boolean>;
  /** When a key that is well is checked again. */
  intervalMs: number;
  /** How long after a failure; doubled with each one after it, up to the interval. */
  firstRetryMs: number;
  clock: Clock;
  signal: AbortSignal;
}

interface Entry {
  failures: number;
  isRunning: boolean;
  /** It is to be checked again at once. */
  isDue: boolean;
  cancel(): void;
}

/**
 * Checks keys at once, again when something about them changes, and again after some time: one check of a key
 * at a time, few of all.
 */
export class RecheckQueue {
  readonly #options: RecheckQueueOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(options: RecheckQueueOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', () => this.#clear(), { once: true });
  }

  /** Checks a key soon. Resolves when it was checked once since then. */
  async add(key: string): Promise<void> {
    if (this.#options.signal.aborted) return;
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { failures: 0, isRunning: false, isDue: false, cancel: () => undefined };
      this.#entries.set(key, entry);
    }
    if (entry.isRunning) entry.isDue = true;
    else await this.#run(key, entry);
  }

  /** Forgets a key. */
  remove(key: string): void {
    this.#entries.get(key)?.cancel();
    this.#entries.delete(key);
  }

  async #run(key: string, entry: Entry): Promise<void> {
    const { check, clock, intervalMs, firstRetryMs, signal } = this.#options;
    entry.cancel();
    entry.isRunning = true;
    do {
      entry.isDue = false;
      await this.#slot();
      try {
        const isWell = await check(key).catch(() => false);
        entry.failures = isWell ? 0 : entry.failures + 1;
      } finally {
        this.#release();
      }
    } while (entry.isDue && this.#entries.get(key) === entry && !signal.aborted);
    entry.isRunning = false;
    if (this.#entries.get(key) !== entry || signal.aborted) return;
    const { failures } = entry;
    const delayMs =
      failures === 0 ? intervalMs : Math.min(intervalMs, firstRetryMs * 2 ** Math.min(failures - 1, 20));
    entry.cancel = clock.after(delayMs, () => void this.#run(key, entry));
  }

  async #slot(): Promise<void> {
    if (this.#running >= maxRunning) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
  }

  #release(): void {
    this.#running--;
    this.#waiting.shift()?.();
  }

  #clear(): void {
    for (const { cancel } of this.#entries.values()) cancel();
    this.#entries.clear();
  }
}

const maxRunning = 5;
