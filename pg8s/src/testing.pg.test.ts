import assert from 'node:assert/strict';
import { test } from 'node:test';
import { processTree, until } from './postgres/testing/server-process.ts';
import { startTestCluster } from './testing.ts';
import { UsageError } from './usage-error.ts';

const hasChildren = async (): Promise<boolean> => (await processTree(process.pid)).length > 1;

test('test clusters share a PostgreSQL, which ends with the last', async () => {
  const [one, other] = await Promise.all([startTestCluster({ nodes: 0 }), startTestCluster({ nodes: 0 })]);
  assert.notEqual(one.server, other.server);
  const postgresServers = (await processTree(process.pid)).length;
  await one.close();
  await one.close();
  assert.ok(await hasChildren());
  const third = await startTestCluster({ nodes: 0 });
  assert.ok((await processTree(process.pid)).length <= postgresServers + 5, 'there is a second PostgreSQL');
  await third.close();
  await other.close();
  await until('PostgreSQL has ended', async () => !(await hasChildren()));
});

test('one that cannot start leaves no PostgreSQL', async () => {
  await assert.rejects(startTestCluster({ etcdArgs: ['no-such-flag=1'] }), UsageError);
  await until('PostgreSQL has ended', async () => !(await hasChildren()));
});
