import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Progress } from './progress.ts';
import { StopStack } from './stop-stack.ts';

test('stops the latest first, once, and all of them whatever fails', async () => {
  const stack = new StopStack();
  const stopped: string[] = [];
  const step = (name: string, failure?: Error) => () => {
    stopped.push(name);
    return failure === undefined ? Promise.resolve() : Promise.reject(failure);
  };
  stack.push('postgres', step('postgres'));
  stack.push('etcd', step('etcd', new Error('stuck')));
  stack.push('apiserver', step('apiserver'));
  await assert.rejects(stack.close(), /stopping etcd: stuck/);
  await assert.rejects(stack.close());
  assert.deepEqual(stopped, ['apiserver', 'etcd', 'postgres']);
});

test('progress tells the time of each part and of all', () => {
  const lines: string[] = [];
  let nowMs = 1_000;
  const progress = new Progress(
    (line) => lines.push(line),
    () => nowMs,
  );
  nowMs = 1_600;
  progress.up('postgres', 'embedded');
  nowMs = 1_650;
  progress.up('etcd', 'https://127.0.0.1:2379');
  assert.deepEqual(lines, ['postgres      0.60 s  embedded', 'etcd          0.05 s  https://127.0.0.1:2379']);
  assert.equal(progress.total(), '0.65 s');
});
