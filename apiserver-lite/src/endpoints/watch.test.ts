import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeMessage } from '@pg8s/k8s-proto/codec/codec';
import { decodeObject } from '@pg8s/k8s-proto/stored-object';
import { expired } from '../api-errors/status-error.ts';
import { object, path, start } from './testing/watched-config-maps.ts';

/** Reads a stream piece by piece. */
class Stream {
  readonly response: Response;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #abort: AbortController;
  #buffer = Buffer.alloc(0);

  private constructor(response: Response, abort: AbortController) {
    this.response = response;
    this.#reader = response.body!.getReader();
    this.#abort = abort;
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<Stream> {
    const abort = new AbortController();
    return new Stream(await fetch(url, { headers, signal: abort.signal }), abort);
  }

  async #more(): Promise<boolean> {
    const { value, done } = await this.#reader.read();
    if (value !== undefined) this.#buffer = Buffer.concat([this.#buffer, value]);
    return !done;
  }

  // oxlint-disable-next-line typescript/no-explicit-any
  async line(): Promise<any> {
    for (;;) {
      const end = this.#buffer.indexOf(10);
      if (end >= 0) {
        const line = this.#buffer.subarray(0, end).toString();
        this.#buffer = this.#buffer.subarray(end + 1);
        return JSON.parse(line);
      }
      if (!(await this.#more())) return undefined;
    }
  }

  async frame(): Promise<Buffer> {
    while (this.#buffer.length < 4 || this.#buffer.length < 4 + this.#buffer.readUInt32BE())
      await this.#more();
    const end = 4 + this.#buffer.readUInt32BE();
    const frame = this.#buffer.subarray(4, end);
    this.#buffer = this.#buffer.subarray(end);
    return frame;
  }

  close(): void {
    this.#abort.abort();
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

test('headers come at once, events as lines, until the client leaves', async (t) => {
  const context = await start(t);
  const stream = await Stream.open(
    `${context.server.url}${path}?watch=true&resourceVersion=1&allowWatchBookmarks=true`,
  );
  assert.equal(stream.response.headers.get('content-type'), 'application/json');
  assert.deepEqual((context.store.lastOptions as { allowWatchBookmarks: boolean }).allowWatchBookmarks, true);
  context.store.put(object('one'), 'ADDED');
  context.store.put(object('one', 'y'), 'MODIFIED');
  const added = await stream.line();
  assert.deepEqual(Object.keys(added.object), ['kind', 'apiVersion', 'metadata', 'data']);
  assert.deepEqual([added.type, added.object.metadata.resourceVersion], ['ADDED', '101']);
  assert.equal((await stream.line()).object.data.a, 'y');
  const [watcher] = context.store.watchers;
  stream.close();
  await until(() => watcher!.closed);
});

test('a watch whose time is over before it begins ends with an error', async (t) => {
  const context = await start(t);
  const { status, text } = await context.server.send('GET', `${path}?watch=1&timeoutSeconds=-1`);
  assert.equal(status, 200);
  assert.deepEqual(JSON.parse(text), {
    type: 'ERROR',
    object: {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'context deadline exceeded',
      reason: 'InternalError',
      code: 500,
    },
  });
});

test('a watch ends by its timeout', async (t) => {
  const context = await start(t);
  const stream = await Stream.open(`${context.server.url}${path}?watch=1&timeoutSeconds=1`);
  assert.equal(await stream.line(), undefined);
  assert.ok([...context.store.watchers].every(({ closed }) => closed));
});

test('a history that is gone is an ERROR event, at once or on the way', async (t) => {
  const context = await start(t);
  context.store.compactedRevision = 50;
  const late = await Stream.open(`${context.server.url}${path}?watch=1&resourceVersion=7`);
  assert.equal(late.response.status, 200);
  assert.deepEqual(await late.line(), {
    type: 'ERROR',
    object: {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'too old resource version: 7 (50)',
      reason: 'Expired',
      code: 410,
    },
  });
  assert.equal(await late.line(), undefined);

  const running = await Stream.open(`${context.server.url}${path}?watch=1`);
  for (const watcher of context.store.watchers) watcher.fail(expired('too old resource version'));
  assert.equal((await running.line()).object.reason, 'Expired');
  assert.equal(await running.line(), undefined);
});

test('tables send their columns once', async (t) => {
  const context = await start(t);
  const stream = await Stream.open(`${context.server.url}${path}?watch=1`, {
    accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
  });
  context.store.put(object('one'), 'ADDED');
  context.store.put(object('two'), 'ADDED');
  const first = await stream.line();
  assert.deepEqual([first.object.kind, first.object.columnDefinitions.length], ['Table', 1]);
  const second = await stream.line();
  assert.deepEqual([second.object.columnDefinitions, second.object.rows[0].cells], [null, ['two']]);
  stream.close();
});

test('partial objects and protobuf frames', async (t) => {
  const context = await start(t);
  const partial = await Stream.open(`${context.server.url}${path}?watch=1`, {
    accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  });
  const protobuf = await Stream.open(`${context.server.url}${path}?watch=1`, {
    accept: 'application/vnd.kubernetes.protobuf;stream=watch,application/json',
  });
  const protobufPartial = await Stream.open(`${context.server.url}${path}?watch=1`, {
    accept: 'application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
  });
  assert.equal(
    protobuf.response.headers.get('content-type'),
    'application/vnd.kubernetes.protobuf;stream=watch',
  );
  context.store.put(object('one', 'long '.repeat(100)), 'ADDED');

  const line = await partial.line();
  assert.deepEqual(Object.keys(line.object), ['kind', 'apiVersion', 'metadata']);

  const event = decodeMessage('k8s.io.apimachinery.pkg.apis.meta.v1.WatchEvent', await protobuf.frame()) as {
    type: string;
  };
  assert.equal(event.type, 'ADDED');
  // Read by hand: {1: type, 2: {1: envelope}}.
  context.store.put(object('two'), 'DELETED');
  const frame = await protobuf.frame();
  assert.equal(decodeObject(frame.subarray(frame.indexOf('k8s\0'))).metadata.name, 'two');
  const small = await protobufPartial.frame();
  const metadata = decodeObject(small.subarray(small.indexOf('k8s\0')));
  assert.deepEqual([metadata.kind, metadata.metadata.name], ['PartialObjectMetadata', 'one']);
  for (const stream of [partial, protobuf, protobufPartial]) stream.close();
});

test('YAML can not be streamed', async (t) => {
  const context = await start(t);
  const headers = { accept: 'application/yaml' };
  const answer = await context.server.send('GET', `${path}?watch=1`, { headers });
  assert.equal(answer.status, 406);
  assert.match(
    answer.text,
    /accepted: application\/json;stream=watch,\s+application\/vnd.kubernetes.protobuf;stream=watch/,
  );
});

test('a client that does not read holds up nobody but itself', async (t) => {
  const context = await start(t);
  const slow = await Stream.open(`${context.server.url}${path}?watch=1`);
  const fast = await Stream.open(`${context.server.url}${path}?watch=1`);
  const big = 'x'.repeat(1 << 20);
  for (let i = 0; i < 16; i++) {
    context.store.put(object(`big-${i}`, big), 'ADDED');
    assert.equal((await fast.line()).object.metadata.name, `big-${i}`);
  }
  assert.equal((await slow.line()).object.metadata.name, 'big-0');
  slow.close();
  fast.close();
});
