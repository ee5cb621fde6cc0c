import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { createRequestLog, type FinishedCall, type RequestLog } from './request-log.ts';
import { putRequest, putResponse } from '../../etcdserverpb/messages/kv-messages.ts';
import type { Codec } from '../../etcdserverpb/codec/codec.ts';
import { startMemoryShim } from '../testing/start-memory-shim.ts';

type Line = Record<string, unknown>;

function logInto(lines: Line[], level = 'info'): pino.Logger {
  return pino({ level, base: null }, { write: (line) => lines.push(JSON.parse(line) as Line) });
}

const call: FinishedCall = {
  path: '/etcdserverpb.KV/Put',
  remote: '127.0.0.1:1',
  startMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678) + 0.25,
  durationMs: 1234.5,
  request: { key: Buffer.from('k'), value: Buffer.from('v') },
  requestCodec: putRequest as Codec<unknown>,
  response: undefined,
  responseCodec: putResponse as Codec<unknown>,
};

/** Many calls that took as long. */
function finish(log: RequestLog, times: { durationMs: number; waitedMs: number }, count: number): void {
  for (let done = 0; done < count; done++) if (log.wants(times)) log.write(call);
}

test('a line has etcd’s fields, with Go’s times', () => {
  const lines: Line[] = [];
  const log = createRequestLog({ log: logInto(lines), slowMs: 300 });
  finish(log, { durationMs: 1234.5, waitedMs: 1000 }, 1);
  const { level: _level, time: _time, ...fields } = lines[0] as Line;
  assert.deepEqual(fields, {
    'start time': '2026-01-02T03:04:05.678250Z',
    'time spent': '1.2345s',
    remote: '127.0.0.1:1',
    'response type': '/etcdserverpb.KV/Put',
    'request count': 1,
    'request size': 6,
    'response count': 0,
    'response size': 0,
    'request content': 'key:"k" value_size:1 ',
    msg: 'request stats',
  });
});

test('of thousands of calls that are slow at once a few are shown, and all are counted', () => {
  const lines: Line[] = [];
  const due: (() => void)[] = [];
  const log = createRequestLog({ log: logInto(lines), slowMs: 300, later: (work) => due.push(work) });
  finish(log, { durationMs: 300, waitedMs: 300 }, 5);
  assert.deepEqual([lines.length, due.length], [0, 0]);
  finish(log, { durationMs: 500, waitedMs: 400 }, 3000);
  assert.equal(lines.length, 10);
  // The process itself was too slow for these.
  finish(log, { durationMs: 400, waitedMs: 20 }, 2000);
  finish(log, { durationMs: 900, waitedMs: 0 }, 1);
  assert.deepEqual([lines.length, due.length], [10, 1]);
  due.pop()?.();
  assert.deepEqual(
    lines.slice(10).map(({ level: _level, time: _time, ...fields }) => fields),
    [
      { requests: 2990, msg: 'more requests were slow than are shown' },
      {
        requests: 2001,
        'longest time spent': '900ms',
        msg: 'requests were late because this process was busy',
      },
    ],
  );
  finish(log, { durationMs: 500, waitedMs: 400 }, 1);
  assert.equal(lines.length, 13);
});

test('at level debug every call is shown', () => {
  const lines: Line[] = [];
  finish(
    createRequestLog({ log: logInto(lines, 'debug'), slowMs: 300 }),
    { durationMs: 1, waitedMs: 0 },
    100,
  );
  assert.equal(lines.length, 100);
});

test('a call is slow for the time that the store takes, not for that of this thread', async () => {
  const lines: Line[] = [];
  const shim = await startMemoryShim({ log: logInto(lines), warningUnaryRequestDurationMs: 50 });
  after(() => shim.close());
  const client = shim.client();
  const { range } = shim.store;
  const stats = (): number => lines.filter(({ msg }) => msg === 'request stats').length;
  shim.store.range = async (request) => {
    const end = performance.now() + 100;
    while (performance.now() < end) await new Promise(setImmediate);
    return range.call(shim.store, request);
  };
  await client.range({ key: Buffer.from('k') });
  assert.equal(stats(), 0);
  shim.store.range = async (request) => {
    await sleep(100);
    return range.call(shim.store, request);
  };
  await client.range({ key: Buffer.from('k') });
  assert.equal(stats(), 1);
});
