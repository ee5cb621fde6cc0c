import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from './client/api-error.ts';
import { createController } from './controller.ts';
import { settle } from './testing/fake-clock.ts';
import { createTestContext } from './testing/test-context.ts';

test('what a busy server refused waits in the queue as long as it asks, and keeps no worker', async () => {
  const context = createTestContext();
  const synced: string[] = [];
  let isBusy = true;
  const controller = createController(context, {
    name: 'test',
    workers: 1,
    maxRetries: 0,
    async sync(key) {
      await Promise.resolve();
      synced.push(key);
      if (isBusy && key === 'refused') throw new ApiError(429, { reason: 'TooManyRequests' }, 5_000);
    },
  });
  controller.start();
  controller.queue.add('refused');
  controller.queue.add('other');
  await settle(10);
  assert.deepEqual(synced, ['refused', 'other']);
  isBusy = false;
  await context.clock.advance(4_999);
  assert.deepEqual(synced, ['refused', 'other']);
  await context.clock.advance(5_001);
  assert.deepEqual(synced, ['refused', 'other', 'refused'], 'nor does it count as a failure');
  await controller.stop();
});
