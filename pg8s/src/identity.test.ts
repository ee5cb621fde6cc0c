import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { stableIdentity } from './identity.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pg8s-identity-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const shared = { ownsDatabase: false };
const owned = { ownsDatabase: true };

test('a data directory keeps its identity, also when it is moved, and a copy gets another', async () => {
  const [first, copy, moved] = ['first', 'copy', 'moved'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await cp(await mkdtemp(join(folder, 'new-')), first, { recursive: true });
  const identity = await stableIdentity(first, shared);
  assert.equal(await stableIdentity(first, shared), identity);
  await cp(first, copy, { recursive: true });
  assert.notEqual(await stableIdentity(copy, shared), identity);
  assert.equal(await stableIdentity(copy, shared), await stableIdentity(copy, shared));
  await rename(first, moved);
  assert.equal(await stableIdentity(moved, shared), identity);
});

test('what an earlier version wrote, or nobody, is made good', async () => {
  const path = await mkdtemp(join(folder, 'earlier-'));
  await writeFile(join(path, 'identity'), 'host_1234\n');
  assert.equal(await stableIdentity(path, shared), 'host_1234');
  assert.match(await readFile(join(path, 'identity'), 'utf8'), /^host_1234\n\d+:\d+\n$/);
  await writeFile(join(path, 'identity'), '');
  assert.match(await stableIdentity(path, shared), /_[0-9a-f-]{36}$/);
});

test('a copy together with its database keeps the identity, for as long as it stays with that database', async () => {
  const first = await mkdtemp(join(folder, 'with-database-'));
  const copy = join(folder, 'copy-with-database');
  const identity = await stableIdentity(first, owned);
  await cp(first, copy, { recursive: true });
  assert.equal(await stableIdentity(copy, owned), identity);
  assert.equal(await stableIdentity(copy, owned), identity);
  // On a database elsewhere the original may be the other user.
  const apart = await stableIdentity(copy, shared);
  assert.notEqual(apart, identity);
  assert.equal(await stableIdentity(copy, owned), apart);
  assert.equal(await stableIdentity(first, shared), identity);
});
