import type { KeyValue } from '../../etcdserverpb/types.ts';
import type { KeyIndex } from '../index/key-index.ts';
import type { KeyRange, KeyString } from '../index/key-range.ts';

/** What there is to know of a key without its bytes and its value. */
export type KeyMetadata = Pick<KeyValue, 'createRevision' | 'modRevision' | 'version' | 'lease'>;

/** What a request sees of the keys: the committed index, or the same with a batch's own changes on top. */
export interface ReadView {
  /** The newest revision this view has; what header revisions and `revision: 0` mean. */
  readonly revision: number;
  readonly compactRevision: number;
  /** The key at `revision`; its value may be `unloaded`. */
  get(key: KeyString, revision: number): KeyValue | undefined;
  /** The key at the view's own revision. Look at it at once: it is not a copy. */
  current(key: KeyString): KeyMetadata | undefined;
  /** As `KeyIndex.collect`. */
  collect(range: KeyRange, at: { revision: number; limit: number }, found: KeyValue[]): number;
  /** As `KeyIndex.count`. */
  count(range: KeyRange, revision: number): number;
}

/** The committed index at one moment. Use it synchronously: it moves on with every commit. */
export class CommittedView implements ReadView {
  readonly revision: number;
  readonly compactRevision: number;
  readonly #index: KeyIndex;

  constructor(index: KeyIndex, revision: number, compactRevision: number) {
    this.#index = index;
    this.revision = revision;
    this.compactRevision = compactRevision;
  }

  get(key: KeyString, revision: number): KeyValue | undefined {
    return this.#index.keyValue(key, revision);
  }

  current(key: KeyString): KeyMetadata | undefined {
    const history = this.#index.get(key);
    return history?.live ? history : undefined;
  }

  collect(range: KeyRange, at: { revision: number; limit: number }, found: KeyValue[]): number {
    return this.#index.collect(range, at, found);
  }

  count(range: KeyRange, revision: number): number {
    return this.#index.count(range, revision);
  }
}
