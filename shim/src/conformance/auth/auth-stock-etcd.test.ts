import { test } from 'node:test';
import { runAuthCases } from './run-auth-cases.ts';
import { startStockEtcd, stockEtcdVersion } from '../stock-etcd.ts';

const version = stockEtcdVersion();
if (version === undefined) {
  test('etcd conformance of auth: stock etcd', { skip: 'there is no `etcd` in PATH' }, () => {});
} else {
  runAuthCases(`stock etcd ${version}`, async () => {
    const etcd = await startStockEtcd(version);
    return { url: etcd.clientUrl, version, close: () => etcd.close() };
  });
}
