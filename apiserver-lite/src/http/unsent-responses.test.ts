import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { UnsentResponses, UnsentTotal } from './unsent-responses.ts';

class Response extends EventEmitter {
  destroy(): void {
    this.emit('close');
  }
}

test('servers that share a count wait for one another', async () => {
  const total = new UnsentTotal();
  const limits = { totalBytes: 100_000, connectionBytes: 1_000_000 };
  const [first, second] = [new UnsentResponses(limits, total), new UnsentResponses(limits, total)];
  const alone = new UnsentResponses(limits);
  const response = new Response();
  first.track({}, response, 100_000);
  assert.deepEqual([first.total, second.total, alone.total], [100_000, 100_000, 0]);

  let isThrough = false;
  const { signal } = new AbortController();
  await alone.room({}, new Response(), () => signal);
  const waiting = second
    .room({}, new Response(), () => signal)
    .then(() => {
      isThrough = true;
    });
  await turn();
  assert.ok(!isThrough);
  response.emit('finish');
  await waiting;
  assert.deepEqual([second.total, total.waiting.size], [0, 0]);
});
