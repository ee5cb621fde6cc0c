import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultProcessLimits, ProcessBudget } from './process-budget.ts';

const limits = {
  ...defaultProcessLimits(),
  valueCacheBytes: 1000,
  temporaryConnections: 2,
  undelayedShims: 4,
};

test('the value cache is divided between the shims there are', () => {
  const budget = new ProcessBudget(limits);
  const sizes = new Map<string, number>();
  const join = (name: string) => budget.join((bytes) => sizes.set(name, bytes));
  const a = join('a');
  assert.equal(a.valueCacheBytes, 1000);
  const b = join('b');
  const c = join('c');
  assert.deepEqual(
    [a, b, c].map((share) => share.valueCacheBytes),
    [333, 333, 333],
  );
  assert.deepEqual(Object.fromEntries(sizes), { a: 333, b: 333 }, 'those that are there shrink');
  b.leave();
  b.leave();
  assert.equal(budget.shims, 2);
  assert.deepEqual([sizes.get('a'), sizes.get('c')], [500, 500]);
});

test('more shims do not ask the database more often', () => {
  const budget = new ProcessBudget(limits);
  const shares = Array.from({ length: 4 }, () => budget.join(() => {}));
  assert.equal(shares[0]?.intervalMs(250), 250);
  for (let more = 0; more < 4; more++) budget.join(() => {});
  assert.equal(shares[0]?.intervalMs(250), 500);
});

test('temporary connections are counted for all shims together, and given back once', () => {
  const budget = new ProcessBudget(limits);
  const [a, b] = [budget.join(() => {}), budget.join(() => {})];
  const giveBack = a.takeConnection();
  assert.ok(giveBack !== undefined && b.takeConnection() !== undefined);
  assert.equal(a.takeConnection(), undefined);
  giveBack();
  giveBack();
  assert.equal(budget.takenConnections, 1);
  assert.notEqual(b.takeConnection(), undefined);
});
