import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../runtime/client/resource.ts';
import { mirrorAnnotation } from '../static-pods/static-pod.ts';
import { PodLogs } from './pod-logs.ts';

const startedAt = '2026-01-01T00:00:00Z';
const mirror = (containerStatuses: object[]): Pod =>
  ({
    metadata: { name: 'etcd-node-1', namespace: 'kube-system', annotations: { [mirrorAnnotation]: '1' } },
    spec: { containers: [{ name: 'etcd' }] },
    status: { containerStatuses },
  }) as unknown as Pod;
const logOf = (pod: Pod, previous = false) =>
  new PodLogs({ nodeName: 'node-1', podOf: () => pod, simulatedOf: () => undefined }).logOf({
    namespace: 'kube-system',
    podName: 'etcd-node-1',
    container: 'etcd',
    previous,
  });

test('the log of a mirror Pod says since when its part runs, and where that writes to', async () => {
  const running = mirror([{ name: 'etcd', state: { running: { startedAt } } }]);
  const log = logOf(running);
  assert.ok(log && 'lines' in log);
  assert.deepEqual(log.lines, [
    {
      atMs: Date.parse(startedAt),
      text: 'pg8s: etcd runs in a process of pg8s on node-1, and writes to its standard error',
    },
    { atMs: Date.parse(startedAt), text: 'pg8s: started' },
  ]);
  for await (const _ of log.follow(AbortSignal.timeout(60_000))) assert.fail('nothing follows');
  assert.deepEqual(logOf(running, true), {
    problem: 'previous terminated container "etcd" in pod "etcd-node-1" not found',
  });
});

test('a mirror Pod that has no status yet has no log', () => {
  assert.deepEqual(logOf(mirror([])), {
    problem: 'container "etcd" in pod "etcd-node-1" is not available',
  });
});
