import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { KubeConfig } from '@kubernetes/client-node';
import pino from 'pino';
import { Registry } from 'prom-client';
import { createControllers } from './controllers.ts';

interface Cluster {
  kubeConfig: KubeConfig;
  /** Paths of the requests that the API got. */
  requests: string[];
  /** Resolves at the first request. */
  reached: Promise<void>;
}

/** An API that refuses everything. */
async function refusingCluster(t: TestContext): Promise<Cluster> {
  const requests: string[] = [];
  const reached = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    reached.resolve();
    response.writeHead(403, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ kind: 'Status', status: 'Failure', reason: 'Forbidden', code: 403 }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const kubeConfig = new KubeConfig();
  const { port } = server.address() as AddressInfo;
  kubeConfig.loadFromClusterAndUser(
    // Without it a kubeconfig takes no http.
    { name: 'test', server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
    { name: 'test' },
  );
  return { kubeConfig, requests, reached: reached.promise };
}

test('controllers of several clusters run in one process, and send nothing before they are started', async (t) => {
  const metrics = new Registry();
  const clusters = await Promise.all(Array.from({ length: 3 }, () => refusingCluster(t)));
  const built = clusters.map(({ kubeConfig }, index) =>
    createControllers({
      kubeConfigs: { controllerManager: kubeConfig, scheduler: kubeConfig, node: () => kubeConfig },
      nodeNames: ['node-1'],
      identity: `process-${index}`,
      log: pino({ level: 'silent' }),
      metrics,
    }),
  );
  const [first, ...others] = built;
  assert.ok(first);
  for (const one of others) one.start();
  await Promise.all(clusters.slice(1).map(({ reached }) => reached));
  assert.deepEqual(clusters[0]?.requests, [], 'one that is built is not running');
  assert.equal(first.problemOf('controller-manager'), 'its caches are not full yet');

  await others[0]?.close();
  assert.equal(others[0]?.problemOf('scheduler'), 'it was closed');
  assert.notEqual(others[1]?.problemOf('scheduler'), 'it was closed');
  first.start();
  await clusters[0]?.reached;
  await Promise.all(built.map((one) => one.close()));
  await assert.rejects(first.ready, /was closed before it was ready/);
});
