/**
 * What the API server's start takes, from nothing to `/readyz`, by phases, on an etcd in memory: each round
 * is a process of its own, for only the first time counts. Nothing of the tables of kinds and schemas may be
 * felt: 0.3 s are the limit for all of it.
 *
 *     node apiserver-lite/bench/start.bench.ts
 */
import { execFile } from 'node:child_process';
import module from 'node:module';
import { promisify } from 'node:util';
import type { Logger } from 'pino';

const rounds = 7;
const limitMs = 300;

/** Milliseconds of each phase, in their order. */
type Phases = Record<string, number>;

class Stopwatch {
  readonly phases: Phases = {};
  #lastMs = 0;

  /** Ends a phase; the first began with the process. */
  lap(name: string): void {
    const nowMs = performance.now();
    this.phases[name] = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
  }
}

async function startOnce(): Promise<Phases> {
  // As the command does: what was compiled is kept for the next start.
  module.enableCompileCache();
  const watch = new Stopwatch();
  watch.lap('node itself');
  const { testAuthority } = await import('../src/server/testing/certificates.ts');
  const { requestHttp1 } = await import('../src/server/testing/https-client.ts');
  const { FakeEtcd } = await import('../src/storage/etcd/testing/fake-etcd.ts');
  const authority = await testAuthority();
  const [admin, tls] = await Promise.all([authority.client('a', ['system:masters']), authority.server()]);
  watch.lap('(certificates of the bench)');

  const { startApiserver } = await import('../src/apiserver.ts');
  watch.lap('modules');
  const { resources } = await import('@pg8s/k8s-proto/scheme');
  const { schemaTable } = await import('@pg8s/k8s-proto/schema/table');
  resources();
  schemaTable();
  watch.lap('tables of kinds and schemas');
  const { encodeObject } = await import('@pg8s/k8s-proto/stored-object');
  encodeObject({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' } });
  watch.lap('first codec');
  const log = { debug() {}, info() {}, warn() {}, error() {} } as unknown as Logger;
  const server = await startApiserver({
    etcd: new FakeEtcd(),
    securePort: 0,
    tls,
    clientCa: authority.cert,
    log,
    drainTimeoutMs: 1000,
  });
  watch.lap('bootstrap objects and caches');
  const get = (path: string) =>
    requestHttp1({ port: server.port, ca: authority.cert, identity: admin }, { path });
  if ((await get('/readyz')).text !== 'ok') throw new Error('the server is not ready');
  watch.lap('/readyz');
  await get('/api/v1/namespaces');
  watch.lap('later: first list');
  await get('/apis/apps/v1');
  watch.lap('later: first discovery');
  await get('/openapi/v3/apis/apps/v1');
  watch.lap('later: first OpenAPI document');
  await server.close();
  return watch.phases;
}

const run = promisify(execFile);

/** The median of each phase. */
async function measure(): Promise<Phases> {
  const all: Phases[] = [];
  const args = [import.meta.filename, 'once'];
  await run(process.execPath, args);
  for (let round = 0; round < rounds; round++) {
    const { stdout } = await run(process.execPath, args);
    all.push(JSON.parse(stdout) as Phases);
  }
  return Object.fromEntries(
    Object.keys(all[0] ?? {}).map((name) => {
      const sorted = all.map((phases) => phases[name] ?? 0).sort((a, b) => a - b);
      return [name, sorted[Math.floor(sorted.length / 2)] ?? 0];
    }),
  );
}

if (process.argv[2] === 'once') {
  console.log(JSON.stringify(await startOnce()));
} else {
  const phases = await measure();
  const node = phases['node itself'] ?? 1;
  for (const [name, ms] of Object.entries(phases)) {
    console.log(
      `start: ${name.padEnd(32)} ${ms.toFixed(0).padStart(6)} ms  ${(ms / node).toFixed(2)}x of node itself`,
    );
  }
  const tables = (phases['tables of kinds and schemas'] ?? 0) + (phases['first codec'] ?? 0);
  console.log(`start: all tables take ${(tables / limitMs).toFixed(2)} of the ${limitMs} ms that they may`);
}
