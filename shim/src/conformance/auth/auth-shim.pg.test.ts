import { test } from 'node:test';
import { startShim } from '../../server.ts';
import { createDatabase } from '../../postgres/testing/create-database.ts';
import { runAuthCases } from './run-auth-cases.ts';

const serverUrl = process.env['PG8S_TEST_POSTGRES_URL'];
if (serverUrl === undefined) {
  test(
    'etcd conformance of auth: shim',
    { skip: 'PG8S_TEST_POSTGRES_URL names no PostgreSQL server' },
    () => {},
  );
} else {
  runAuthCases('shim', async () => {
    const database = await createDatabase(serverUrl);
    const shim = await startShim({
      postgresUrl: database.url,
      listenClientUrls: ['http://127.0.0.1:0'],
      bcryptCost: 4,
    });
    return {
      url: shim.clientUrls[0] as string,
      version: 'shim',
      async close() {
        await shim.close();
        await database.drop();
      },
    };
  });
}
