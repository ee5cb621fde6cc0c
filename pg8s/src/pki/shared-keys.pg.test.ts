import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { TestDatabase } from '@pg8s/shim/postgres/testing/test-database';
import pino from 'pino';
import { shareKeys } from './shared-keys.ts';
import { UsageError } from '../usage-error.ts';

const log = pino({ level: 'silent' });
const files = ['ca.crt', 'ca.key', 'etcd/ca.crt', 'etcd/ca.key', 'sa.pub', 'sa.key'];

describe('the keys of the control planes on one database', () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'pg8s-keys-'));
  });
  after(() => rm(root, { recursive: true, force: true }));

  const folderOf = (t: TestContext, name: string): string => join(root, t.name.replaceAll(/\W+/g, '-'), name);
  const read = (folder: string): Promise<string[]> =>
    Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));

  test('many first starts at once get the same', async (t) => {
    const { url: postgresUrl } = await TestDatabase.create(t);
    const folders = Array.from({ length: 5 }, (_, index) => folderOf(t, String(index)));
    await Promise.all(folders.map((folder) => shareKeys({ postgresUrl, folder, log })));
    const [first, ...others] = await Promise.all(folders.map(read));
    assert.equal(new Set(first).size, files.length);
    for (const other of others) assert.deepEqual(other, first);
    for (const file of files) {
      assert.equal((await stat(join(folders[0]!, file))).mode & 0o777, 0o600, file);
    }
  });

  test('those of a folder that was there first are everybody’s, and they stay', async (t) => {
    const [one, two] = [await TestDatabase.create(t), await TestDatabase.create(t)];
    const [early, late] = [folderOf(t, 'early'), folderOf(t, 'late')];
    await shareKeys({ postgresUrl: one.url, folder: early, log });
    const keys = await read(early);
    await shareKeys({ postgresUrl: two.url, folder: early, log });
    await shareKeys({ postgresUrl: two.url, folder: late, log });
    assert.deepEqual(await read(late), keys);
    await rm(late, { recursive: true });
    await shareKeys({ postgresUrl: two.url, folder: late, log });
    assert.deepEqual(await read(late), keys);
    assert.deepEqual(
      (await readdir(early)).filter((name) => name.endsWith('.replaced')),
      [],
    );
  });

  test('a folder with others gets them, and keeps its own beside them', async (t) => {
    const [one, two] = [await TestDatabase.create(t), await TestDatabase.create(t)];
    const [own, other] = [folderOf(t, 'own'), folderOf(t, 'other')];
    await shareKeys({ postgresUrl: one.url, folder: own, log });
    await shareKeys({ postgresUrl: two.url, folder: other, log });
    const before = await read(own);
    await shareKeys({ postgresUrl: two.url, folder: own, log });
    assert.deepEqual(await read(own), await read(other));
    assert.equal(await readFile(join(own, 'ca.key.replaced'), 'utf8'), before[1]);
  });

  test('other roles cannot read them', async (t) => {
    const database = await TestDatabase.create(t);
    await shareKeys({ postgresUrl: database.url, folder: folderOf(t, 'one'), log });
    const [row] = await database.query(
      `SELECT coalesce(array_to_string(relacl, ' '), '') AS acl, relowner::regrole = current_user::regrole AS mine
         FROM pg_class WHERE oid = 'pg8s.control_plane_keys'::regclass`,
    );
    // `=…/` would be a privilege of everybody.
    assert.doesNotMatch(String(row!['acl']), /(^| )=/);
    assert.equal(row!['mine'], true);
  });

  test('damaged ones are refused, and the folder stays as it is', async (t) => {
    const database = await TestDatabase.create(t);
    const folder = folderOf(t, 'one');
    await shareKeys({ postgresUrl: database.url, folder, log });
    const keys = await read(folder);
    await database.query(`UPDATE pg8s.control_plane_keys SET private = 'garbage' WHERE name = 'sa'`);
    await assert.rejects(shareKeys({ postgresUrl: database.url, folder, log }), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /^the keys "sa" in the table pg8s\.control_plane_keys are damaged: /);
      return true;
    });
    assert.deepEqual(await read(folder), keys);
    await writeFile(join(folder, 'note'), '');
  });
});
