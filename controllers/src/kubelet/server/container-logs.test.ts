import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linesOf, type LogOptions, LogWriter, runOf } from './container-logs.ts';
import type { Terminated } from '../containers/container-step.ts';

const at = Date.parse('2026-01-01T00:00:00Z');
const ended: Terminated = {
  exitCode: 3,
  reason: 'Error',
  startedAtMs: at,
  finishedAtMs: at + 5_000,
  containerId: 'containerd://1',
};
const about = { nodeName: 'node-1', image: 'docker.io/library/nginx:1', command: ['sh', '-c', 'exit 3'] };
const written = (options: Partial<LogOptions>, run = { ...ended, ended }): string => {
  const chunks: Buffer[] = [];
  const writer = new LogWriter(
    {
      follow: false,
      previous: false,
      timestamps: false,
      tailLines: undefined,
      limitBytes: undefined,
      sinceMs: undefined,
      ...options,
    },
    (bytes) => chunks.push(bytes),
  );
  writer.begin(linesOf(run, about));
  return Buffer.concat(chunks).toString();
};

test('says what is simulated, and no more than was asked for', () => {
  assert.equal(
    written({}),
    'pg8s: node node-1 simulates this container: no process runs, and none writes here\n' +
      'pg8s: started docker.io/library/nginx:1, command ["sh","-c","exit 3"]\n' +
      'pg8s: ended with exit code 3 (Error)\n',
  );
  assert.equal(
    written({ tailLines: 1, timestamps: true }),
    '2026-01-01T00:00:05.000000000Z pg8s: ended with exit code 3 (Error)\n',
  );
  assert.equal(written({ tailLines: 0 }), '');
  assert.equal(written({ sinceMs: at + 1 }), 'pg8s: ended with exit code 3 (Error)\n');
  assert.equal(written({ limitBytes: 10 }), 'pg8s: node');
});

test('whose log there is, and why there is none, in kubelet’s words', () => {
  const names = { name: 'web', podName: 'p' };
  const waiting = (reason: string) => ({
    state: { is: 'waiting' as const, reason },
    lastTermination: undefined,
  });
  const running = {
    state: { is: 'running' as const, startedAtMs: at + 9_000, containerId: 'containerd://2' },
    lastTermination: ended,
  };
  const which = 'container "web" in pod "p"';
  const problem = (container: Parameters<typeof runOf>[1], previous = false): unknown =>
    (runOf(names, container, previous) as { problem?: string }).problem;
  assert.equal(problem(undefined), `${which} is not available`);
  assert.equal(problem(waiting('ContainerCreating')), `${which} is waiting to start: ContainerCreating`);
  assert.equal(problem(waiting('ErrImagePull')), `${which} is waiting to start: image can't be pulled`);
  assert.equal(
    problem(waiting('ImagePullBackOff')),
    `${which} is waiting to start: trying and failing to pull image`,
  );
  assert.equal(
    problem({ ...running, lastTermination: undefined }, true),
    `previous terminated ${which} not found`,
  );
  const inBackoff = { ...waiting('CrashLoopBackOff'), lastTermination: ended };
  for (const [container, previous, id] of [
    [running, false, 'containerd://2'],
    [running, true, 'containerd://1'],
    [inBackoff, false, 'containerd://1'],
    [{ state: { is: 'terminated' as const, ...ended }, lastTermination: ended }, false, 'containerd://1'],
  ] as const) {
    assert.equal((runOf(names, container, previous) as { containerId?: string }).containerId, id);
  }
});
