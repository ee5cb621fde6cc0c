import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HandlerQueue } from './handler-queue.ts';
import type { ObjectChange } from './handler-queue.ts';

const change = (key: string, before: string | undefined, after: string | undefined) =>
  ({ key, before, after }) as ObjectChange<string>;

/** A queue whose handler is busy until the test releases it, and records what it is called with. */
function open() {
  const calls: string[] = [];
  const failures: unknown[] = [];
  let release = Promise.withResolvers<void>();
  const record = (call: string): Promise<void> => {
    calls.push(call);
    return release.promise;
  };
  const queue = new HandlerQueue<string>(
    {
      add: (object) => record(`add ${object}`),
      update: (object, old) => record(`update ${old} to ${object}`),
      delete: (old) => record(`delete ${old}`),
    },
    (error) => failures.push(error),
  );
  const settled = () =>
    new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  return {
    queue,
    calls,
    failures,
    async finish() {
      release.resolve();
      release = Promise.withResolvers();
      await settled();
    },
    async fail(reason: Error) {
      const failing = release;
      release = Promise.withResolvers();
      failing.reject(reason);
      await settled();
    },
  };
}

describe('the queue of a handler', () => {
  const cases: [string, ObjectChange<string>[], string[]][] = [
    ['add, update', [change('a', undefined, 'a1'), change('a', 'a1', 'a2')], ['add a2']],
    ['add, delete', [change('a', undefined, 'a1'), change('a', 'a1', undefined)], []],
    ['update, update', [change('a', 'a1', 'a2'), change('a', 'a2', 'a3')], ['update a1 to a3']],
    ['update, delete', [change('a', 'a1', 'a2'), change('a', 'a2', undefined)], ['delete a1']],
    ['delete, add', [change('a', 'a1', undefined), change('a', undefined, 'a2')], ['update a1 to a2']],
    [
      'delete, add, delete',
      [change('a', 'a1', undefined), change('a', undefined, 'a2'), change('a', 'a2', undefined)],
      ['delete a1'],
    ],
    [
      'other objects, in order',
      [change('a', undefined, 'a1'), change('b', undefined, 'b1'), change('a', 'a1', 'a2')],
      ['add a2', 'add b1'],
    ],
  ];
  for (const [title, changes, expected] of cases) {
    test(`merges what waits: ${title}`, async () => {
      const { queue, calls, finish } = open();
      queue.push(change('busy', undefined, 'busy'));
      for (const each of changes) queue.push(each);
      assert.ok(queue.size <= 2);
      for (let turn = 0; turn < 4; turn++) await finish();
      assert.deepEqual(calls, ['add busy', ...expected]);
    });
  }

  test('goes on after a handler that rejects or throws', async () => {
    const { queue, calls, failures, fail, finish } = open();
    queue.push(change('a', undefined, 'a1'));
    queue.push(change('b', undefined, 'b1'));
    await fail(new Error('no'));
    await finish();
    assert.deepEqual(calls, ['add a1', 'add b1']);
    assert.match(String(failures), /no/);

    const thrown: unknown[] = [];
    const seen: string[] = [];
    const throwing = new HandlerQueue<string>(
      {
        add(object) {
          seen.push(object);
          throw new Error('at once');
        },
      },
      (error) => thrown.push(error),
    );
    throwing.push(change('a', undefined, 'a1'));
    throwing.push(change('b', undefined, 'b1'));
    assert.deepEqual(seen, ['a1', 'b1']);
    assert.equal(thrown.length, 2);
  });

  test('is drained when the handler has finished what waited, whatever comes after', async () => {
    const { queue, finish } = open();
    let isDrained = false;
    queue.push(change('a', undefined, 'a1'));
    queue.push(change('b', undefined, 'b1'));
    void queue.drained().then(() => (isDrained = true));
    queue.push(change('c', undefined, 'c1'));
    await finish();
    assert.equal(isDrained, false);
    await finish();
    assert.equal(isDrained, true);
    assert.equal(queue.size, 0);
  });

  test('is drained when it is closed, and calls nothing any more', async () => {
    const { queue, calls, finish } = open();
    queue.push(change('a', undefined, 'a1'));
    queue.push(change('b', undefined, 'b1'));
    const drained = queue.drained();
    queue.close();
    await drained;
    await queue.drained();
    await finish();
    queue.push(change('c', undefined, 'c1'));
    assert.deepEqual(calls, ['add a1']);
  });
});
