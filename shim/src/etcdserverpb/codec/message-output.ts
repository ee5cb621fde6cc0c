/**
 * Where a message is written. Its size must be known, so that it is written once, front to back, into memory
 * of just that size; protobuf puts the length of a message in a message before it, so these sizes are kept
 * from the first pass:
 *
 *     size pass    outer ─ inner A ─ inner B        sizes: [A, B], in the order in which they will be written
 *     write pass   outer … tag, A's size, A, tag, B's size, B
 */
export class MessageOutput {
  #sizes: number[] = [];
  #count = 0;
  #next = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  /** Before the size pass. */
  reset(): void {
    this.#count = 0;
    this.#next = 0;
    // A list of millions was sized once: not everything later shall keep room for it.
    if (this.#sizes.length > maxKeptSizes) this.#sizes = [];
  }

  /**
   * Size pass: keeps a place for the size of a message in this one, whose own inner messages come after it.
   */
  reserveSize(): number {
    return this.#count++;
  }

  /** Size pass: the message's size is known; returns it together with the varint that says it. */
  setSize(place: number, size: number): number {
    this.#sizes[place] = size;
    return size + uint32Size(size);
  }

  /** After the size pass: where to write. */
  begin(bytes: Buffer, at: number): void {
    this.#bytes = bytes;
    this.#at = at;
    this.#next = 0;
  }

  /** After the write pass: where it ended. Forgets where it has written. */
  end(): number {
    this.#bytes = noBytes;
    return this.#at;
  }

  /** The length of the message that follows. */
  length(): void {
    this.uint32(this.#sizes[this.#next++] as number);
  }

  uint32(value: number): void {
    let at = this.#at;
    let rest = value;
    const bytes = this.#bytes;
    while (rest > 127) {
      bytes[at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    this.#at = at;
  }

  bool(value: boolean): void {
    this.#bytes[this.#at++] = value ? 1 : 0;
  }

  /** A number as int64 or (when it is not negative) uint64. */
  int64(value: number): void {
    if (value >= 0 && value <= 0xffffffff) return this.uint32(value);
    const high = Math.floor(value / 0x1_0000_0000);
    this.#words(value - high * 0x1_0000_0000, high >>> 0);
  }

  /** A bigint as int64 or uint64: the lowest 64 bits of its two's complement. */
  id(value: bigint): void {
    scratch[0] = value;
    this.#words(scratchWords[0] as number, scratchWords[1] as number);
  }

  bytes(value: Uint8Array): void {
    this.uint32(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  string(value: string): void {
    this.uint32(Buffer.byteLength(value));
    this.#at += this.#bytes.write(value, this.#at);
  }

  #words(lowWord: number, highWord: number): void {
    let low = lowWord;
    let high = highWord;
    while (high > 0) {
      this.#bytes[this.#at++] = (low & 127) | 128;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.uint32(low);
  }
}

const noBytes = Buffer.alloc(0);
const maxKeptSizes = 65_536;
const scratchWords = new Uint32Array(2);
const scratch = new BigUint64Array(scratchWords.buffer);

/** How long a varint of 32 bits is. */
export function uint32Size(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}

/** How long `MessageOutput.int64` writes it. */
export function int64Size(value: number): number {
  if (value < 0) return 10;
  if (value <= 0xffffffff) return uint32Size(value);
  let bytes = 5;
  for (let rest = value / 0x8_0000_0000; rest >= 1; rest /= 128) bytes++;
  return bytes;
}

/** How long `MessageOutput.id` writes it. */
export function idSize(value: bigint): number {
  scratch[0] = value;
  const low = scratchWords[0] as number;
  const high = scratchWords[1] as number;
  if (high === 0) return uint32Size(low);
  if (high < 0x8) return 5;
  return 5 + uint32Size(high >>> 3);
}

/** How long bytes are with their length before them. */
export function bytesSize(value: Uint8Array): number {
  return value.length + uint32Size(value.length);
}

/** The same for text, as UTF-8. */
export function stringSize(value: string): number {
  const size = Buffer.byteLength(value);
  return size + uint32Size(size);
}
