import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { PostStartHooks } from './post-start-hooks.ts';

const log = pino({ level: 'silent' });

test('hooks run in order, failures are tried again, and checks tell what is done', async () => {
  const hooks = new PostStartHooks({ log, signal: new AbortController().signal, retryDelayMs: 0 });
  const ran: string[] = [];
  let failures = 2;
  hooks.add('first', async () => {
    ran.push('first');
    if (failures-- > 0) throw new Error('not yet');
  });
  hooks.add('second', async () => {
    const [first, second] = hooks.checks();
    assert.equal(first?.name, 'poststarthook/first');
    assert.doesNotThrow(() => first?.check());
    assert.throws(() => second?.check(), /not finished/);
    ran.push('second');
  });
  await hooks.run();
  assert.deepEqual(ran, ['first', 'first', 'first', 'second']);
});

test('a server that closes does not go on trying', async () => {
  const closing = new AbortController();
  const hooks = new PostStartHooks({ log, signal: closing.signal, retryDelayMs: 60_000 });
  hooks.add('hopeless', async () => {
    setImmediate(() => closing.abort(new Error('closing')));
    throw new Error('never');
  });
  await assert.rejects(hooks.run());
});
