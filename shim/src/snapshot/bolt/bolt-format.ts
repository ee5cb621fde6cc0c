/**
 * The layout of a bbolt file, version 2 (etcd-io/bbolt: `internal/common`). All numbers are little-endian.
 *
 *     file     meta page 0 | meta page 1 | freelist page | the other pages
 *     page     id u64 | flags u16 | count u16 | overflow u32 | elements | data of the elements
 *              A page of more than 4096 bytes goes on over `overflow` pages without headers.
 *     branch   elements: pos u32 | key size u32 | child page u64;                 data: the child's first key
 *     leaf     elements: flags u32 | pos u32 | key size u32 | value size u32;     data: key, value
 *              `pos` counts from the beginning of the element itself. Flag 1: the value is a bucket.
 *     bucket   root page u64 | sequence u64
 *     meta     magic u32 | version u32 | page size u32 | flags u32 | root bucket | freelist page u64 |
 *              number of pages u64 | transaction u64 | FNV-1a of all this u64
 *
 * Of the two meta pages, the one that is whole and has the higher transaction counts.
 */
export const pageSize = 4096;
export const pageHeaderBytes = 16;
/** An element of a leaf, or of a branch. */
export const elementBytes = 16;
export const metaBytes = 64;
export const bucketHeaderBytes = 16;

export const pageFlag = { branch: 0x01, leaf: 0x02, meta: 0x04, freelist: 0x10 } as const;
export const bucketLeafFlag = 0x01;

export const magic = 0xed0cdaed;
export const formatVersion = 2;
const freelistPage = 2;
/** The leaf of the root bucket, which names the others. */
export const rootPage = 3;

const fnvOffset = 0xcbf29ce484222325n;
const fnvPrime = 0x100000001b3n;

/** FNV-1a, 64 bits: the checksum of a meta page. */
export function fnv1a(bytes: Uint8Array): bigint {
  let hash = fnvOffset;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * fnvPrime);
  return hash;
}

/** A page's header in fresh memory of whole pages, zeroed. */
export function createPage(id: number, flags: number, options: { count: number; bytes: number }): Buffer {
  const pages = Math.max(1, Math.ceil(options.bytes / pageSize));
  const page = Buffer.alloc(pages * pageSize);
  page.writeBigUInt64LE(BigInt(id), 0);
  page.writeUInt16LE(flags, 8);
  page.writeUInt16LE(options.count, 10);
  page.writeUInt32LE(pages - 1, 12);
  return page;
}

/** Both meta pages of a file of so many pages whose root bucket is `rootPage` and that has no free pages. */
export function createMetaPages(pageCount: number): Buffer {
  return Buffer.concat([createMetaPage(0, 2n, pageCount), createMetaPage(1, 1n, pageCount)]);
}

function createMetaPage(id: number, transaction: bigint, pageCount: number): Buffer {
  const page = createPage(id, pageFlag.meta, { count: 0, bytes: pageHeaderBytes + metaBytes });
  const meta = page.subarray(pageHeaderBytes, pageHeaderBytes + metaBytes);
  meta.writeUInt32LE(magic, 0);
  meta.writeUInt32LE(formatVersion, 4);
  meta.writeUInt32LE(pageSize, 8);
  meta.writeBigUInt64LE(BigInt(rootPage), 16);
  meta.writeBigUInt64LE(BigInt(freelistPage), 32);
  meta.writeBigUInt64LE(BigInt(pageCount), 40);
  meta.writeBigUInt64LE(transaction, 48);
  meta.writeBigUInt64LE(fnv1a(meta.subarray(0, 56)), 56);
  return page;
}

/** The page that names free pages, when there are none. */
export function createEmptyFreelist(): Buffer {
  return createPage(freelistPage, pageFlag.freelist, { count: 0, bytes: pageHeaderBytes });
}
