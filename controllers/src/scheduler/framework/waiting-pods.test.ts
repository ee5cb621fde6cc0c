import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../runtime/testing/fake-clock.ts';
import { makePod } from '../testing/cluster.ts';
import { WaitingPods } from './waiting-pods.ts';

test('a Pod waits until every plugin allows it', async () => {
  const waiting = new WaitingPods(new FakeClock());
  const pod = makePod();
  assert.equal(waiting.has(pod), false);
  waiting.add(
    pod,
    new Map([
      ['A', 1_000],
      ['B', 2_000],
    ]),
  );
  assert.deepEqual(waiting.pendingPlugins(pod), ['A', 'B']);
  waiting.allow(pod, 'A');
  assert.deepEqual(waiting.pendingPlugins(pod), ['B']);
  waiting.allow(pod, 'B');
  assert.equal(await waiting.outcomeOf(pod), undefined);
  assert.equal(waiting.has(pod), false);
});

test('a Pod that waits too long, or that a plugin rejects, is not bound', async () => {
  const clock = new FakeClock();
  const waiting = new WaitingPods(clock);
  const [slow, refused] = [makePod(), makePod()];
  waiting.add(
    slow,
    new Map([
      ['A', 1_000],
      ['B', 2_000],
    ]),
  );
  waiting.add(refused, new Map([['A', 1_000]]));
  assert.equal(waiting.reject(refused, 'A', 'no'), true);
  const rejection = await waiting.outcomeOf(refused);
  assert.deepEqual([rejection?.code, rejection?.message, rejection?.plugin], ['Unschedulable', 'no', 'A']);
  assert.equal(waiting.reject(refused, 'A', 'no'), false);
  await clock.advance(1_000);
  const timeout = await waiting.outcomeOf(slow);
  assert.equal(timeout?.message, 'rejected due to timeout after waiting 1s at plugin A');
  assert.equal(timeout.plugin, 'A');
  assert.equal(clock.timers, 0);
});
