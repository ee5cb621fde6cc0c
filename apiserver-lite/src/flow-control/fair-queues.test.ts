import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { FakeClock } from '../storage/testing/fake-clock.ts';
import { dealHand } from './deal-hand.ts';
import { FairQueues, type Leave, type Refusal } from './fair-queues.ts';

/** A level whose requests end when they are required to, and what became of each. */
function level({ queues = 8, handSize = 2, queueLengthLimit = 100, seats = 1 } = {}) {
  const clock = new FakeClock();
  const fair = new FairQueues(clock);
  fair.configure({ queues, handSize, queueLengthLimit });
  fair.limitTo(seats);
  const running: { flow: string; leave: Leave }[] = [];
  const refused: [string, Refusal][] = [];
  const enter = (flow: string, { waitMs = 15_000, signal = new AbortController().signal } = {}): void => {
    const took = (outcome: Leave | Refusal): void => {
      if (typeof outcome === 'function') running.push({ flow, leave: outcome });
      else refused.push([flow, outcome]);
    };
    const outcome = fair.enter({ flow, bytes: 100, waitMs, signal });
    if (outcome instanceof Promise) void outcome.then(took);
    else took(outcome);
  };
  /** The longest running one ends after so many milliseconds. */
  const end = async (afterMs = 10): Promise<string> => {
    clock.advance(afterMs);
    const first = running.shift();
    first?.leave();
    await setImmediate();
    return first?.flow ?? '';
  };
  return { clock, fair, running, refused, enter, end };
}

/** A flow none of whose queues is one of those of `other`. */
function apartFrom(other: string): string {
  const taken = new Set(dealHand(other, 8, 2));
  for (let index = 0; ; index++) {
    const name = `trickle-${index}`;
    if (dealHand(name, 8, 2).every((queue) => !taken.has(queue))) return name;
  }
}

test('a hand is of different queues, the same for a flow, and spread over all', () => {
  const seen = new Set<number>();
  for (let index = 0; index < 500; index++) {
    const hand = dealHand(`flow-${index}`, 64, 6);
    assert.equal(new Set(hand).size, 6);
    assert.ok(hand.every((queue) => queue >= 0 && queue < 64));
    assert.deepEqual(dealHand(`flow-${index}`, 64, 6), hand);
    for (const queue of hand) seen.add(queue);
  }
  assert.equal(seen.size, 64);
  assert.equal(dealHand('all', 3, 8).length, 3);
});

test('a trickle does not wait behind a flood', async () => {
  const { enter, end } = level();
  const trickle = apartFrom('flood');
  for (let index = 0; index < 100; index++) enter('flood');
  await end();
  enter(trickle);
  const next = [await end(), await end(), await end()];
  assert.ok(next.includes(trickle), `next were ${next.join()}`);
});

test('flows get equal time, not equal numbers of requests', async () => {
  const { enter, end, running } = level({ queueLengthLimit: 500 });
  const short = apartFrom('long');
  for (let index = 0; index < 300; index++) enter('long');
  for (let index = 0; index < 300; index++) enter(short);
  const spent = { long: 0, short: 0 };
  for (let index = 0; index < 300; index++) {
    const kind = running[0]?.flow === 'long' ? 'long' : 'short';
    const tookMs = kind === 'long' ? 40 : 10;
    spent[kind] += tookMs;
    await end(tookMs);
  }
  // Two queues of `long` against two of `short`.
  assert.ok(Math.abs(spent.long - spent.short) < 200, JSON.stringify(spent));
});

test('idleness earns nothing', async () => {
  const { enter, end } = level({ queueLengthLimit: 500 });
  const late = apartFrom('early');
  for (let index = 0; index < 200; index++) enter('early');
  for (let index = 0; index < 100; index++) await end();
  for (let index = 0; index < 50; index++) enter(late);
  const order: string[] = [];
  for (let index = 0; index < 20; index++) order.push(await end());
  assert.ok(order.filter((flow) => flow === 'early').length >= 8, order.join());
});

test('turns away at full queues, without queues, in time, and who went away', async () => {
  const { clock, fair, enter, refused, end, running } = level({
    queues: 1,
    handSize: 1,
    queueLengthLimit: 3,
  });
  const gone = new AbortController();
  enter('a');
  enter('b', { waitMs: 5000 });
  enter('c', { signal: gone.signal });
  enter('d');
  enter('e');
  assert.deepEqual(refused, [['e', 'queue-full']]);
  gone.abort();
  await setImmediate();
  clock.advance(5000);
  await setImmediate();
  assert.deepEqual(refused.slice(1), [
    ['c', 'cancelled'],
    ['b', 'time-out'],
  ]);
  fair.configure(undefined);
  enter('f');
  assert.deepEqual(refused.at(-1), ['f', 'concurrency-limit']);
  assert.equal(await end(), 'a');
  assert.equal(running[0]?.flow, 'd', 'who waits in a queue that is no more is served');
  await end();
  assert.ok(fair.isIdle);
});

test('a higher limit lets in who waits', async () => {
  const { fair, enter, running } = level();
  for (let index = 0; index < 5; index++) enter('a');
  fair.limitTo(3);
  await setImmediate();
  assert.equal(running.length, 3);
});
