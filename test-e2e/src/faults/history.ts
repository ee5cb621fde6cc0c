/** What a client asked, when, and what the answer was. Times are of one clock, in milliseconds. */
export type Operation = {
  readonly calledAt: number;
  /** Infinity: no answer came, and nobody knows whether it was done. */
  readonly returnedAt: number;
} & (Write | Read);

/** Puts all of these, in one revision; if `expected` is there, only where the key had that value. */
export interface Write {
  readonly kind: 'write';
  readonly writes: ReadonlyMap<string, string>;
  readonly expected?: { readonly key: string; readonly value: string | undefined };
  /** Of the answer. */
  readonly revision?: number;
}

/** All keys, as of the revision of the answer. */
export interface Read {
  readonly kind: 'read';
  readonly revision: number;
  readonly values: ReadonlyMap<string, string>;
}

/** One change, as a watch tells of it. */
export interface Change {
  readonly revision: number;
  readonly key: string;
  readonly value: string;
}
