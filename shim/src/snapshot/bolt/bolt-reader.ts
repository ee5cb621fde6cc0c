import {
  bucketHeaderBytes,
  bucketLeafFlag,
  elementBytes,
  fnv1a,
  formatVersion,
  magic,
  metaBytes,
  pageFlag,
  pageHeaderBytes,
} from './bolt-format.ts';
import type { BoltEntry } from './bolt-file.ts';

interface Page {
  readonly id: number;
  readonly flags: number;
  readonly count: number;
  readonly overflow: number;
  readonly bytes: Buffer;
}

interface Meta {
  readonly pageSize: number;
  readonly root: number;
  readonly freelist: bigint;
  readonly pageCount: number;
  readonly transaction: bigint;
}

/** bbolt's word for a file whose free pages must be found by looking. */
const noFreelist = 0xffff_ffff_ffff_ffffn;

/** The bytes are not a whole bbolt file. */
export class BoltFileError extends Error {
  override readonly name = 'BoltFileError';
}

/**
 * Reads a bbolt file that is in memory, ours or bbolt's own, and checks it as it reads: checksums, the order
 * of keys, that each page is used once and every other one is free. Throws a BoltFileError. What comes after
 * the last page is ignored.
 */
export class BoltReader {
  readonly pageSize: number;
  readonly pageCount: number;
  readonly #bytes: Buffer;
  readonly #seen = new Set<number>();
  readonly #meta: Meta;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#meta = readNewestMeta(bytes);
    this.pageSize = this.#meta.pageSize;
    this.pageCount = this.#meta.pageCount;
    if (this.pageCount * this.pageSize > bytes.length) {
      throw new BoltFileError(`${this.pageCount} pages do not fit into ${bytes.length} bytes`);
    }
  }

  /** Everything, bucket by bucket. Call it once. */
  readBuckets(): Map<string, BoltEntry[]> {
    this.#seen.add(0).add(1);
    const buckets = new Map<string, BoltEntry[]>();
    for (const { key, value, flags } of this.#readTree(this.#meta.root)) {
      if (flags !== bucketLeafFlag) throw new BoltFileError('the root bucket holds more than buckets');
      const root = Number(value.readBigUInt64LE(0));
      const entries = root === 0 ? this.#readInline(value) : this.#readTree(root);
      buckets.set(key.toString(), [...entries]);
    }
    this.#checkFreelist();
    return buckets;
  }

  *#readTree(
    root: number,
    within?: { from: Buffer; to: Buffer | undefined },
  ): Generator<{ key: Buffer; value: Buffer; flags: number }> {
    const page = this.#page(root);
    if (page.flags === pageFlag.leaf) {
      yield* inOrder(readLeaf(page), within);
    } else if (page.flags === pageFlag.branch) {
      const children = [...inOrder(readBranch(page), within)];
      if (children.length < 2) throw new BoltFileError(`branch ${root} has fewer than two children`);
      for (const [index, { key, child }] of children.entries()) {
        yield* this.#readTree(child, { from: key, to: children[index + 1]?.key ?? within?.to });
      }
    } else {
      throw new BoltFileError(`page ${root} is no part of a tree`);
    }
  }

  /** A small bucket is kept in its parent's value: a page without an id behind the bucket's header. */
  *#readInline(value: Buffer): Generator<{ key: Buffer; value: Buffer; flags: number }> {
    const bytes = value.subarray(bucketHeaderBytes);
    yield* inOrder(readLeaf({ ...readHeader(bytes), bytes }), undefined);
  }

  #page(id: number): Page {
    const start = id * this.pageSize;
    if (id >= this.pageCount) throw new BoltFileError(`there is no page ${id}`);
    const header = readHeader(this.#bytes.subarray(start));
    if (header.id !== id) throw new BoltFileError(`page ${id} calls itself ${header.id}`);
    for (let part = id; part <= id + header.overflow; part++) {
      if (this.#seen.has(part)) throw new BoltFileError(`page ${part} is used twice`);
      this.#seen.add(part);
    }
    return { ...header, bytes: this.#bytes.subarray(start, start + (header.overflow + 1) * this.pageSize) };
  }

  #checkFreelist(): void {
    if (this.#meta.freelist === noFreelist) return;
    const page = this.#page(Number(this.#meta.freelist));
    if (page.flags !== pageFlag.freelist) throw new BoltFileError('the freelist is none');
    const isLong = page.count === 0xffff;
    const count = isLong ? Number(page.bytes.readBigUInt64LE(pageHeaderBytes)) : page.count;
    for (let index = 0; index < count; index++) {
      const id = Number(page.bytes.readBigUInt64LE(pageHeaderBytes + 8 * (index + (isLong ? 1 : 0))));
      if (this.#seen.has(id)) throw new BoltFileError(`page ${id} is free and used`);
      this.#seen.add(id);
    }
    for (let id = 0; id < this.pageCount; id++) {
      if (!this.#seen.has(id)) throw new BoltFileError(`page ${id} is neither used nor free`);
    }
  }
}

function readHeader(bytes: Buffer): Omit<Page, 'bytes'> {
  return {
    id: Number(bytes.readBigUInt64LE(0)),
    flags: bytes.readUInt16LE(8),
    count: bytes.readUInt16LE(10),
    overflow: bytes.readUInt32LE(12),
  };
}

function* readLeaf({ bytes, count }: Page): Generator<{ key: Buffer; value: Buffer; flags: number }> {
  for (let index = 0; index < count; index++) {
    const at = pageHeaderBytes + elementBytes * index;
    const key = at + bytes.readUInt32LE(at + 4);
    const value = key + bytes.readUInt32LE(at + 8);
    const end = value + bytes.readUInt32LE(at + 12);
    if (end > bytes.length) throw new BoltFileError('an entry reaches beyond its page');
    yield {
      flags: bytes.readUInt32LE(at),
      key: bytes.subarray(key, value),
      value: bytes.subarray(value, end),
    };
  }
}

function* readBranch({ bytes, count }: Page): Generator<{ key: Buffer; child: number }> {
  for (let index = 0; index < count; index++) {
    const at = pageHeaderBytes + elementBytes * index;
    const key = at + bytes.readUInt32LE(at);
    yield {
      key: bytes.subarray(key, key + bytes.readUInt32LE(at + 4)),
      child: Number(bytes.readBigUInt64LE(at + 8)),
    };
  }
}

function* inOrder<T extends { key: Buffer }>(
  elements: Iterable<T>,
  within: { from: Buffer; to: Buffer | undefined } | undefined,
): Generator<T> {
  let last: Buffer | undefined;
  for (const element of elements) {
    const { key } = element;
    const isBelow = within !== undefined && Buffer.compare(key, within.from) < 0;
    const isAbove = within?.to !== undefined && Buffer.compare(key, within.to) >= 0;
    if (isBelow || isAbove) throw new BoltFileError('a key is not between those of its branch');
    if (last !== undefined && Buffer.compare(last, key) >= 0)
      throw new BoltFileError('keys are not in order');
    last = key;
    yield element;
  }
}

function readNewestMeta(bytes: Buffer): Meta {
  const first = readMeta(bytes, 0);
  // The second page begins where the first one says; if that one is broken, where pages of 4 KiB would.
  const second = readMeta(bytes, first?.pageSize ?? 4096);
  if (first === undefined || second === undefined) {
    const only = first ?? second;
    if (only === undefined) throw new BoltFileError('neither meta page is whole');
    return only;
  }
  return first.transaction > second.transaction ? first : second;
}

function readMeta(bytes: Buffer, at: number): Meta | undefined {
  const meta = bytes.subarray(at + pageHeaderBytes, at + pageHeaderBytes + metaBytes);
  if (meta.length < metaBytes || meta.readUInt32LE(0) !== magic || meta.readUInt32LE(4) !== formatVersion)
    return undefined;
  if (meta.readBigUInt64LE(56) !== fnv1a(meta.subarray(0, 56))) return undefined;
  return {
    pageSize: meta.readUInt32LE(8),
    root: Number(meta.readBigUInt64LE(16)),
    freelist: meta.readBigUInt64LE(32),
    pageCount: Number(meta.readBigUInt64LE(40)),
    transaction: meta.readBigUInt64LE(48),
  };
}
