/**
 * The little of HPACK (RFC 7541) that it takes to find the `:authority` of a connection's first request, and
 * to put another value in its place.
 *
 *     1iiiiiii                       field by index
 *     01iiiiii [name] value          literal, enters the table
 *     001sssss                       size of the table
 *     0000iiii, 0001iiii [name] value    literal that does not
 *     string: Hlllllll bytes         H: Huffman code
 */

/** `:authority` in the static table. */
const authorityIndex = 1;

/**
 * The Huffman code of the characters that an authority or a URL has, by length in bits and the first code of
 * that length.
 */
const huffmanRows: readonly (readonly [bits: number, first: number, characters: string])[] = [
  [5, 0x0, '012aceiost'],
  [6, 0x14, ' %-./3456789=A_bdfghlmnpru'],
  [7, 0x5c, ':BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz'],
  [8, 0xf8, '&*,;XZ'],
  [10, 0x3f8, '!"()?'],
  [11, 0x7fa, "'+|"],
  [12, 0xffa, '#>'],
  [13, 0x1ff9, '$@[]~'],
];

const characterOf = new Map<number, string>();
for (const [bits, first, characters] of huffmanRows) {
  [...characters].forEach((character, index) => characterOf.set(codeKey(bits, first + index), character));
}

function codeKey(bits: number, code: number): number {
  return bits * 0x10000 + code;
}

/**
 * Replaces the `:authority` in a header block by what `repair` makes of it. Undefined where there is nothing
 * to do: `repair` gives the same value, the authority stands in the table, or the block cannot be understood.
 */
export function replaceAuthority(block: Buffer, repair: (authority: string) => string): Buffer | undefined {
  try {
    return replace(block, repair);
  } catch (error) {
    if (error instanceof RangeError) return undefined; // Cut short, or not HPACK: the server will say so.
    throw error;
  }
}

function replace(block: Buffer, repair: (authority: string) => string): Buffer | undefined {
  for (let at = 0; at < block.length;) {
    const first = block.readUInt8(at);
    if ((first & 0x80) !== 0) {
      at = readInteger(block, at, 7).next;
      continue;
    }
    if ((first & 0xe0) === 0x20) {
      at = readInteger(block, at, 5).next;
      continue;
    }
    const name = readInteger(block, at, (first & 0x40) === 0 ? 4 : 6);
    const valueAt = name.value === 0 ? readString(block, name.next).next : name.next;
    const value = readString(block, valueAt);
    if (name.value === authorityIndex) {
      const text = value.isHuffman ? huffmanText(value.bytes) : value.bytes.toString('latin1');
      const repaired = text === undefined ? text : repair(text);
      if (repaired === undefined || repaired === text) return undefined;
      return Buffer.concat([block.subarray(0, valueAt), plainString(repaired), block.subarray(value.next)]);
    }
    at = value.next;
  }
  return undefined;
}

/** An integer with a prefix of `bits` bits (section 5.1). */
function readInteger(block: Buffer, at: number, bits: number): { value: number; next: number } {
  const most = 2 ** bits - 1;
  let value = block.readUInt8(at) & most;
  if (value < most) return { value, next: at + 1 };
  for (let next = at + 1, shift = 0; shift <= 21; next++, shift += 7) {
    const byte = block.readUInt8(next);
    value += (byte & 0x7f) << shift;
    if ((byte & 0x80) === 0) return { value, next: next + 1 };
  }
  throw new RangeError('an integer that no header needs');
}

function readString(block: Buffer, at: number): { isHuffman: boolean; bytes: Buffer; next: number } {
  const length = readInteger(block, at, 7);
  const next = length.next + length.value;
  if (next > block.length) throw new RangeError('a string that ends after its block');
  return { isHuffman: (block.readUInt8(at) & 0x80) !== 0, bytes: block.subarray(length.next, next), next };
}

function plainString(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1').subarray(0, 126);
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

/** Undefined for text with other characters than the rows above. */
function huffmanText(bytes: Buffer): string | undefined {
  let text = '';
  let code = 0;
  let bits = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      code = (code << 1) | ((byte >> bit) & 1);
      bits++;
      const character = characterOf.get(codeKey(bits, code));
      if (character !== undefined) {
        text += character;
        code = 0;
        bits = 0;
      } else if (bits > 13) {
        return undefined;
      }
    }
  }
  // What is left over is padding: fewer than eight ones (section 5.2).
  return bits < 8 && code === 2 ** bits - 1 ? text : undefined;
}
