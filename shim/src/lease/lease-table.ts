import type { LeaseChange } from '../mvcc/history-port.ts';
import type { KeyString } from '../mvcc/index/key-range.ts';

const noKeys: ReadonlySet<KeyString> = new Set();

/**
 * The leases of the committed state, and which keys are attached to each. No deadlines: those are only in the
 * database. The committer updates it.
 */
export class LeaseTable {
  readonly #ttlSeconds = new Map<bigint, number>();
  readonly #keys = new Map<bigint, Set<KeyString>>();

  get size(): number {
    return this.#ttlSeconds.size;
  }

  ids(): Iterable<bigint> {
    return this.#ttlSeconds.keys();
  }

  has(id: bigint): boolean {
    return this.#ttlSeconds.has(id);
  }

  /** The granted TTL; undefined when there is no such lease. */
  ttlSeconds(id: bigint): number | undefined {
    return this.#ttlSeconds.get(id);
  }

  /** Keys whose newest put named this lease. */
  keysOf(id: bigint): ReadonlySet<KeyString> {
    return this.#keys.get(id) ?? noKeys;
  }

  apply(change: LeaseChange): void {
    if (change.revoked) this.#ttlSeconds.delete(change.id);
    else this.#ttlSeconds.set(change.id, change.ttlSeconds);
  }

  /** A key's lease changed; 0n stands for none. */
  move(key: KeyString, from: bigint, to: bigint): void {
    if (from === to) return;
    if (from !== 0n) {
      const keys = this.#keys.get(from);
      keys?.delete(key);
      if (keys?.size === 0) this.#keys.delete(from);
    }
    if (to !== 0n) {
      const keys = this.#keys.get(to);
      if (keys === undefined) this.#keys.set(to, new Set([key]));
      else keys.add(key);
    }
  }
}
