const polynomial = 0x82f63b78;
const slices = 8;

/** `tables[k][b]`: what byte `b` contributes when `k` zero bytes follow it. */
const tables: readonly Uint32Array[] = createTables();

/**
 * A CRC-32 with Castagnoli's polynomial, as etcd hashes with; eight bytes at a time. (`node:zlib` has only
 * the other polynomial.)
 */
export class Crc32c {
  #state = 0xffffffff;

  update(bytes: Uint8Array): this {
    const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as readonly [
      Uint32Array,
      Uint32Array,
      Uint32Array,
      Uint32Array,
      Uint32Array,
      Uint32Array,
      Uint32Array,
      Uint32Array,
    ];
    const b = bytes as unknown as readonly number[] & { length: number };
    const { length } = bytes;
    let crc = this.#state;
    let at = 0;
    for (; at + slices <= length; at += slices) {
      const i = at;
      const low =
        crc ^
        ((b[i] as number) |
          ((b[i + 1] as number) << 8) |
          ((b[i + 2] as number) << 16) |
          ((b[i + 3] as number) << 24));
      crc =
        (t7[low & 0xff] as number) ^
        (t6[(low >>> 8) & 0xff] as number) ^
        (t5[(low >>> 16) & 0xff] as number) ^
        (t4[low >>> 24] as number) ^
        (t3[b[i + 4] as number] as number) ^
        (t2[b[i + 5] as number] as number) ^
        (t1[b[i + 6] as number] as number) ^
        (t0[b[i + 7] as number] as number);
    }
    for (; at < length; at++) crc = (crc >>> 8) ^ (t0[(crc ^ (b[at] as number)) & 0xff] as number);
    this.#state = crc;
    return this;
  }

  /** The checksum of everything so far, unsigned. */
  digest(): number {
    return (this.#state ^ 0xffffffff) >>> 0;
  }
}

function createTables(): Uint32Array[] {
  const first = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    first[byte] = crc;
  }
  const all = [first];
  for (let slice = 1; slice < slices; slice++) {
    const before = all[slice - 1] as Uint32Array;
    all.push(before.map((crc) => (crc >>> 8) ^ (first[crc & 0xff] as number)));
  }
  return all;
}
