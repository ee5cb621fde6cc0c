import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, test } from 'node:test';
import { auditEventJson, auditEventLine, type AuditEvent } from '../audit-event.ts';
import { ignoringFailures, type AuditBackend, type AuditFailure } from '../audit-sink.ts';
import { BatchingBackend, type BatchOptions } from './batching.ts';
import { logBackend } from './log.ts';
import { RotatingFile } from './rotating-file.ts';
import { truncating } from './truncating.ts';
import { webhookBackend } from './webhook.ts';
import type { OutgoingClient } from '../../outgoing/outgoing-client.ts';

const event = (auditID: string, further: Partial<AuditEvent> = {}): AuditEvent => ({
  level: 'Metadata',
  auditID,
  stage: 'ResponseComplete',
  requestURI: '/version',
  verb: 'get',
  user: { name: 'jane', groups: ['dev', 'ops'] },
  sourceIPs: ['127.0.0.1'],
  userAgent: 'tests',
  responseStatus: { code: 200 },
  requestReceivedTimestamp: '2026-01-31T12:30:00.120000Z',
  stageTimestamp: '2026-01-31T12:30:00.125000Z',
  ...further,
});

/** Keeps what it gets; `open` lets the batches through that wait. */
class Recorder implements AuditBackend {
  readonly batches: string[][] = [];
  closed = false;
  gate: Promise<void> = Promise.resolve();

  async process(events: readonly AuditEvent[]): Promise<boolean> {
    this.batches.push(events.map(({ auditID }) => auditID));
    await this.gate;
    return true;
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

function failures(): { failed: AuditFailure; lost: string[] } {
  const lost: string[] = [];
  return {
    lost,
    failed: (plugin, error, events) =>
      void lost.push(
        `${plugin}: ${(error as Error).message}: ${events.map(({ auditID }) => auditID).join()}`,
      ),
  };
}

describe('batches', () => {
  const options: BatchOptions = { bufferSize: 5, maxSize: 2, maxWaitMs: 3_600_000, concurrent: false };

  test('are sent when they are full, and the rest at the end', async () => {
    const { failed, lost } = failures();
    const recorder = new Recorder();
    const backend = new BatchingBackend(recorder, options, { failed });
    for (const id of ['a', 'b', 'c']) assert.equal(backend.process([event(id)]), true);
    await new Promise(setImmediate);
    assert.deepEqual(recorder.batches, [['a', 'b']]);
    await backend.close();
    assert.deepEqual([recorder.batches, recorder.closed], [[['a', 'b'], ['c']], true]);
    backend.process([event('late')]);
    assert.deepEqual(lost, ['buffered: audit backend shut down: late']);
  });

  test('what finds no room is lost, and counted', async () => {
    const { failed, lost } = failures();
    const recorder = new Recorder();
    const { promise, resolve } = Promise.withResolvers<void>();
    recorder.gate = promise;
    const backend = new BatchingBackend(recorder, options, { failed });
    for (const id of 'abcdefghi') assert.equal(backend.process([event(id)]), true);
    assert.deepEqual(lost, [
      'buffered: audit buffer queue blocked: h',
      'buffered: audit buffer queue blocked: i',
    ]);
    resolve();
    await backend.close();
    assert.deepEqual(recorder.batches, [['a', 'b'], ['c', 'd'], ['e', 'f'], ['g']]);
  });

  test('a throttle gives each batch a token', async () => {
    let nowMs = 0;
    const slept: number[] = [];
    const timers = {
      nowMs: () => nowMs,
      sleep: async (ms: number) => {
        slept.push(ms);
        nowMs += ms;
      },
    };
    const recorder = new Recorder();
    const throttled = { ...options, bufferSize: 100, maxSize: 1, throttle: { qps: 10, burst: 2 } };
    const backend = new BatchingBackend(recorder, throttled, { failed: failures().failed, timers });
    backend.process(['a', 'b', 'c', 'd'].map((id) => event(id)));
    await backend.close();
    assert.equal(recorder.batches.length, 4);
    assert.deepEqual(slept, [100, 100]);
  });
});

test('large events lose their objects, larger ones are lost, batches are split', async () => {
  const { failed, lost } = failures();
  const recorder = new Recorder();
  const kept: AuditEvent[] = [];
  const delegate: AuditBackend = {
    process: (events) => {
      kept.push(...events);
      return recorder.process(events);
    },
    close: () => recorder.close(),
  };
  const backend = truncating(delegate, { maxEventBytes: 700, maxBatchBytes: 1000 }, failed);
  const object = JSON.stringify('x'.repeat(700));
  await backend.process([
    event('small'),
    event('large', { level: 'Request', requestObject: object }),
    event('larger', { requestURI: `/${'x'.repeat(700)}` }),
    event('next'),
  ]);
  assert.deepEqual(recorder.batches, [['small', 'large'], ['next']]);
  assert.deepEqual(lost, ['truncate: event is too large even after truncating: larger']);
  assert.equal(kept[1]?.requestObject, undefined);
  assert.deepEqual([...(kept[1]?.annotations ?? [])], [['audit.k8s.io/truncated', 'true']]);
});

describe('the log', () => {
  test('as JSON and as text', () => {
    const lines: string[] = [];
    const writer = { write: (line: string) => void lines.push(line), close: () => undefined };
    const { failed } = failures();
    const full = event('id', {
      objectRef: { resource: 'pods', namespace: 'default' },
      requestObject: '{"a":1}',
    });
    assert.equal(logBackend(writer, 'json', failed).process([full]), true);
    assert.equal(logBackend(writer, 'legacy', failed).process([full]), true);
    assert.equal(lines[0], `${auditEventJson(full)}\n`);
    assert.equal(JSON.parse(lines[0] ?? '').requestObject.a, 1);
    assert.equal(
      lines[1],
      '2026-01-31T12:30:00.12Z AUDIT: id="id" stage="ResponseComplete" ip="127.0.0.1" method="get" user="jane" groups="\\"dev\\",\\"ops\\"" as="<self>" asgroups="<lookup>" user-agent="tests" namespace="default" uri="/version" response="200"\n',
    );
    assert.equal(auditEventLine(full), (lines[1] ?? '').trimEnd());
  });

  test('a line that cannot be written is counted, and the request goes on only in the mode blocking', () => {
    const { failed, lost } = failures();
    const writer = {
      write: () => {
        throw new Error('no space left on device');
      },
      close: () => undefined,
    };
    const backend = logBackend(writer, 'json', failed);
    assert.equal(backend.process([event('a')]), false);
    assert.equal(ignoringFailures(backend).process([event('b')]), true);
    assert.deepEqual(lost, ['log: no space left on device: a', 'log: no space left on device: b']);
  });

  test('files are put aside, compressed and removed', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'pg8s-audit-'));
    t.after(() => rm(folder, { recursive: true }));
    const path = join(folder, 'made', 'audit.log');
    let day = 1;
    const now = (): Date => new Date(Date.UTC(2026, 0, day++, 12, 30));
    const failed = (error: unknown): void => assert.fail(String(error));
    const options = { path, maxSizeMiB: 1, maxBackups: 2, maxAgeDays: 0, compress: true };
    const file = new RotatingFile(options, { failed, now });
    const line = `${'x'.repeat(700_000)}\n`;
    for (let count = 0; count < 5; count++) file.write(line);
    await file.tidied;
    assert.throws(() => file.write('x'.repeat(1024 * 1024 + 1)), /exceeds maximum file size/);
    file.close();
    const names = (await readdir(join(folder, 'made'))).sort();
    assert.equal(names.length, 3, names.join());
    assert.ok(names.slice(0, 2).every((name) => /^audit-2026-01-\d\dT12-30-00\.000\.log\.gz$/.test(name)));
    assert.equal(gunzipSync(await readFile(join(folder, 'made', names[0] ?? ''))).toString(), line);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.equal((await stat(join(folder, 'made'))).mode & 0o777, 0o700);
    const again = new RotatingFile({ ...options, compress: false, maxAgeDays: 1 }, { failed, now });
    again.write(line);
    again.write(line);
    await again.tidied;
    again.close();
    assert.equal((await readdir(join(folder, 'made'))).length, 1, 'those older than a day are removed');
  });
});

test('a webhook is called five times, with growing delays, whatever goes wrong', async () => {
  const { failed, lost } = failures();
  const slept: number[] = [];
  const codes = [500, 404, 200, 400, 400, 400, 400, 400];
  const client = { call: async () => ({ code: codes.shift() ?? 0, headers: {}, body: Buffer.from('no') }) };
  const backend = webhookBackend({
    client: client as unknown as OutgoingClient,
    destination: { url: new URL('https://hook.example.com/') },
    headers: {},
    initialBackoffMs: 100,
    failed,
    sleep: async (ms) => void slept.push(ms),
    random: () => 0,
  });
  assert.equal(await backend.process([event('a')]), true);
  assert.deepEqual([slept.splice(0), lost], [[100, 150], []]);
  assert.equal(await backend.process([event('b')]), false);
  assert.deepEqual(slept, [100, 150, 225, 337.5]);
  assert.deepEqual(lost, ['webhook: the server responded with the status code 400: no: b']);
});
