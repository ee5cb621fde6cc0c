import type { RequestOp } from '../../etcdserverpb/types.ts';
import { requestError } from '../etcd-errors.ts';

/**
 * Refuses a branch of a transaction that would change one key twice (etcd: `api/v3rpc/key.go`,
 * checkIntervals).
 *
 *     put a, put a                        refused
 *     delete [a, c), put b                refused
 *     delete a, delete a                  fine: the second finds nothing
 *     txn{then: put a, else: put a}       fine: only one of the two happens
 *     txn{then: put a}, txn{then: put a}  refused
 *     txn{then: put a}, put a             refused
 *     delete a, txn{then: put a}          refused
 *     txn{then: put a}, txn{then: del a}  fine: puts are compared only with deletes before or around them
 *     delete [a, \0), put b               fine: this "\0" is taken for a key here, and the range for empty
 *
 * So a key may be deleted and put in one revision, but is never put twice.
 */
export function checkDuplicateKeys(operations: readonly RequestOp[]): void {
  // Nothing to collide with: by far the most common transactions.
  const [only] = operations;
  if (operations.length === 0 || (operations.length === 1 && only !== undefined && !('requestTxn' in only)))
    return;
  collectWrites(operations);
}

interface Writes {
  readonly puts: Set<string>;
  readonly deletes: Intervals;
}

function collectWrites(operations: readonly RequestOp[]): Writes {
  const puts = new Set<string>();
  const deletes = new Intervals();
  for (const operation of operations) {
    if (!('requestDeleteRange' in operation)) continue;
    const { key, rangeEnd } = operation.requestDeleteRange;
    const from = keyText(key);
    deletes.add(from, endText(from, rangeEnd));
  }
  for (const operation of operations) {
    if (!('requestTxn' in operation)) continue;
    const success = collectWrites(operation.requestTxn.success ?? []);
    const failure = collectWrites(operation.requestTxn.failure ?? []);
    for (const key of success.puts) {
      if (puts.has(key) || deletes.contains(key)) throw requestError('duplicateKey');
    }
    for (const key of failure.puts) {
      if (puts.has(key) || deletes.contains(key)) throw requestError('duplicateKey');
    }
    for (const key of success.puts) puts.add(key);
    for (const key of failure.puts) puts.add(key);
    deletes.addAll(success.deletes);
    deletes.addAll(failure.deletes);
  }
  for (const operation of operations) {
    if (!('requestPut' in operation)) continue;
    const key = keyText(operation.requestPut.key);
    if (puts.has(key) || deletes.contains(key)) throw requestError('duplicateKey');
    puts.add(key);
  }
  return { puts, deletes };
}

/** Bytes as text whose order is the bytes' order. */
function keyText(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}

function endText(from: string, rangeEnd: Uint8Array | undefined): string {
  if (rangeEnd === undefined || rangeEnd.length === 0) return `${from}\0`;
  return keyText(rangeEnd);
}

/**
 * Half-open ranges of keys. Sorted and merged only when asked, so that many puts against many deletes stay
 * cheap.
 */
class Intervals {
  private items: [from: string, to: string][] = [];
  private isMerged = true;

  add(from: string, to: string): void {
    if (from >= to) return;
    this.items.push([from, to]);
    this.isMerged = false;
  }

  addAll(others: Intervals): void {
    for (const [from, to] of others.items) this.add(from, to);
  }

  contains(key: string): boolean {
    if (!this.isMerged) this.merge();
    const { items } = this;
    let low = 0;
    let high = items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((items[middle] as [string, string])[0] <= key) low = middle + 1;
      else high = middle;
    }
    const before = items[low - 1];
    return before !== undefined && key < before[1];
  }

  private merge(): void {
    const merged: [string, string][] = [];
    for (const [from, to] of this.items.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
      const last = merged.at(-1);
      if (last === undefined || from > last[1]) merged.push([from, to]);
      else if (to > last[1]) last[1] = to;
    }
    this.items = merged;
    this.isMerged = true;
  }
}
