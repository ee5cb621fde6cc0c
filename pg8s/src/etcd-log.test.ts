import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createLogger } from './logging.ts';

const folder = mkdtempSync(join(tmpdir(), 'pg8s-etcd-log-'));
after(() => rmSync(folder, { recursive: true }));

const envelope =
  /^\{"level":"(\w+)","ts":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z","caller":"(src\/etcd-log\.test\.ts:\d+)","msg":("(?:[^"\\]|\\.)*")(.*)\}$/;

test('lines are etcd’s, key by key', () => {
  const file = join(folder, 'log');
  const log = createLogger('debug', 'etcd', [file]);
  log.info({ urls: ['http://127.0.0.1:2379'], revision: 5 }, 'serving "clients"');
  log.debug('started %s in %d ms', 'it', 20);
  log.warn({ err: new Error('refused'), url: 'x' }, 'cannot');
  log.error({ err: new Error('broken') }, 'failed');
  log.fatal(new Error('the end'));
  log.trace('not told');
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const parts = lines.map((line) => envelope.exec(line) ?? assert.fail(line));
  assert.deepEqual(
    parts.map(([, level, , msg]) => [level, JSON.parse(msg ?? '')]),
    [
      ['info', 'serving "clients"'],
      ['debug', 'started it in 20 ms'],
      ['warn', 'cannot'],
      ['error', 'failed'],
      ['fatal', 'the end'],
    ],
  );
  const [info, debug, warn, error, fatal] = parts.map(([, , , , rest]) => rest ?? '');
  assert.deepEqual(
    [info, debug, warn],
    [',"urls":["http://127.0.0.1:2379"],"revision":5', '', ',"url":"x","error":"refused"'],
  );
  assert.match(error ?? '', /^,"error":"broken","stacktrace":"Error: broken\\n {4}at /);
  assert.match(fatal ?? '', /^,"error":"the end","stacktrace":/);
  const callers = parts.map(([, , caller]) => Number(caller?.split(':')[1]));
  assert.deepEqual(
    callers.map((line) => line - (callers[0] as number)),
    [0, 1, 2, 3, 4],
  );
});
