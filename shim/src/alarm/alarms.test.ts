import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { StoreError } from '../mvcc/store-error.ts';
import { MemoryAlarms } from './testing/memory-alarms.ts';
import { Alarms } from './alarms.ts';
import { NextTurn } from './next-turn.ts';

const memberId = 7n;

function createAlarms(options: { port?: MemoryAlarms; quotaBytes?: number; used?: () => number } = {}): {
  alarms: Alarms;
  changes: () => number;
  measurements: () => number;
} {
  let changes = 0;
  let measurements = 0;
  const alarms = new Alarms({
    port: options.port ?? new MemoryAlarms(),
    memberId,
    quotaBytes: options.quotaBytes ?? 0,
    usedBytes: () => {
      measurements++;
      return Promise.resolve(options.used?.() ?? 0);
    },
    changed: () => changes++,
    log: pino({ level: 'silent' }),
  });
  return { alarms, changes: () => changes, measurements: () => measurements };
}

const refused = (code: string) => (error: StoreError) => error.code === code;

test('without alarms and quota everything is let in, without a wait', () => {
  const { alarms } = createAlarms();
  assert.equal(alarms.checkAccess(1e12), undefined);
  assert.equal(alarms.checkAccess(0), undefined);
});

test('NOSPACE refuses what adds, CORRUPT every write, until disarmed', async () => {
  const { alarms, changes } = createAlarms();
  assert.deepEqual(await alarms.activate({ memberId: 9n, alarm: 'NOSPACE' }), [
    { memberId: 9n, alarm: 'NOSPACE' },
  ]);
  await assert.rejects(alarms.checkAccess(1) as Promise<void>, refused('noSpace'));
  await alarms.checkAccess(0);
  await alarms.activate({ memberId, alarm: 'CORRUPT' });
  await assert.rejects(alarms.checkAccess(0) as Promise<void>, refused('corrupt'));
  assert.equal((await alarms.list('NONE')).length, 2);
  assert.deepEqual(await alarms.list('CORRUPT'), [{ memberId, alarm: 'CORRUPT' }]);
  await alarms.deactivate({ memberId, alarm: 'CORRUPT' });
  // Another member's alarm is not this one.
  assert.deepEqual(await alarms.deactivate({ memberId, alarm: 'NOSPACE' }), []);
  await assert.rejects(alarms.checkAccess(1) as Promise<void>, refused('noSpace'));
  assert.deepEqual(await alarms.deactivate({ memberId: 9n, alarm: 'NOSPACE' }), [
    { memberId: 9n, alarm: 'NOSPACE' },
  ]);
  assert.equal(alarms.checkAccess(1), undefined);
  assert.equal(changes(), 4);
});

test('NONE is no alarm', async () => {
  const { alarms } = createAlarms();
  assert.deepEqual(await alarms.activate({ memberId, alarm: 'NONE' }), []);
  assert.deepEqual(await alarms.list('NONE'), []);
});

test('an alarm disarmed at another shim does not refuse here', async () => {
  const port = new MemoryAlarms();
  const [one, two] = [createAlarms({ port }).alarms, createAlarms({ port }).alarms];
  await one.activate({ memberId, alarm: 'NOSPACE' });
  await two.look();
  await assert.rejects(two.checkAccess(1) as Promise<void>, refused('noSpace'));
  await one.deactivate({ memberId, alarm: 'NOSPACE' });
  await two.checkAccess(1);
});

test('the database is measured only when what was let in may have filled it', async () => {
  let used = 1000;
  const { alarms, measurements } = createAlarms({ quotaBytes: 2000, used: () => used });
  await alarms.check();
  assert.equal(measurements(), 1);
  for (let count = 0; count < 10; count++) assert.equal(alarms.checkAccess(100), undefined);
  // It could be 2100 by now, and is less: what was deleted has made room.
  used = 1500;
  await alarms.checkAccess(100);
  assert.equal(measurements(), 2);
  assert.deepEqual(alarms.raised, []);
  used = 1990;
  for (let count = 0; count < 4; count++) assert.equal(alarms.checkAccess(100), undefined);
  await assert.rejects(alarms.checkAccess(100) as Promise<void>, refused('noSpace'));
  assert.deepEqual(alarms.raised, [{ memberId, alarm: 'NOSPACE' }]);
  // It stays until somebody disarms it, however small the database gets.
  used = 0;
  await alarms.check();
  await assert.rejects(alarms.checkAccess(1) as Promise<void>, refused('noSpace'));
  await alarms.deactivate({ memberId, alarm: 'NOSPACE' });
  await alarms.checkAccess(1);
  assert.deepEqual(alarms.raised, []);
});

test('a database over its quota raises the alarm by itself, once', async () => {
  const { alarms, changes } = createAlarms({ quotaBytes: 10, used: () => 11 });
  await alarms.check();
  await alarms.check();
  assert.deepEqual(alarms.raised, [{ memberId, alarm: 'NOSPACE' }]);
  assert.equal(changes(), 1);
});

test('who asks while a turn is under way shares the next', async () => {
  const ends: ((value: number) => void)[] = [];
  const turns = new NextTurn(() => new Promise<number>((resolve) => ends.push(resolve)));
  const first = turns.take();
  await Promise.resolve();
  const [second, third] = [turns.take(), turns.take()];
  assert.equal(second, third);
  assert.equal(ends.length, 1);
  ends[0]?.(1);
  assert.equal(await first, 1);
  await new Promise(setImmediate);
  assert.equal(ends.length, 2);
  ends[1]?.(2);
  assert.equal(await second, 2);
});

test('a turn that fails does not fail the next', async () => {
  let turn = 0;
  const turns = new NextTurn(() =>
    ++turn === 1 ? Promise.reject(new Error('once')) : Promise.resolve(turn),
  );
  await assert.rejects(turns.take(), /once/);
  assert.equal(await turns.take(), 2);
});
