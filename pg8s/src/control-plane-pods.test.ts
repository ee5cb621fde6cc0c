import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { apiserverFlags } from '@pg8s/apiserver-lite/flags/flags-table';
import { controllerManagerFlags } from '@pg8s/controllers/flags/controller-manager-flags';
import { schedulerFlags } from '@pg8s/controllers/flags/scheduler-flags';
import { etcdFlags } from '@pg8s/shim/flags/flags-table';
import { controlPlanePods, type RunningParts } from './control-plane-pods.ts';
import { createSelfSigned } from './pki/authority.ts';

const pair = await createSelfSigned({ organization: 'test', hosts: ['127.0.0.1'], years: 1 });
const files = { ...pair, certFile: '/pki/x.crt', keyFile: '/pki/x.key' };

function running(more: Partial<RunningParts> = {}): RunningParts {
  return {
    pki: {
      ca: files,
      apiserver: files,
      admin: files,
      controllerManager: files,
      scheduler: files,
      nodes: new Map(),
      serviceAccounts: {},
      etcdCa: files,
      etcdServer: files,
      etcdApiserver: files,
      etcdClient: files,
    } as unknown as RunningParts['pki'],
    dataDir: '/data',
    kubeconfigFile: '/data/kubeconfig',
    postgresUrl: undefined,
    etcdEndpoints: ['https://127.0.0.1:2379'],
    server: 'https://127.0.0.1:6443',
    flags: {
      etcd: { 'listen-client-urls': 'https://127.0.0.1:0', 'client-cert-auth': 'true' },
      apiserver: { 'secure-port': '0', 'client-ca-file': '/pki/ca.crt' },
      controllerManager: { 'node-monitor-period': '1s' },
      scheduler: { 'kube-api-qps': '7' },
    },
    problemOf: () => undefined,
    ...more,
  };
}

test('every part is there, with a command of flags that it has', () => {
  const pods = controlPlanePods(running());
  const known: Record<string, readonly string[]> = {
    etcd: etcdFlags.map(({ name }) => name),
    apiserver: apiserverFlags.map(({ name }) => name),
    controllers: [...controllerManagerFlags.map(({ name }) => name), 'no-scheduler'],
    scheduler: schedulerFlags.map(({ name }) => name),
  };
  for (const { name, command } of pods) {
    const [program, part = '', ...args] = command;
    assert.equal(program, 'pg8s');
    for (const arg of args) {
      const flag = /^--([a-z-]+)(=.*)?$/.exec(arg)?.[1] ?? arg;
      assert.ok(known[part]?.includes(flag), `${name}: ${arg}`);
    }
  }
  assert.deepEqual(
    pods.map(({ name, command }) => [name, command[1]]),
    [
      ['etcd', 'etcd'],
      ['kube-apiserver', 'apiserver'],
      ['kube-controller-manager', 'controllers'],
      ['kube-scheduler', 'scheduler'],
    ],
  );
});

test('commands have what was passed on, and the ports that were given', () => {
  const [etcd, apiserver, manager, scheduler] = controlPlanePods(running());
  assert.ok(etcd?.command.includes('--data-dir=/data'));
  assert.ok(etcd?.command.includes('--listen-client-urls=https://127.0.0.1:2379'));
  assert.ok(apiserver?.command.includes('--secure-port=6443'));
  assert.ok(apiserver?.command.includes('--etcd-servers=https://127.0.0.1:2379'));
  assert.ok(manager?.command.includes('--node-monitor-period=1s'));
  assert.ok(scheduler?.command.includes('--kube-api-qps=7'));
  const [external] = controlPlanePods(running({ postgresUrl: 'postgres://u:***@db/x' }));
  assert.ok(external?.command.includes('--postgres-url=postgres://u:***@db/x'));
  assert.ok(!external?.command.some((arg) => arg.startsWith('--data-dir')));
});

test('problems are those that the parts have', async (t) => {
  let status = 200;
  const asked: string[] = [];
  const server = createServer({ cert: pair.cert, key: pair.key }, (request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(status).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const pods = controlPlanePods(
    running({
      server: url,
      etcdEndpoints: [url],
      problemOf: (part) => (part === 'scheduler' ? 'it was closed' : undefined),
    }),
  );
  const problems = () => Promise.all(pods.map((pod) => pod.problem()));
  assert.deepEqual(await problems(), [undefined, undefined, undefined, 'it was closed']);
  assert.deepEqual(asked, ['/readyz', '/readyz']);
  status = 503;
  const failed = 'HTTP probe failed with statuscode: 503';
  assert.deepEqual((await problems()).slice(0, 2), [failed, failed]);
  server.close();
  await once(server, 'close');
  for (const problem of (await problems()).slice(0, 2)) assert.match(problem ?? '', /ECONNREFUSED/);
});
