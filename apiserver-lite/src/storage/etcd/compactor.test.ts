import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FakeClock, until } from '../testing/fake-clock.ts';
import { silentLog } from '../testing/fake-storage.ts';
import { Compactor } from './compactor.ts';
import { FakeEtcd } from './testing/fake-etcd.ts';

const intervalMs = 300_000;

function open(etcd: FakeEtcd, clock = new FakeClock()) {
  return { clock, compactor: new Compactor({ client: etcd, clock, log: silentLog, intervalMs }) };
}

const write = (etcd: FakeEtcd) => etcd.put({ key: Buffer.from('/registry/pods/default/web') });

/** Whether the store still knows what was at `revision`. */
const remembers = (etcd: FakeEtcd, revision: number) =>
  etcd.range({ key: Buffer.from('a'), revision }).then(
    () => true,
    () => false,
  );

describe('the compactor', () => {
  test('compacts to where the store was one turn ago', async () => {
    const etcd = new FakeEtcd();
    const { compactor } = open(etcd);
    await write(etcd);
    assert.equal(await compactor.takeTurn(), undefined);
    const { revision } = etcd;
    for (let n = 0; n < 5; n++) await write(etcd);
    assert.equal(await compactor.takeTurn(), revision);
    assert.equal(await remembers(etcd, revision), true);
    assert.equal(await remembers(etcd, revision - 1), false);
  });

  test('of several, one compacts in a turn', async () => {
    const etcd = new FakeEtcd();
    const [one, other] = [open(etcd).compactor, open(etcd).compactor];
    const done: (number | undefined)[] = [];
    for (let turn = 0; turn < 6; turn++) {
      await write(etcd);
      done.push(...(await Promise.all([one.takeTurn(), other.takeTurn()])));
    }
    const compacted = done.filter((revision) => revision !== undefined);
    assert.ok(compacted.length >= 4 && compacted.length <= 6, String(done));
    assert.deepEqual(
      compacted,
      [...new Set(compacted)].sort((a, b) => a - b),
    );
    assert.ok(etcd.keys().includes('compact_rev_key'));
  });

  test('takes a turn in each interval, whatever the last one did', async () => {
    const etcd = new FakeEtcd();
    const { clock, compactor } = open(etcd);
    compactor.start();
    for (let turn = 1; turn <= 4; turn++) {
      await until(() => clock.pending === 1);
      if (turn === 2) etcd.failNext(new Error('down'));
      clock.advance(intervalMs);
      await until(() => etcd.calls.length === turn);
    }
    await until(() => clock.pending === 1);
    compactor.close();
    assert.equal(clock.pending, 0);
  });
});
