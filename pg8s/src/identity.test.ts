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

test('a data directory keeps its identity, also when it is moved, and a copy gets another', async () => {
  const [first, copy, moved] = ['first', 'copy', 'moved'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await cp(await mkdtemp(join(folder, 'new-')), first, { recursive: true });
  const identity = await stableIdentity(first);
  assert.equal(await stableIdentity(first), identity);
  await cp(first, copy, { recursive: true });
  assert.notEqual(await stableIdentity(copy), identity);
  assert.equal(await stableIdentity(copy), await stableIdentity(copy));
  await rename(first, moved);
  assert.equal(await stableIdentity(moved), identity);
});

test('what an earlier version wrote, or nobody, is made good', async () => {
  const path = await mkdtemp(join(folder, 'earlier-'));
  await writeFile(join(path, 'identity'), 'host_1234\n');
  assert.equal(await stableIdentity(path), 'host_1234');
  assert.match(await readFile(join(path, 'identity'), 'utf8'), /^host_1234\n\d+:\d+\n$/);
  await writeFile(join(path, 'identity'), '');
  assert.match(await stableIdentity(path), /_[0-9a-f-]{36}$/);
});
