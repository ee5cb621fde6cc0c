/** Who has a value in a segment. */
export interface ValueOwner {
  /** undefined: nowhere. */
  segment: ValueSegment | undefined;
  valueAt: number;
  valueBytes: number;
  /** The value was used since somebody last looked. */
  used: boolean;
}

/** A piece of memory with values, each at the place that its owner names. */
export interface ValueSegment {
  readonly memory: Buffer;
  /** Whose values were put here, in order; some have moved on. */
  readonly owners: ValueOwner[];
  /** Bytes of values that are still wanted. */
  wantedBytes: number;
}

/** For values without bytes. */
const noMemory: ValueSegment = { memory: Buffer.alloc(0), owners: [], wantedBytes: 0 };

/** The owner's value, a view of its segment; undefined if it has none. */
export function valueOf({ segment, valueAt, valueBytes }: ValueOwner): Uint8Array | undefined {
  if (segment === undefined) return undefined;
  return segment === noMemory ? noMemory.memory : segment.memory.subarray(valueAt, valueAt + valueBytes);
}

/** A segment is at most as large. */
const largestSegmentBytes = 256 * 1024;

/**
 * Memory for many values, handed out from front to back and given up segment by segment:
 *
 *     oldest                                              current
 *     [a b - - c]   [- - d -]   [e f g h i]   …           [x y →     ]      - gone, or moved to the end
 *
 * A segment in which nothing is wanted any more is given up at once.
 */
export class ValueSegments {
  #segmentBytes = 0;
  /** Without the current one; oldest first. */
  readonly #full = new Set<ValueSegment>();
  #current: ValueSegment | undefined;
  #currentBytes = 0;
  #bytes = 0;

  /** Segments of the largest size, or smaller ones for who has not much memory. */
  constructor(segmentBytes: number) {
    this.resize(segmentBytes);
  }

  /** Changes the size of the segments that are yet to come. */
  resize(segmentBytes: number): void {
    this.#segmentBytes = Math.min(Math.floor(segmentBytes), largestSegmentBytes);
  }

  /** Bytes of all segments. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Not worth tidying up. */
  get spareBytes(): number {
    return 16 * this.#segmentBytes;
  }

  /** Copies the value, and tells the owner, who has none now, where it is. */
  add(owner: ValueOwner, value: Uint8Array): void {
    owner.valueBytes = value.byteLength;
    if (value.byteLength === 0) {
      owner.segment = noMemory;
      return;
    }
    const segment = this.#roomFor(value.byteLength);
    segment.owners.push(owner);
    segment.wantedBytes += value.byteLength;
    owner.segment = segment;
    if (segment === this.#current) {
      owner.valueAt = this.#currentBytes;
      this.#currentBytes += value.byteLength;
    } else {
      owner.valueAt = 0;
    }
    segment.memory.set(value, owner.valueAt);
  }

  /** The value of this owner, who has one, is not wanted any more. */
  remove(owner: ValueOwner): void {
    const segment = owner.segment as ValueSegment;
    owner.segment = undefined;
    segment.wantedBytes -= owner.valueBytes;
    if (segment.wantedBytes === 0 && this.#full.delete(segment)) this.#bytes -= segment.memory.length;
  }

  /** The segment to take back first; the current one only when there is no other. */
  oldest(): ValueSegment | undefined {
    const [oldest] = this.#full;
    return oldest ?? this.#closeCurrent();
  }

  /** The segment of which the smallest part is wanted, if there is one but the current. */
  emptiest(): ValueSegment | undefined {
    let found: ValueSegment | undefined;
    let least = Infinity;
    for (const segment of this.#full) {
      const share = segment.wantedBytes / segment.memory.length;
      if (share < least) {
        found = segment;
        least = share;
      }
    }
    return found;
  }

  #roomFor(bytes: number): ValueSegment {
    // A large value gets a segment for itself, so that no segment ends with much room that nobody uses.
    if (bytes * 8 > this.#segmentBytes) {
      const own = this.#allocate(bytes);
      this.#full.add(own);
      return own;
    }
    if (this.#current === undefined || this.#currentBytes + bytes > this.#current.memory.length) {
      this.#closeCurrent();
      this.#current = this.#allocate(this.#segmentBytes);
      this.#currentBytes = 0;
    }
    return this.#current;
  }

  #closeCurrent(): ValueSegment | undefined {
    const segment = this.#current;
    this.#current = undefined;
    if (segment === undefined) return undefined;
    if (segment.wantedBytes > 0) this.#full.add(segment);
    else this.#bytes -= segment.memory.length;
    return segment;
  }

  #allocate(bytes: number): ValueSegment {
    this.#bytes += bytes;
    return { memory: Buffer.allocUnsafeSlow(bytes), owners: [], wantedBytes: 0 };
  }
}
