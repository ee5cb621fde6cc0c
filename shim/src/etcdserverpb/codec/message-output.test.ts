import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode, PreparedMessage } from './codec.ts';
import * as kv from '../messages/kv-messages.ts';
import { idSize, int64Size, MessageOutput, uint32Size } from './message-output.ts';

/** A varint by the book: seven bits at a time, the lowest first. */
function varint(value: bigint): string {
  const bytes: number[] = [];
  for (let rest = BigInt.asUintN(64, value); ; rest >>= 7n) {
    if (rest < 128n) return Buffer.from([...bytes, Number(rest)]).toString('hex');
    bytes.push(Number(rest & 127n) | 128);
  }
}

function written(write: (output: MessageOutput) => void): string {
  const output = new MessageOutput();
  const bytes = Buffer.alloc(16, 0xee);
  output.begin(bytes, 3);
  write(output);
  return bytes.toString('hex', 3, output.end());
}

test('numbers around every power of two are as long as they were said to be', () => {
  for (let bit = 0n; bit <= 64n; bit++) {
    for (const near of [-1n, 0n, 1n]) {
      const value = (1n << bit) + near;
      const id = BigInt.asUintN(64, value);
      assert.equal(
        written((output) => output.id(id)),
        varint(id),
        `id ${id}`,
      );
      assert.equal(idSize(id), varint(id).length / 2, `size of id ${id}`);
      assert.equal(idSize(BigInt.asIntN(64, -value)), varint(-value).length / 2, `size of id ${-value}`);
      if (value <= 0xffffffffn) assert.equal(uint32Size(Number(value)), varint(value).length / 2);
      if (value > BigInt(Number.MAX_SAFE_INTEGER)) continue;
      for (const number of [value, -value]) {
        assert.equal(
          written((output) => output.int64(Number(number))),
          varint(number),
          `int64 ${number}`,
        );
        assert.equal(int64Size(Number(number)), varint(number).length / 2, `size of int64 ${number}`);
      }
    }
  }
});

test('a prepared message can be written after others, and anywhere', () => {
  const keyValue = (n: number) => ({
    key: Buffer.from(`key ${n}`),
    createRevision: 2,
    modRevision: n,
    version: 1,
    value: Buffer.alloc(n * 60, n),
    lease: 0n,
  });
  const range = (count: number) => ({
    header: { clusterId: 1n, memberId: 2n, revision: 300, raftTerm: 1 },
    kvs: Array.from({ length: count }, (_, n) => keyValue(n)),
    more: false,
    count,
  });
  const first = new PreparedMessage(kv.rangeResponse, range(5));
  const second = new PreparedMessage(kv.rangeResponse, range(3));
  for (const [message, count] of [
    [first, 5],
    [second, 3],
    [second, 3],
  ] as const) {
    const target = Buffer.alloc(message.byteLength + 9, 0xee);
    assert.equal(message.copy(target, 5), message.byteLength);
    const expected = encode(kv.rangeResponse, range(count));
    assert.equal(target.toString('hex'), `${'ee'.repeat(5)}${expected.toString('hex')}${'ee'.repeat(4)}`);
  }
});
