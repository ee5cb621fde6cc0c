import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, describe, test } from 'node:test';
import { decode, encode } from '../../etcdserverpb/codec/codec.ts';
import { putRequest, rangeRequest, txnRequest } from '../../etcdserverpb/messages/kv-messages.ts';
import { leaseGrantRequest } from '../../etcdserverpb/messages/lease-messages.ts';
import { watchRequest } from '../../etcdserverpb/messages/watch-messages.ts';
import { startMemoryShim } from '../../rpc/testing/start-memory-shim.ts';
import { fromJson } from './from-json.ts';
import { JsonSplitter, readJson } from './json-text.ts';
import { toJson } from './to-json.ts';

// What each method answers is the conformance suite's (`gateway-cases.ts`).

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('protobuf as JSON', () => {
  test('there and back', () => {
    const request = decode(
      txnRequest,
      encode(txnRequest, {
        compare: [{ target: 'MOD', result: 'NOT_EQUAL', key: bytes('a'), modRevision: 0 }],
        success: [{ requestPut: { key: bytes('a\xff'), value: bytes('v'), lease: 2n ** 62n + 1n } }],
        failure: [{ requestRange: { key: bytes('b'), limit: 5, sortOrder: 'DESCEND', keysOnly: true } }],
      }),
    );
    const text = toJson(txnRequest, request);
    assert.equal(
      text,
      '{"compare":[{"result":"NOT_EQUAL","target":"MOD","key":"YQ==","mod_revision":"0"}],' +
        '"success":[{"request_put":{"key":"YcO/","value":"dg==","lease":"4611686018427387905"}}],' +
        '"failure":[{"request_range":{"key":"Yg==","limit":"5","sort_order":"DESCEND","keys_only":true}}]}',
    );
    assert.deepEqual(decode(txnRequest, encode(txnRequest, fromJson(txnRequest, text))), request);
  });

  test('what requests may look like', () => {
    assert.deepEqual(fromJson(rangeRequest, ' '), {});
    assert.deepEqual(fromJson(rangeRequest, '{"key":null,"limit":1e2,"revision":"7.0","none":[{}]}'), {
      limit: 100,
      revision: 7,
    });
    // Both alphabets of base64, with or without padding.
    assert.deepEqual(fromJson(rangeRequest, '{"key":"-_8","range_end":"+/8="}'), {
      key: Buffer.from([0xfb, 0xff]),
      rangeEnd: Buffer.from([0xfb, 0xff]),
    });
    assert.deepEqual(fromJson(rangeRequest, '{"sort_order":"LATER","sort_target":9}'), { sortTarget: '9' });
    assert.deepEqual(fromJson(leaseGrantRequest, '{"ID":9223372036854775807}'), { id: 2n ** 63n - 1n });
    assert.deepEqual(fromJson(putRequest, '{"key":"\\u0059Q=="}'), { key: Buffer.from('a') });
    assert.deepEqual(fromJson(putRequest, '{"key":"YQ=="} x'), { key: Buffer.from('a') });
  });

  for (const [text, message] of [
    ['{"key":"a"}', 'proto: (line 1:8): invalid value for bytes field key: "a"'],
    ['{"limit":1.5}', 'proto: (line 1:10): invalid value for int64 field limit: 1.5'],
    [
      '{"limit":"9223372036854775808"}',
      'proto: (line 1:10): invalid value for int64 field limit: "9223372036854775808"',
    ],
    ['{"keys_only":"true"}', 'proto: (line 1:14): invalid value for bool field keys_only: "true"'],
    ['{"sort_order":true}', 'proto: (line 1:15): invalid value for enum field sort_order: true'],
    ['{"limit":1,\n "limit":2}', 'proto: (line 2:2): duplicate field "limit"'],
    ['null', 'proto: syntax error (line 1:1): unexpected token null'],
    ['{"key":"YQ=="', 'unexpected EOF'],
    ['{"key" "YQ=="}', `invalid character '"' after object key`],
    ['{"limit":x}', `invalid character 'x' looking for beginning of value`],
  ] as const) {
    test(`${text}: ${message}`, () => {
      assert.throws(() => fromJson(rangeRequest, text), { name: 'JsonTextError', message });
    });
  }

  test('a oneof has one value; repeated fields are lists; depth has a limit', () => {
    assert.throws(() => fromJson(watchRequest, '{"create_request":{},"cancel_request":{}}'), /the oneof has/);
    assert.throws(() => fromJson(txnRequest, '{"compare":{}}'), /unexpected token \{/);
    assert.throws(() => readJson('['.repeat(10_000)), { message: 'exceeded max depth' });
  });

  test('a stream is cut where its values end, however it comes', () => {
    const whole = '{"a":"}\\""} \n[1,{"b":2}]{}';
    const expected = ['{"a":"}\\""}', ' \n[1,{"b":2}]', '{}'];
    assert.deepEqual(new JsonSplitter(100).push(whole), expected);
    const splitter = new JsonSplitter(100);
    assert.deepEqual(
      [...whole].flatMap((character) => splitter.push(character)),
      expected,
    );
    assert.equal(splitter.rest, '');
    splitter.push(' {"open"');
    assert.equal(splitter.rest, '{"open"');
    assert.throws(() => splitter.push('x'.repeat(100)), { message: 'http: request body too large' });
  });
});

describe('the gateway', async () => {
  const shim = await startMemoryShim({
    cors: ['http://good.example'],
    hostWhitelist: ['127.0.0.1'],
    maxRequestBytes: 1000,
  });
  after(() => shim.close());
  const url = shim.clientUrls[0] as string;

  test('a watch goes on while its request does, and ends with its client', async () => {
    const lines: string[] = [];
    const call = httpRequest(`${url}/v3/watch`, { method: 'POST' });
    let text = '';
    let wake = (): void => {};
    call.on('response', (response) => {
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        const whole = text.split('\n');
        text = whole.pop() ?? '';
        lines.push(...whole);
        wake();
      });
    });
    const count = async (wanted: number): Promise<void> => {
      while (lines.length < wanted) await new Promise<void>((resolve) => (wake = resolve));
    };
    call.write('{"create_request":{"key":"YQ==","watch_id":"5"}}');
    await count(1);
    assert.match(lines[0] ?? '', /^\{"result":\{.*"watch_id":"5","created":true\}\}$/);
    await shim.store.put({ key: bytes('a'), value: bytes('1') });
    await count(2);
    assert.match(lines[1] ?? '', /"events":\[\{"kv":\{"key":"YQ=="/);
    call.write('{"cancel_request":{"watch_id":"5"}}');
    await count(3);
    assert.match(lines[2] ?? '', /"canceled":true/);
    call.write('{"create_request":{"key":"YQ=="}}');
    await count(4);
    assert.equal(shim.store.watchers.size, 1);
    call.on('error', () => {});
    call.destroy();
    const deadline = Date.now() + 5000;
    while (shim.store.watchers.size > 0 && Date.now() < deadline) await new Promise(setImmediate);
    assert.equal(shim.store.watchers.size, 0);
  });

  test('requests that are too large', async () => {
    const value = Buffer.alloc(600_000).toString('base64');
    const large = await fetch(`${url}/v3/kv/put`, {
      method: 'POST',
      body: `{"key":"YQ==","value":"${value}"}`,
    });
    assert.deepEqual([large.status, ((await large.json()) as { code: number }).code], [429, 8]);
    const huge = await fetch(`${url}/v3/kv/put`, { method: 'POST', body: 'x'.repeat(3_000_000) });
    assert.deepEqual(await huge.json(), {
      error: 'http: request body too large',
      message: 'http: request body too large',
      code: 3,
    });
  });

  test('origins and hosts', async () => {
    const origin = async (name: string): Promise<string | null> => {
      const response = await fetch(`${url}/version`, { headers: { Origin: name } });
      return response.headers.get('access-control-allow-origin');
    };
    assert.equal(await origin('http://good.example'), 'http://good.example');
    assert.equal(await origin('http://evil.example'), null);
    const status = await new Promise((resolve) => {
      httpRequest(`${url}/version`, { headers: { Host: 'evil.example:80' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    assert.equal(status, 421);
  });

  test('counted as calls over gRPC', async () => {
    await fetch(`${url}/v3/kv/range`, { method: 'POST', body: '{}' });
    const text = await (await fetch(`${url}/metrics`)).text();
    assert.match(text, /grpc_method="Range",grpc_code="InvalidArgument"\} 1\n/);
  });
});

test('URLs for HTTP alone, and the gateway switched off', async () => {
  const shim = await startMemoryShim({
    listenClientHttpUrls: ['http://127.0.0.1:0'],
    enableGrpcGateway: false,
  });
  after(() => shim.close());
  const [httpUrl] = shim.clientHttpUrls;
  assert.equal((await fetch(`${httpUrl}/version`)).status, 200);
  assert.equal((await fetch(`${httpUrl}/v3/kv/range`, { method: 'POST', body: '{}' })).status, 404);
  await assert.rejects(fetch(`${shim.clientUrls[0]}/version`));
});

test('no key is read where metrics are', async () => {
  const shim = await startMemoryShim({ listenMetricsUrls: ['http://127.0.0.1:0'] });
  after(() => shim.close());
  const [metricsUrl] = shim.metricsUrls;
  assert.equal((await fetch(`${metricsUrl}/metrics`)).status, 200);
  assert.equal(
    (await fetch(`${metricsUrl}/v3/kv/range`, { method: 'POST', body: '{"key":"YQ=="}' })).status,
    404,
  );
});
