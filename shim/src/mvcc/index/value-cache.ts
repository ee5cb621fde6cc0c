import type { KeyHistory } from './key-history.ts';

/**
 * Bounds the bytes of current values held in memory: second chance, i.e. values leave in the order in which they
 * came, except that one used since it was last looked at stays for another round. A use costs one store, so that
 * reading ten thousand cached keys reorders nothing.
 */
export class ValueCache {
  readonly #budgetBytes: number;
  #bytes = 0;
  /** Keys to look at, oldest first, from `#head` on. */
  #queue: KeyHistory[] = [];
  #head = 0;

  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
  }

  /** Bytes of values held now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Holds `value` as the newest of `history`, replacing the one before. */
  set(history: KeyHistory, value: Uint8Array): void {
    this.#bytes += value.byteLength - (history.value?.byteLength ?? 0);
    history.value = own(value);
    if (!history.queued) {
      history.queued = true;
      this.#queue.push(history);
    }
    if (this.#bytes > this.#budgetBytes) this.#evict();
  }

  /** The key's newest value changed or is gone. */
  drop(history: KeyHistory): void {
    this.#bytes -= history.value?.byteLength ?? 0;
    history.value = undefined;
  }

  #evict(): void {
    while (this.#bytes > this.#budgetBytes && this.#head < this.#queue.length) {
      const history = this.#queue[this.#head++] as KeyHistory;
      if (history.used && history.value !== undefined) {
        history.used = false;
        this.#queue.push(history);
        continue;
      }
      history.queued = false;
      this.drop(history);
    }
    if (this.#head > 4096 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
  }
}

/** A value cut out of a message keeps the whole message alive: copy it if that would be much more. */
function own(value: Uint8Array): Uint8Array {
  return value.buffer.byteLength > value.byteLength * 2 + 1024 ? new Uint8Array(value) : value;
}
