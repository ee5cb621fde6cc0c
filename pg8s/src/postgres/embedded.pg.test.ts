import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import pino from 'pino';
import { startEmbeddedPostgres } from './embedded.ts';
import { UsageError } from '../usage-error.ts';

const log = pino({ level: 'silent' });

describe('the embedded PostgreSQL', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pg8s-embedded-'));
    await chmod(folder, 0o755);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('is made once, and found again', async () => {
    const dataDir = join(folder, 'again');
    const first = await startEmbeddedPostgres({ dataDir, log });
    assert.equal(first.created, true);
    await first.stop();
    const second = await startEmbeddedPostgres({ dataDir, log });
    assert.equal(second.created, false);
    await second.stop();
  });

  test('begins anew when it was killed while it initialised', async () => {
    const dataDir = join(folder, 'half');
    const whole = await startEmbeddedPostgres({ dataDir, log });
    await whole.stop();
    // What initdb leaves behind when it is killed: a version file, and not everything else.
    await rm(join(dataDir, 'global'), { recursive: true });
    await writeFile(`${dataDir}.initialising`, '');
    const again = await startEmbeddedPostgres({ dataDir, log });
    assert.equal(again.created, true);
    await again.stop();
    assert.ok(!(await readdir(folder)).includes('half.initialising'));
  });

  test('leaves a server alone that is in use', async () => {
    const dataDir = join(folder, 'live');
    const live = await startEmbeddedPostgres({ dataDir, log });
    const pid = await readFile(join(dataDir, 'postmaster.pid'), 'utf8');
    await assert.rejects(startEmbeddedPostgres({ dataDir, log }), (error) => {
      assert.ok(error instanceof UsageError);
      assert.equal(error.message, `the database in ${dataDir} is in use by another process`);
      return true;
    });
    assert.equal(await readFile(join(dataDir, 'postmaster.pid'), 'utf8'), pid);
    await live.stop();
  });

  test('takes data directories of any length', async () => {
    const dataDir = join(folder, 'x'.repeat(150));
    const long = await startEmbeddedPostgres({ dataDir, log });
    assert.match(long.url, /^postgresql:\/\//);
    await long.stop();
  });

  test('refuses a database of another major version', async () => {
    const dataDir = join(folder, 'old');
    const current = await startEmbeddedPostgres({ dataDir, log });
    await current.stop();
    await writeFile(join(dataDir, 'PG_VERSION'), '12\n');
    await assert.rejects(startEmbeddedPostgres({ dataDir, log }), /was made by PostgreSQL 12; this is \d+/);
  });
});
