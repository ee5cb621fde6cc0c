import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  access,
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  symlink,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { ServerProcess, until } from './testing/server-process.ts';

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
/** Nobody: /etc/passwd does not name it, as in a container that is started with `--user`. */
const someUid = 23_456;
/** As root, everything is tried as another user as well. */
const users = isRoot ? [undefined, someUid] : [undefined];

for (const uid of users) {
  const whose = uid === undefined ? (isRoot ? 'root' : 'a user') : 'another user';
  const as = uid === undefined ? {} : { uid, gid: uid };
  describe(`data directories of ${whose}, in a folder that nobody else may enter`, () => {
    let folder: string;
    let original: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'pg8s-copies-'));
      if (uid !== undefined) await chown(folder, uid, uid);
      original = join(folder, 'original');
      const first = await start(original);
      await first.sql('CREATE TABLE seen (who text)');
      await first.sql(`INSERT INTO seen VALUES ('original')`);
      await first.stop();
    });
    after(() => rm(folder, { recursive: true, force: true }));

    const start = (dataDir: string): Promise<ServerProcess> =>
      ServerProcess.start(join(dataDir, 'postgres'), uid);
    const seen = async (server: ServerProcess): Promise<string[]> =>
      (await server.sql('SELECT who FROM seen ORDER BY who')).map(([who]) => who!);
    const finds = async (dataDir: string, expected: readonly string[]): Promise<void> => {
      const server = await start(dataDir);
      assert.equal(server.created, false);
      assert.deepEqual(await seen(server), expected);
      await server.stop();
    };

    test('all data is in it', async () => {
      assert.ok((await lstat(join(original, 'postgres'))).isDirectory());
      assert.equal((await lstat(join(original, 'postgres'))).mode & 0o777, 0o700);
      await access(join(original, 'postgres', 'PG_VERSION'));
      assert.deepEqual((await readdir(original)).sort(), ['postgres', 'postgres.lock']);
      assert.equal((await lstat(folder)).mode & 0o777, 0o700);
    });

    test('a copy is a database of its own, beside its original', async () => {
      const copy = join(folder, 'copy');
      await run('cp', ['-a', original, copy], as);
      const one = await start(original);
      const two = await start(copy);
      await one.sql(`INSERT INTO seen VALUES ('one')`);
      await two.sql(`INSERT INTO seen VALUES ('two')`);
      assert.deepEqual(await seen(one), ['one', 'original']);
      assert.deepEqual(await seen(two), ['original', 'two']);
      await one.sql(`DELETE FROM seen WHERE who = 'one'`);
      await one.stop();
      await two.stop();
    });

    test('a copy made while the original runs leaves it alone', async () => {
      const live = await start(original);
      const postmaster = await live.postmaster();
      await live.sql('CHECKPOINT');
      const copy = join(folder, 'copy-of-live');
      await run('cp', ['-a', original, copy], as);
      await access(join(copy, 'postgres', 'postmaster.pid'));
      await finds(copy, ['original']);
      assert.equal(await live.postmaster(), postmaster);
      assert.deepEqual(await seen(live), ['original']);
      await live.stop();
    });

    test('a copy with other owners and modes', async () => {
      const copy = join(folder, 'plain-copy');
      await run('cp', ['-r', original, copy], as);
      await chmod(join(copy, 'postgres'), 0o755);
      await finds(copy, ['original']);
    });

    test('moved', async () => {
      const moved = join(folder, 'moved');
      await rename(original, moved);
      await finds(moved, ['original']);
      await rename(moved, original);
    });

    test('packed with tar and unpacked elsewhere', async () => {
      const archive = join(folder, 'archive.tar');
      await run('tar', ['-cf', archive, '-C', folder, 'original'], as);
      const unpacked = join(folder, 'unpacked');
      await run('mkdir', [unpacked], as);
      await run('tar', ['-xf', archive, '-C', unpacked], as);
      await finds(join(unpacked, 'original'), ['original']);
    });

    test('a second start on the same one is refused, and the first one lives on', async () => {
      const first = await start(original);
      const postmaster = await first.postmaster();
      const alias = join(folder, 'alias');
      await symlink(original, alias);
      for (const name of [original, alias]) {
        await assert.rejects(start(name), /^Error: the database in \S+ is in use by another process$/);
      }
      assert.equal(await first.postmaster(), postmaster);
      assert.deepEqual(await seen(first), ['original']);
      await first.stop();
    });

    test('a link that the user made leads to the database, which is locked by either name', async () => {
      const linked = join(folder, 'linked');
      await run('mkdir', [linked], as);
      await symlink(join(original, 'postgres'), join(linked, 'postgres'));
      const first = await start(linked);
      assert.deepEqual(await seen(first), ['original']);
      await assert.rejects(start(original), /is in use by another process$/);
      await first.stop();
      await finds(original, ['original']);
    });

    test('killed with its server still there, it is taken over when that has ended', async () => {
      const first = await start(original);
      await first.end('SIGKILL');
      await finds(original, ['original']);
    });

    test('a very long path', async () => {
      const long = join(folder, 'x'.repeat(150), 'y'.repeat(150));
      await run('mkdir', ['-p', long], as);
      await run('cp', ['-a', join(original, 'postgres'), long], as);
      await finds(long, ['original']);
    });
  });
}

describe('a database that an earlier version put elsewhere, with a link to it', { skip: !isRoot }, () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pg8s-linked-'));
    await chmod(folder, 0o755);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('comes back into its data directory, and into each copy of that', async () => {
    // The second place where such versions put it: below the folder for temporary files.
    const env = { TMPDIR: folder };
    const start = (dataDir: string): Promise<ServerProcess> => ServerProcess.start(dataDir, undefined, env);
    const real = join(folder, 'pg8s', 'cluster-abc');
    await mkdir(join(folder, 'pg8s'));
    const first = await start(real);
    await first.sql('CREATE TABLE seen ()');
    const dataDirs = [join(folder, 'one'), join(folder, 'two')];
    for (const dataDir of dataDirs) {
      await mkdir(dataDir);
      await symlink(real, join(dataDir, 'postgres'));
    }
    await assert.rejects(start(join(dataDirs[0]!, 'postgres')), /is in use by process \d+$/);
    await first.stop();
    for (const dataDir of dataDirs) {
      const server = await start(join(dataDir, 'postgres'));
      assert.equal(server.created, false);
      assert.deepEqual(await server.sql('SELECT count(*) FROM seen'), [['0']]);
      await server.stop();
      assert.ok((await lstat(join(dataDir, 'postgres'))).isDirectory());
    }
    await rm(real, { recursive: true });
    await cp(dataDirs[0]!, join(folder, 'three'), {
      recursive: true,
      filter: (path) => !path.endsWith('/postgres'),
    });
    await symlink(real, join(folder, 'three', 'postgres'));
    await assert.rejects(start(join(folder, 'three', 'postgres')), /which is gone: remove .* to begin anew$/);
    await until('nothing is left there', async () =>
      (await readdir(join(folder, 'pg8s'))).every((name) => name.endsWith('.lock')),
    );
  });
});
