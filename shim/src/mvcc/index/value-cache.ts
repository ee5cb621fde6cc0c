import { valueOf, type ValueOwner, type ValueSegment, ValueSegments } from './value-segments.ts';

/**
 * Bounds the bytes of current values held in memory: second chance, i.e. values leave in the order in which
 * they came, except that one used since it was last looked at stays for another round. A use costs one store,
 * so that reading ten thousand cached keys reorders nothing.
 *
 * Values lie side by side in large segments: a piece of memory for each would be a million things for the
 * garbage collector to look at. What is in a segment is never overwritten, so that a view of a value stays
 * what it is for as long as somebody holds it.
 */
export class ValueCache {
  #budgetBytes: number;
  readonly #segments: ValueSegments;
  #bytes = 0;

  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
    this.#segments = new ValueSegments(budgetBytes / 256);
  }

  /** Changes how many bytes may be held; values that are too many leave at once. */
  resize(budgetBytes: number): void {
    this.#budgetBytes = budgetBytes;
    this.#segments.resize(budgetBytes / 256);
    if (this.#segments.bytes > budgetBytes) this.#evict();
  }

  /** Bytes of values held now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes of memory taken for them. */
  get allocatedBytes(): number {
    return this.#segments.bytes;
  }

  /** Holds a copy of `value` as the newest of `owner`, replacing the one before. */
  set(owner: ValueOwner, value: Uint8Array): void {
    this.drop(owner);
    if (value.byteLength > this.#budgetBytes) return;
    this.#bytes += value.byteLength;
    this.#segments.add(owner, value);
    if (this.#segments.bytes > this.#budgetBytes) this.#evict();
    else this.#gather();
  }

  /** The key's newest value changed or is gone. */
  drop(owner: ValueOwner): void {
    if (owner.segment === undefined) return;
    this.#bytes -= owner.valueBytes;
    this.#segments.remove(owner);
  }

  #evict(): void {
    while (this.#segments.bytes > this.#budgetBytes) {
      const oldest = this.#segments.oldest();
      if (oldest === undefined) return;
      this.#empty(oldest, (owner) => {
        const stays = owner.used;
        owner.used = false;
        return stays;
      });
    }
  }

  /** Moves values together where more than half of the room is taken by others that are gone. */
  #gather(): void {
    while (this.#segments.bytes > 2 * this.#bytes + this.#segments.spareBytes) {
      const emptiest = this.#segments.emptiest();
      if (emptiest === undefined) return;
      this.#empty(emptiest, () => true);
    }
  }

  #empty(segment: ValueSegment, stays: (owner: ValueOwner) => boolean): void {
    for (const owner of segment.owners) {
      if (owner.segment !== segment) continue;
      if (stays(owner)) {
        const value = valueOf(owner) as Uint8Array;
        this.#segments.remove(owner);
        this.#segments.add(owner, value);
      } else {
        this.drop(owner);
      }
    }
  }
}
