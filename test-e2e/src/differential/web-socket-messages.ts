/**
 * What a server sent over a WebSocket, as one text: messages as they are, and a line for the end with its
 * code. A frame that is not there whole is left out.
 */
export function messagesIn(bytes: Buffer): Buffer {
  const pieces: Buffer[] = [];
  let at = 0;
  while (at + 2 <= bytes.length) {
    const opcode = bytes[at]! & 0x0f;
    let length = bytes[at + 1]! & 0x7f;
    at += 2;
    if (length === 126 && at + 2 <= bytes.length) {
      length = bytes.readUInt16BE(at);
      at += 2;
    } else if (length === 127 && at + 8 <= bytes.length) {
      length = Number(bytes.readBigUInt64BE(at));
      at += 8;
    }
    if (at + length > bytes.length) break;
    const payload = bytes.subarray(at, at + length);
    pieces.push(opcode === 8 ? Buffer.from(`{"closed":${payload.readUInt16BE(0)}}\n`) : payload);
    at += length;
  }
  return Buffer.concat(pieces);
}
