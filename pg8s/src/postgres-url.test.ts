import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkedPostgresUrl } from './postgres-url.ts';
import { UsageError } from './usage-error.ts';

test('URLs in the forms that libpq takes', () => {
  for (const text of [
    'postgres://user:secret@host:5433/database?sslmode=require',
    'postgresql://host',
    'postgres://one:5432,two:5433/database',
    'postgres://user@/database?host=/var/run/postgresql',
    'postgres://user:p%40ss@[::1]:5432/database',
    'postgres:///database?host=one,two&port=5432,5433',
  ]) {
    assert.equal(checkedPostgresUrl(text, '--postgres-url'), text);
  }
});

test('what is none is refused in one line that shows no password', () => {
  for (const text of [
    'foo',
    '',
    'http://host/database',
    'host=one dbname=two',
    'postgres:host',
    '/var/run secret',
  ]) {
    assert.throws(
      () => checkedPostgresUrl(text, '--postgres-url'),
      new UsageError(
        '--postgres-url must be a URL, postgres://USER:PASSWORD@HOST:PORT/DATABASE; it does not begin with postgres://',
      ),
      text,
    );
  }
  for (const text of [
    'postgres://user:secret@host:port/database',
    'postgres://user:100%@host/database',
    'postgres://a b/c',
  ]) {
    assert.throws(
      () => checkedPostgresUrl(text, '--postgres-url'),
      (error) =>
        error instanceof UsageError &&
        error.message.endsWith('must be written as %XX') &&
        !/secret/.test(error.message),
      text,
    );
  }
});
