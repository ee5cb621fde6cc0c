import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Connection } from '@pg8s/shim/postgres/connection/connection';
import pino from 'pino';
import type { SharedPostgres } from '../control-plane-options.ts';
import { startControlPlane } from '../control-plane.ts';
import { UsageError } from '../usage-error.ts';
import { startPostgres } from './shared.ts';

const log = pino({ level: 'silent' });

async function query(connectionString: string, text: string): Promise<(string | null)[][]> {
  const connection = new Connection({ connectionString, role: 'test', log, timeoutMs: 15_000 });
  try {
    return await connection.query(text);
  } finally {
    await connection.close();
  }
}

describe('a PostgreSQL that several control planes share', () => {
  let postgres: SharedPostgres;
  before(async () => {
    postgres = await startPostgres({ settings: { fsync: 'off' } });
  });
  after(() => postgres.stop());

  test('makes a database where it is missing, and drops it with its connections', async () => {
    const url = await postgres.createDatabase('one');
    await query(url, 'CREATE TABLE kept (x int)');
    assert.equal(await postgres.createDatabase('one'), url);
    assert.deepEqual(await query(url, 'SELECT count(*) FROM kept'), [['0']]);
    assert.deepEqual(await query(url, 'SHOW fsync'), [['off']]);
    const open = new Connection({ connectionString: url, role: 'test', log, timeoutMs: 15_000 });
    await open.connect();
    await postgres.dropDatabase('one');
    await postgres.dropDatabase('one');
    await assert.rejects(query(url, 'SELECT 1'));
    await open.close();
  });

  test('refuses names that PostgreSQL would change', async () => {
    for (const name of ['', 'One', 'a-b', 'a"b', 'x'.repeat(64)]) {
      await assert.rejects(postgres.createDatabase(name), UsageError, name);
      await assert.rejects(postgres.dropDatabase(name), UsageError, name);
    }
  });

  test('keeps a database that has a name, with the keys of its cluster', async () => {
    const cluster = await startControlPlane({ postgres, database: 'kept', nodes: 0 });
    const authority = /certificate-authority-data: (\S+)/.exec(cluster.kubeconfig)?.[1];
    await cluster.close();
    await assert.rejects(stat(dirname(cluster.kubeconfigFile)), { code: 'ENOENT' });
    const again = await startControlPlane({ postgres, database: 'kept', nodes: 0 });
    assert.equal(/certificate-authority-data: (\S+)/.exec(again.kubeconfig)?.[1], authority);
    await again.close();
  });

  test('options that exclude each other are refused', async () => {
    const postgresUrl = 'postgres://localhost/x';
    await assert.rejects(startControlPlane({ postgres, postgresUrl }), {
      name: 'UsageError',
      message: 'give postgres or postgresUrl, not both',
    });
    await assert.rejects(startControlPlane({ postgresUrl, database: 'x' }), { name: 'UsageError' });
  });
});
