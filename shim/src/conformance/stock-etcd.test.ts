import { test } from 'node:test';
import { createGrpcClient } from '../client/grpc-client.ts';
import { runCases } from './run-cases.ts';
import { startStockEtcd, stockEtcdVersion } from './stock-etcd.ts';

// That the cases hold for the original is what makes them worth anything.
const version = stockEtcdVersion();
if (version === undefined) {
  test(
    'etcd conformance: stock etcd',
    { skip: 'there is no `etcd` in PATH (Debian: etcd-server)' },
    () => {},
  );
} else {
  runCases(`stock etcd ${version}`, async () => {
    const etcd = await startStockEtcd(version);
    const client = createGrpcClient({ endpoints: [etcd.clientUrl] });
    return { name: 'stock', version, url: etcd.clientUrl, client, close: () => etcd.close() };
  });
}
