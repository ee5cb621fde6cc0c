import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkHistory } from './check-history.ts';
import type { Operation } from './history.ts';
import { isLinearizable, type RegisterOperation } from './register-checker.ts';
import type { ShimProcess } from './shim-process.ts';
import type { Workload } from './workload.ts';

const keys = ['a', 'b', 'c', 'd', 'e'];
/** Operations that are shown when they do not fit together. */
const shownOperations = 15;

/**
 * Ends the workload, and checks that every answer that its clients had fits one history, which all watches
 * saw: nothing acknowledged is lost or doubled, revisions are dense, every register is linearizable. Returns
 * how many changes there were.
 */
export async function checkWorkload(t: TestContext, workload: Workload): Promise<number> {
  const { changes, watched } = await workload.finish();
  const { operations, failures } = workload;
  t.diagnostic(`${operations.length} operations, ${changes.length} changes`);
  for (const [said, times] of failures) t.diagnostic(`${times} × ${said}`);

  assert.deepEqual(workload.faults, [], 'watches');
  assert.deepEqual(checkHistory(changes, operations).slice(0, 10), []);
  for (const mine of watched) assert.deepEqual(mine, changes, 'a watch saw something else');
  // What was not done was seen by nobody: without it the search has less to try.
  const written = new Set(changes.map(({ key, value }) => `${key}=${value}`));
  const done = operations.filter(
    (operation) =>
      operation.returnedAt !== Infinity ||
      (operation.kind === 'write' &&
        [...operation.writes].some(([key, value]) => written.has(`${key}=${value}`))),
  );
  for (const key of keys) {
    const register = onRegister(done, key);
    if (!isLinearizable(register))
      assert.fail(`the register ${key} is not linearizable, first here:\n${shortest(register).join('\n')}`);
  }
  return changes.length;
}

/** Recovery needs no help: every shim serves again by itself. */
export async function healthy(shims: readonly ShimProcess[]): Promise<void> {
  const limit = performance.now() + 30_000;
  for (const shim of shims) {
    while (!(await shim.isHealthy())) {
      if (performance.now() > limit) throw new Error(`a shim does not recover:\n${shim.log}`);
      await sleep(100);
    }
  }
}

/** What the operations did to one key. */
function onRegister(operations: readonly Operation[], key: string): RegisterOperation[] {
  return operations.flatMap((operation): RegisterOperation[] => {
    const { calledAt, returnedAt } = operation;
    if (operation.kind === 'read')
      return [{ calledAt, returnedAt, saw: { value: operation.values.get(key) } }];
    const wrote = operation.writes.get(key);
    if (wrote === undefined) return [];
    const { expected } = operation;
    return [
      { calledAt, returnedAt, wrote, ...(expected?.key === key ? { saw: { value: expected.value } } : {}) },
    ];
  });
}

/**
 * The end of the shortest beginning that does not fit together: a request without an answer by then may be
 * done or not.
 */
function shortest(operations: readonly RegisterOperation[]): string[] {
  const ends = operations.map(({ returnedAt }) => returnedAt).toSorted((a, b) => a - b);
  const until = (end: number): RegisterOperation[] =>
    operations
      .filter(({ calledAt }) => calledAt <= end)
      .map((operation) => {
        if (operation.returnedAt <= end) return operation;
        return { ...operation, returnedAt: Infinity };
      })
      .filter((operation) => operation.wrote !== undefined || operation.returnedAt !== Infinity);
  let [low, high] = [0, ends.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isLinearizable(until(ends[middle] as number))) low = middle + 1;
    else high = middle;
  }
  const wrong = until(ends[low] as number).toSorted((a, b) => a.calledAt - b.calledAt);
  return wrong.slice(-shownOperations).map((operation) => JSON.stringify(operation));
}
