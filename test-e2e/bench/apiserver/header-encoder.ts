/** A header's name, in lower case, and its value. */
export type HeaderField = readonly [name: string, value: string];

/** Indexes of the static table (RFC 7541, appendix A). */
const staticIndex = { authority: 1, method: 2, get: 2, post: 3, path: 4, https: 7 } as const;
const staticEntries = 61;
/** What a decoder keeps unless it says otherwise, and what an entry takes besides its text. */
const tableBytes = 4096;
const entryBytes = 32;

/**
 * The headers of requests on one connection: what was sent once is referred to afterwards, as every usual
 * client does (RFC 7541). Header values that differ from request to request do not fit: only the path may.
 */
export class HeaderEncoder {
  readonly #authority: string;
  /** The entries of the dynamic table by name and value: the how-manieth each is. */
  readonly #entries = new Map<string, number>();
  #bytes = 0;

  constructor(authority: string) {
    this.#authority = authority;
  }

  /** One header block. Throws where more different headers are sent than the decoder keeps. */
  encode(method: string, path: string, headers: readonly HeaderField[]): Buffer {
    return Buffer.concat([
      this.#method(method),
      integer(0x80, 7, staticIndex.https),
      this.#indexed(':authority', this.#authority, staticIndex.authority),
      // Without a place in the table: no two requests need have the same.
      integer(0, 4, staticIndex.path),
      text(path),
      ...headers.map(([name, value]) => this.#indexed(name, value)),
    ]);
  }

  #method(method: string): Buffer {
    if (method === 'GET') return integer(0x80, 7, staticIndex.get);
    if (method === 'POST') return integer(0x80, 7, staticIndex.post);
    return this.#indexed(':method', method, staticIndex.method);
  }

  #indexed(name: string, value: string, nameIndex = 0): Buffer {
    const key = `${name}: ${value}`;
    const entry = this.#entries.get(key);
    // The last to enter is the first after the static table.
    if (entry !== undefined) return integer(0x80, 7, staticEntries + this.#entries.size - entry);
    this.#bytes += name.length + value.length + entryBytes;
    if (this.#bytes > tableBytes) throw new Error(`too many different headers: ${key}`);
    this.#entries.set(key, this.#entries.size);
    const head = integer(0x40, 6, nameIndex);
    return Buffer.concat(nameIndex === 0 ? [head, text(name), text(value)] : [head, text(value)]);
  }
}

/** RFC 7541, section 5.1: an integer in the low bits of a byte, and as many further bytes as it takes. */
function integer(pattern: number, prefixBits: number, value: number): Buffer {
  const most = 2 ** prefixBits - 1;
  if (value < most) return Buffer.of(pattern | value);
  const bytes = [pattern | most];
  let rest = value - most;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}

function text(value: string): Buffer {
  return Buffer.concat([integer(0, 7, value.length), Buffer.from(value, 'latin1')]);
}
