import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createLogger } from './logging.ts';

const folder = mkdtempSync(join(tmpdir(), 'pg8s-logging-'));
after(() => rmSync(folder, { recursive: true }));

test('every output gets what the level lets pass, behind what a file has already', () => {
  const [one, two] = [join(folder, 'one.log'), join(folder, 'two.log')];
  writeFileSync(one, 'before\n');
  const log = createLogger('debug', 'json', [one, two, two]);
  log.debug({ revision: 5 }, 'told');
  log.trace('not told');
  const lines = readFileSync(two, 'utf8').trimEnd().split('\n');
  assert.equal(lines.length, 1);
  assert.deepEqual(
    { ...JSON.parse(lines[0] ?? ''), time: 0 },
    { level: 20, time: 0, revision: 5, msg: 'told' },
  );
  assert.equal(readFileSync(one, 'utf8'), `before\n${lines[0]}\n`);
});

test('lines for people go into a file without colours', () => {
  const file = join(folder, 'text.log');
  createLogger('info', 'text', [file]).info({ part: 'etcd' }, 'ready');
  assert.match(readFileSync(file, 'utf8'), /^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: etcd: ready\n$/);
});

test('a file that cannot be written is a mistake of who gave it', () => {
  assert.throws(() => createLogger('info', 'json', [join(folder, 'none', 'x.log')]), {
    name: 'UsageError',
    message: /^cannot write the log to .*: ENOENT/,
  });
});
