import type { Change } from './change.ts';

/**
 * The newest changes, kept in memory so that a watcher that is only a little behind needs no database. Whole
 * revisions; the oldest leave when there are too many or they are too big.
 */
export class RecentChanges {
  readonly #maxChanges: number;
  readonly #maxBytes: number;
  #changes: Change[] = [];
  #head = 0;
  #bytes = 0;
  /** Everything at or after this revision is here. */
  #from: number;

  constructor(limits: { maxChanges: number; maxBytes: number; nextRevision: number }) {
    this.#maxChanges = limits.maxChanges;
    this.#maxBytes = limits.maxBytes;
    this.#from = limits.nextRevision;
  }

  /** Whether every change from `revision` on is here. */
  covers(revision: number): boolean {
    return revision >= this.#from;
  }

  add(changes: readonly Change[]): void {
    for (const change of changes) {
      this.#changes.push(change);
      this.#bytes += change.bytes;
    }
    while (this.#changes.length - this.#head > this.#maxChanges || this.#bytes > this.#maxBytes) {
      const leaving = this.#changes[this.#head]?.row.revision;
      if (leaving === undefined) break;
      while (this.#changes[this.#head]?.row.revision === leaving) {
        this.#bytes -= this.#changes[this.#head++]?.bytes ?? 0;
      }
      this.#from = leaving + 1;
    }
    if (this.#head > 1024 && this.#head * 2 > this.#changes.length) {
      this.#changes = this.#changes.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Forgets everything; what follows begins at `nextRevision`. */
  clear(nextRevision: number): void {
    this.#changes = [];
    this.#head = 0;
    this.#bytes = 0;
    this.#from = nextRevision;
  }

  /** The changes from `revision` on, in order. */
  *since(revision: number): Generator<Change> {
    let low = this.#head;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#changes[middle]?.row.revision ?? Infinity) < revision) low = middle + 1;
      else high = middle;
    }
    for (let i = low; i < this.#changes.length; i++) yield this.#changes[i] as Change;
  }
}
