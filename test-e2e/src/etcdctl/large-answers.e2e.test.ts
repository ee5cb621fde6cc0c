import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createGrpcClient } from '@pg8s/shim/client/grpc-client';
import { obtainEtcdctl } from '../clients/obtain.ts';
import { attempt } from '../command.ts';
import { DelayingProxy, type DelayingProxyOptions } from '../delaying-proxy.ts';
import { RunningEtcd } from '../running-etcd.ts';
import { temporaryDataDir } from '../running-pg8s.ts';

const files = await temporaryDataDir();
after(() => files.remove());

const valueBytes = 1_000_000;
const keys = 8;

const lines: Readonly<Record<string, DelayingProxyOptions | undefined>> = {
  'this machine': undefined,
  'a line of 5 ms': { delayMs: 5 },
  'a line of 20 ms': { delayMs: 20 },
  'a slow line': { delayMs: 5, bytesPerSecond: 4_000_000 },
};

describe('etcdctl, which pings while an answer arrives, gets large answers', { timeout: 300_000 }, () => {
  let etcdctl: string;
  let etcd: RunningEtcd;

  before(async () => {
    etcdctl = await obtainEtcdctl();
    etcd = await RunningEtcd.start(join(files.path, 'etcd'), 'http://127.0.0.1:0');
    const client = createGrpcClient({ endpoints: [etcd.url] });
    for (let index = 0; index < keys; index++) {
      await client.put({ key: Buffer.from(`large/${index}`), value: Buffer.alloc(valueBytes, 120) });
    }
    client.close();
  });
  after(() => etcd?.stop());

  for (const [line, options] of Object.entries(lines)) {
    test(`over ${line}`, async (t) => {
      let endpoint = etcd.url;
      if (options !== undefined) {
        const proxy = await DelayingProxy.start(etcd.url, options);
        t.after(() => proxy.close());
        endpoint = proxy.url;
      }
      const call = async (...args: readonly string[]): Promise<{ stdout: string; stderr: string }> => {
        const { code, stdout, stderr } = await attempt(etcdctl, ['--endpoints', endpoint, ...args], {
          env: { ...process.env, ETCDCTL_API: '3' },
        });
        assert.equal(code, 0, stderr);
        return { stdout, stderr };
      };
      const list = await call('get', 'large/', '--prefix', '--print-value-only');
      assert.equal(list.stdout.length, keys * (valueBytes + 1));
      assert.doesNotMatch(list.stderr, /too_many_pings/);

      const file = join(files.path, `snapshot-${line.replaceAll(/\W/g, '-')}`);
      const { stderr } = await call('snapshot', 'save', file);
      assert.doesNotMatch(stderr, /too_many_pings/);
      assert.ok((await stat(file)).size > keys * valueBytes);
      assert.ok(await holds(file, 'large/7'));
    });
  }
});

async function holds(file: string, text: string): Promise<boolean> {
  let rest = '';
  for await (const chunk of createReadStream(file, 'latin1')) {
    rest = rest.slice(-text.length) + String(chunk);
    if (rest.includes(text)) return true;
  }
  return false;
}
