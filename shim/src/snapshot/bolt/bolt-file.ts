import {
  bucketHeaderBytes,
  bucketLeafFlag,
  createEmptyFreelist,
  createMetaPages,
  pageSize,
  rootPage,
} from './bolt-format.ts';
import { BoltTree, PageCounter } from './bolt-tree.ts';

export interface BoltEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** One bucket of the file: a name, and entries in ascending order of their keys, which are read twice. */
export interface BoltBucket {
  readonly name: string;
  /** Batches that say how large the entries are that `entries` will give, in the same order. */
  sizes(): AsyncIterable<readonly EntrySize[]>;
  /** The entries, in batches of moderate size. */
  entries(): AsyncIterable<readonly BoltEntry[]>;
}

export interface EntrySize {
  readonly keyBytes: number;
  readonly valueBytes: number;
}

/** Where everything will be: the meta pages, which come first in the file, must tell. */
export interface BoltPlan {
  readonly pageCount: number;
  readonly totalBytes: number;
  /** The root page of each bucket. */
  readonly roots: readonly number[];
}

/** A bucket of few entries, which are in memory. They need not be in order. */
export function smallBucket(name: string, unordered: readonly BoltEntry[]): BoltBucket {
  const entries = [...unordered].sort((a, b) => Buffer.compare(a.key, b.key));
  return {
    name,
    async *sizes() {
      yield await Promise.resolve(
        entries.map(({ key, value }) => ({ keyBytes: key.length, valueBytes: value.length })),
      );
    },
    async *entries() {
      yield await Promise.resolve(entries);
    },
  };
}

/** Lays out the pages of all buckets (in ascending order of their names) without writing any. */
export async function planBoltFile(buckets: readonly BoltBucket[]): Promise<BoltPlan> {
  const pages = new PageCounter(rootPage);
  const root = new BoltTree(pages);
  for (const { name } of buckets) root.measure(Buffer.from(name), bucketHeaderBytes);
  if (root.finish() !== rootPage) throw new Error('the names of the buckets do not fit into one leaf');
  const roots: number[] = [];
  const keys = new Map<number, Uint8Array>();
  for (const bucket of buckets) {
    const tree = new BoltTree(pages);
    for await (const batch of bucket.sizes()) {
      for (const { keyBytes, valueBytes } of batch) {
        let key = keys.get(keyBytes);
        if (key === undefined) keys.set(keyBytes, (key = Buffer.alloc(keyBytes)));
        tree.measure(key, valueBytes);
      }
    }
    roots.push(tree.finish());
  }
  return { roots, pageCount: pages.next, totalBytes: pages.next * pageSize };
}

/**
 * Writes the planned file, in pieces of a page or more. Throws if the entries are not those that were
 * planned: the beginning of the file, long sent by then, would not fit the rest.
 */
export async function* writeBoltFile(
  plan: BoltPlan,
  buckets: readonly BoltBucket[],
): AsyncGenerator<Buffer, void, undefined> {
  let written: Buffer[] = [createMetaPages(plan.pageCount), createEmptyFreelist()];
  const sink = (page: Buffer): void => void written.push(page);
  const pages = new PageCounter(rootPage);
  const root = new BoltTree(pages, sink);
  for (const [index, { name }] of buckets.entries()) {
    root.add(Buffer.from(name), createBucketHeader(plan.roots[index] as number), bucketLeafFlag);
  }
  root.finish();
  for (const [index, bucket] of buckets.entries()) {
    const tree = new BoltTree(pages, sink);
    for await (const batch of bucket.entries()) {
      for (const { key, value } of batch) tree.add(key, value);
      yield* written;
      written = [];
    }
    if (tree.finish() !== plan.roots[index])
      throw new Error(`bucket ${bucket.name} is not as it was planned`);
  }
  if (pages.next !== plan.pageCount) throw new Error('the file is not as long as it was planned');
  yield* written;
}

function createBucketHeader(root: number): Buffer {
  const header = Buffer.alloc(bucketHeaderBytes);
  header.writeBigUInt64LE(BigInt(root), 0);
  return header;
}
