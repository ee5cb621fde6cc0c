import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messagesIn } from './web-socket-messages.ts';

test('messages of all lengths, and the code of the end', () => {
  const long = Buffer.alloc(70_000, 'x');
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(70_000n);
  const bytes = Buffer.concat([
    Buffer.from('\x81\x02a\n', 'latin1'),
    Buffer.from([0x82, 126, 0, 200]),
    Buffer.alloc(200, 'y'),
    Buffer.from([0x81, 127]),
    size,
    long,
    Buffer.from([0x88, 2, 3, 0xe8]),
    Buffer.from([0x81, 9, 1]),
  ]);
  assert.equal(messagesIn(bytes).toString(), `a\n${'y'.repeat(200)}${long.toString()}{"closed":1000}\n`);
});
