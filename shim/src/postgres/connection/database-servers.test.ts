import assert from 'node:assert/strict';
import { test } from 'node:test';
import { databaseServers } from './database-servers.ts';

const strings = (text: string): string[] =>
  databaseServers(text).map(({ name, connectionString }) => `${name} ${connectionString}`);

test('one server stays as it is, but for what the driver does not know', () => {
  assert.deepEqual(strings('postgres://u:p@db:5433/x?sslmode=require'), [
    'db:5433 postgres://u:p@db:5433/x?sslmode=require',
  ]);
  assert.deepEqual(strings('postgresql://db?target_session_attrs=read-write'), ['db postgresql://db']);
  assert.deepEqual(strings('/var/run/postgresql'), ['the database /var/run/postgresql']);
});

test('several servers, in their order', () => {
  assert.deepEqual(
    strings('postgres://u:p%2C@one:1,two,[::1]:3/x?target_session_attrs=read-write&sslmode=disable'),
    [
      'one:1 postgres://u:p%2C@one:1/x?sslmode=disable',
      'two postgres://u:p%2C@two/x?sslmode=disable',
      '[::1]:3 postgres://u:p%2C@[::1]:3/x?sslmode=disable',
    ],
  );
});

test('servers named by parameters', () => {
  assert.deepEqual(strings('postgres://u@/x?host=/run/a,/run/b&port=1,2'), [
    '/run/a:1 postgres://u@/x?host=%2Frun%2Fa&port=1',
    '/run/b:2 postgres://u@/x?host=%2Frun%2Fb&port=2',
  ]);
  assert.deepEqual(strings('postgresql://u@localhost/x?host=%2Frun&port=5432'), [
    '/run:5432 postgresql://u@localhost/x?host=%2Frun&port=5432',
  ]);
});
