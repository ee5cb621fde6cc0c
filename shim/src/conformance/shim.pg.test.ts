import { test } from 'node:test';
import { createGrpcClient } from '../client/grpc-client.ts';
import { startShim } from '../server.ts';
import { createDatabase } from '../postgres/testing/create-database.ts';
import { runCases } from './run-cases.ts';

const serverUrl = process.env['PG8S_TEST_POSTGRES_URL'];
if (serverUrl === undefined) {
  test('etcd conformance: shim', { skip: 'PG8S_TEST_POSTGRES_URL names no PostgreSQL server' }, () => {});
} else {
  for (const transport of ['gRPC', 'in process'] as const) {
    runCases(`shim, ${transport}`, async () => {
      const database = await createDatabase(serverUrl);
      const shim = await startShim({ postgresUrl: database.url, listenClientUrls: ['http://127.0.0.1:0'] });
      const client = transport === 'gRPC' ? createGrpcClient({ endpoints: shim.clientUrls }) : shim.client();
      return {
        name: 'shim',
        version: 'shim',
        ...(transport === 'gRPC' ? { url: shim.clientUrls[0] as string } : {}),
        client,
        ...(transport === 'gRPC' ? {} : { maintenance: () => shim.maintenance() }),
        async close() {
          await shim.close();
          await database.drop();
        },
      };
    });
  }
}
