import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import pg from 'pg';
import { createGrpcClient } from '../client/grpc-client.ts';
import { startShim } from '../server.ts';
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
        async close() {
          await shim.close();
          await database.drop();
        },
      };
    });
  }
}

async function createDatabase(url: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `pg8s_conformance_${randomUUID().replaceAll('-', '')}`;
  const ask = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  await ask(`CREATE DATABASE ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return { url: own.href, drop: () => ask(`DROP DATABASE ${name} WITH (FORCE)`) };
}
