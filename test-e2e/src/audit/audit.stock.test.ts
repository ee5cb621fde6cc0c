/** The same requests to pg8s and to a stock kube-apiserver: their audit logs are equal, event for event. */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import type { AskedRequest, AskedServer } from '../differential/asked-server.ts';
import { comparisonTimeoutMs } from '../differential/compare-with-stock.ts';
import { startOurs, startStock } from '../differential/start-servers.ts';
import { eventually } from '../command.ts';
import { temporaryDataDir } from '../running-pg8s.ts';
import { auditedRequests, auditPolicy } from './audited-requests.ts';

const cases = Object.entries(auditedRequests);
const idOf = (name: string): string => `case: ${name}`.slice(0, 64);

/** What differs from one server, or one moment, to another. */
function normalised(line: string): unknown {
  return JSON.parse(
    line
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UUID')
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME')
      .replaceAll(/"resourceVersion":"\d+"/g, '"resourceVersion":"N"')
      .replaceAll(/"10\.96\.\d+\.\d+"/g, '"ADDRESS"')
      .replaceAll(/generated-[a-z0-9]{5}/g, 'generated-NAME')
      .replaceAll(/"token":"[^"]+"/g, '"token":"TOKEN"')
      // Texts of our own, as in docs/compatibility.md.
      .replaceAll(/("format":"\w*",)"description":"(?:[^"\\]|\\.)*"/g, '$1"description":"TEXT"')
      .replaceAll(/"(<unknown>|\d+[smh])"/g, '"AGE"'),
  );
}

describe('audit logs', { timeout: comparisonTimeoutMs }, () => {
  let folder: Awaited<ReturnType<typeof temporaryDataDir>>;
  let servers: AskedServer[] = [];
  let missing: string | undefined;
  let webhook: Server;
  /** The bodies of calls of the webhook, by the path: the server's name. */
  const calls = new Map<string, string[]>();
  const logs: string[] = [];

  before(async () => {
    folder = await temporaryDataDir();
    const policy = join(folder.path, 'policy.yaml');
    await mkdir(folder.path, { recursive: true });
    await writeFile(policy, auditPolicy);
    webhook = await listenForEvents(calls);
    const { port } = webhook.address() as AddressInfo;
    const flags = async (name: string): Promise<string[]> => {
      const [log, kubeconfig] = [join(folder.path, `${name}.log`), join(folder.path, `${name}.kubeconfig`)];
      logs.push(log);
      await writeFile(kubeconfig, kubeconfigOf(`http://127.0.0.1:${port}/${name}`));
      return [
        `--audit-policy-file=${policy}`,
        `--audit-log-path=${log}`,
        `--audit-webhook-config-file=${kubeconfig}`,
        '--audit-webhook-batch-max-wait=200ms',
      ];
    };
    const ours = await startOurs(join(folder.path, 'pg8s'), await flags('pg8s'));
    servers = [ours];
    const stock = await startStock(join(folder.path, 'stock'), ours.clientCaFile, await flags('stock'));
    if ('missing' in stock) missing = stock.missing;
    else servers.push(stock);
    for (const server of servers) {
      for (const [name, request] of [...preparation, ...cases]) {
        const headers = { 'user-agent': 'tests', ...request.headers, 'audit-id': idOf(name) };
        await server.ask({ ...request, headers }, 'HTTP/1.1');
      }
    }
  });

  after(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    webhook?.close();
    await folder?.remove();
  });

  const eventsOf = async (log: string, name: string): Promise<string[]> => {
    const lines = (await readFile(log, 'utf8')).split('\n');
    return lines.filter((line) => line.includes(`"auditID":${JSON.stringify(idOf(name))}`));
  };

  test('a webhook gets the same events in lists', async (t: TestContext) => {
    if (missing !== undefined) return t.skip(missing);
    for (const [index, { name }] of servers.entries()) {
      const eventsOfCases = async (): Promise<{ logged: string[]; sent: string[] }> => {
        const lines = (await readFile(logs[index] ?? '', 'utf8')).split('\n');
        const logged = lines.filter((line) => line.includes('"auditID":"case: ')).map(withoutType);
        const lists = (calls.get(`/${name}`) ?? []).map((body) => JSON.parse(body) as EventList);
        for (const { items, ...rest } of lists) {
          assert.deepEqual(rest, { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {} });
          assert.ok(items.length <= 400);
        }
        const items = lists
          .flatMap((list) => list.items)
          .filter(({ auditID }) => auditID.startsWith('case: '));
        return { logged: logged.sort(), sent: items.map((item) => JSON.stringify(item)).sort() };
      };
      await eventually(async () => {
        const { logged, sent } = await eventsOfCases();
        return sent.length >= logged.length;
      });
      const { logged, sent } = await eventsOfCases();
      assert.deepEqual(sent, logged, name);
    }
  });

  for (const [name] of cases) {
    test(name, async (t: TestContext) => {
      if (missing !== undefined) return t.skip(missing);
      const [ours = '', stock = ''] = logs;
      const wanted = await eventsOf(stock, name);
      await eventually(async () => (await eventsOf(ours, name)).length >= wanted.length);
      const got = await eventsOf(ours, name);
      assert.deepEqual(
        got.map((line) => normalised(line)),
        wanted.map((line) => normalised(line)),
      );
    });
  }
});

const preparation: readonly (readonly [string, AskedRequest])[] = [
  [
    'an account',
    { path: '/api/v1/namespaces/default/serviceaccounts', body: { metadata: { name: 'audited' } } },
  ],
];

interface EventList {
  items: { auditID: string }[];
}

function withoutType(line: string): string {
  const { kind: _kind, apiVersion: _apiVersion, ...event } = JSON.parse(line) as Record<string, unknown>;
  return JSON.stringify(event);
}

async function listenForEvents(calls: Map<string, string[]>): Promise<Server> {
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const path = new URL(request.url ?? '/', 'http://localhost').pathname;
      calls.set(path, [...(calls.get(path) ?? []), Buffer.concat(pieces).toString()]);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function kubeconfigOf(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'webhook', cluster: { server } }],
    contexts: [{ name: 'webhook', context: { cluster: 'webhook', user: '' } }],
    'current-context': 'webhook',
  });
}
