import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createGrpcClient } from '@pg8s/shim/client/grpc-client';
import { obtainClientv3 } from '../clients/clientv3.ts';
import { obtainCurrentEtcd } from '../clients/current-etcd.ts';
import { obtainEtcdctl } from '../clients/obtain.ts';
import { attempt } from '../command.ts';
import { DelayingProxy, type DelayingProxyOptions } from '../delaying-proxy.ts';
import { RunningEtcd } from '../running-etcd.ts';
import { temporaryDataDir } from '../running-pg8s.ts';

const files = await temporaryDataDir();
after(() => files.remove());

const clientv3 = await obtainClientv3();
const current = await obtainCurrentEtcd();
const programs: Readonly<Record<string, string>> = {
  'installed etcdctl': await obtainEtcdctl(),
  ...(current.paths === undefined ? {} : { 'current etcdctl': current.paths.etcdctl }),
};

/** 64 MiB of history that is read, and 500 MiB for snapshots. */
const listed = 64;
const listedBytes = 1 << 20;
const stored = 436;

const lines: Readonly<Record<string, DelayingProxyOptions | undefined>> = {
  'this machine': undefined,
  'a line of 5 ms': { delayMs: 5 },
  'a line of 20 ms': { delayMs: 20 },
  'a slow line': { delayMs: 5, bytesPerSecond: 20_000_000 },
};

describe('Go clients get answers of 64 MiB and snapshots of 500', { timeout: 1_200_000 }, () => {
  let etcd: RunningEtcd;
  let firstRevision: number;

  before(async () => {
    etcd = await RunningEtcd.start(join(files.path, 'etcd'), 'http://127.0.0.1:0');
    const client = createGrpcClient({ endpoints: [etcd.url] });
    const put = (prefix: string, index: number) =>
      client.put({ key: Buffer.from(`${prefix}/${index}`), value: Buffer.alloc(listedBytes, 120) });
    firstRevision = (await put('listed', 0)).header.revision;
    for (let index = 1; index < listed; index++) await put('listed', index);
    for (let index = 0; index < stored; index++) await put('stored', index);
    client.close();
  });
  after(() => etcd?.stop());

  async function reached(
    line: string,
    t: { after(work: () => void): void },
    work: (endpoint: string) => Promise<void>,
  ): Promise<void> {
    const options = lines[line];
    if (options === undefined) return work(etcd.url);
    const proxy = await DelayingProxy.start(etcd.url, options);
    t.after(() => proxy.close());
    return work(proxy.url);
  }

  for (const line of Object.keys(lines)) {
    test(`clientv3 over ${line}`, { skip: clientv3.missing ?? false }, (t) =>
      reached(line, t, async (endpoint) => {
        const ask = async (...args: readonly string[]): Promise<Record<string, number>> => {
          const program = clientv3.paths?.clientv3 ?? '';
          const { code, stdout, stderr } = await attempt(program, [endpoint, ...args], {
            timeoutMs: 240_000,
          });
          assert.equal(code, 0, stderr);
          assert.doesNotMatch(stderr, /too_many_pings/);
          return JSON.parse(stdout) as Record<string, number>;
        };
        const revision = firstRevision + listed + stored - 1;
        const all = { items: listed, bytes: listed * listedBytes, revision };
        assert.deepEqual(await ask('list', 'listed/'), { ...all, responses: 1 });
        const watched = await ask('watch', 'listed/', String(firstRevision), String(listed));
        assert.deepEqual({ ...watched, responses: 0 }, { ...all, responses: 0 });
        assert.ok((await ask('snapshot'))['bytes']! > (listed + stored) * listedBytes);
      }),
    );

    for (const [name, program] of Object.entries(programs)) {
      test(`${name} over ${line}`, (t) =>
        reached(line, t, async (endpoint) => {
          const file = join(files.path, 'snapshot');
          const { code, stderr } = await attempt(
            program,
            ['--endpoints', endpoint, 'snapshot', 'save', file],
            { env: { ...process.env, ETCDCTL_API: '3' }, timeoutMs: 240_000 },
          );
          assert.equal(code, 0, stderr);
          assert.doesNotMatch(stderr, /too_many_pings/);
          assert.ok((await stat(file)).size > (listed + stored) * listedBytes);
        }));
    }
  }
});
