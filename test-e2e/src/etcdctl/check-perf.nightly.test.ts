import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { obtainEtcdctl } from '../clients/obtain.ts';
import { attempt } from '../command.ts';
import { RunningEtcd } from '../running-etcd.ts';
import { temporaryDataDir } from '../running-pg8s.ts';

const files = await temporaryDataDir();
after(() => files.remove());

test('etcdctl check perf: 150 writes a second for a minute', { timeout: 180_000 }, async (t) => {
  const etcd = await RunningEtcd.start(files.path, 'http://127.0.0.1:0');
  t.after(() => etcd.stop());
  const args = ['--endpoints', etcd.url, 'check', 'perf', '--load', 's', '--auto-compact', '--auto-defrag'];
  const { code, stdout, stderr } = await attempt(await obtainEtcdctl(), args, { timeoutMs: 150_000 });
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /PASS: Throughput is \d+ writes\/s/);
  assert.match(stdout, /PASS: Slowest request took/);
  assert.match(stdout, /PASS: Stddev is/);
  assert.match(stdout, /^PASS$/m);
});
