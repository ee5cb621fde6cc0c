import type { KeyValue } from '../../etcdserverpb/types.ts';
import type { HistoryRow, RowRef } from '../history-row.ts';
import { unloaded, unloadedRow } from '../index/key-index.ts';
import { toKeyString } from '../index/key-range.ts';

const noValue = new Uint8Array(0);

/**
 * Collects what the evaluation of a request could not find in memory, so that it is read in one go:
 *
 *     evaluate → complete? answer
 *              → else read `refs()` → `add(rows)` → `again`? evaluate again : `patch()` what was returned
 */
export class MissingRows {
  readonly #rows = new Map<string, HistoryRow>();
  #wanted: { kv: KeyValue; keyOnly: boolean }[] = [];
  #values = false;
  #again = false;

  /** Nothing was missing. */
  get complete(): boolean {
    return this.#wanted.length === 0;
  }

  /** The result itself (an order, a comparison) may depend on what is missing. */
  get again(): boolean {
    return this.#again;
  }

  /** Whether values are needed, or only leases. */
  get values(): boolean {
    return this.#values;
  }

  /** Gives the key-value its value (and lease), now or in `patch`. */
  fill(kv: KeyValue): void {
    if (kv.value !== unloaded && kv.value !== unloadedRow) return;
    if (this.#take(kv, false)) return;
    this.#values = true;
    this.#wanted.push({ kv, keyOnly: false });
  }

  /** The same, where the value decides about the result. */
  fillNow(kv: KeyValue): void {
    const before = this.#wanted.length;
    this.fill(kv);
    if (this.#wanted.length > before) this.#again = true;
  }

  /** Takes the key-value's value away, and gives it its lease. */
  fillKeyOnly(kv: KeyValue): void {
    const needsLease = kv.value === unloadedRow;
    if (needsLease && !this.#take(kv, true)) this.#wanted.push({ kv, keyOnly: true });
    else kv.value = noValue;
  }

  /** The rows to read. */
  refs(): RowRef[] {
    return this.#wanted.map(({ kv }) => ({ revision: kv.modRevision, key: toKeyString(kv.key) }));
  }

  /** Rows that were read: evaluations from now on find them. */
  add(rows: Iterable<HistoryRow>): void {
    for (const row of rows) this.#rows.set(rowName(row), row);
  }

  /**
   * Completes the key-values handed out so far. Returns false if a row was not found: compacted meanwhile.
   */
  patch(): boolean {
    for (const { kv, keyOnly } of this.#wanted) if (!this.#take(kv, keyOnly)) return false;
    this.reset();
    return true;
  }

  /** Whether every row asked for has been added. */
  found(): boolean {
    return this.#wanted.every(({ kv }) =>
      this.#rows.has(rowName({ revision: kv.modRevision, key: toKeyString(kv.key) })),
    );
  }

  /** Before another evaluation. Rows already added stay. */
  reset(): void {
    this.#wanted = [];
    this.#again = false;
    this.#values = false;
  }

  #take(kv: KeyValue, keyOnly: boolean): boolean {
    if (this.#rows.size === 0) return false;
    const row = this.#rows.get(rowName({ revision: kv.modRevision, key: toKeyString(kv.key) }));
    if (row === undefined || (!keyOnly && row.value === unloaded)) return false;
    kv.value = keyOnly ? noValue : row.value;
    kv.lease = row.lease;
    return true;
  }
}

function rowName(ref: RowRef): string {
  return `${ref.revision} ${ref.key}`;
}
