import assert from 'node:assert/strict';
import type { ConformanceCase } from '../case.ts';

/** A case for the JSON gateway. */
export interface GatewayCase {
  readonly name: string;
  readonly differsIn?: ConformanceCase['differsIn'];
  run(gateway: Gateway): Promise<void>;
}

interface Answer {
  status: number;
  contentType: string | null;
  body: Record<string, unknown>;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

let caseCount = 0;

/** HTTP requests to one server. */
export class Gateway {
  readonly url: string;
  readonly prefix = `gateway-${process.pid}-${++caseCount}/`;

  constructor(url: string) {
    this.url = url;
  }

  /** A key of this case in base64. */
  key(suffix: string): string {
    return base64(this.prefix + suffix);
  }

  async post(path: string, body: unknown): Promise<Answer> {
    const response = await fetch(`${this.url}/v3/${path}`, {
      method: 'POST',
      body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
    });
    const answer = (await response.json()) as Record<string, unknown>;
    return { status: response.status, contentType: response.headers.get('content-type'), body: answer };
  }

  /** The answer without its header, which must be one. */
  async ask(path: string, body: unknown): Promise<Record<string, unknown>> {
    const { status, contentType, body: answer } = await this.post(path, body);
    assert.deepEqual([status, contentType], [200, 'application/json'], JSON.stringify(answer));
    const { header, ...rest } = answer as { header: Record<string, unknown> };
    for (const id of ['cluster_id', 'member_id', 'raft_term']) assert.match(String(header[id]), /^[1-9]\d*$/);
    return rest;
  }

  async refuses(
    path: string,
    body: unknown,
    expected: { status: number; code: number; message?: string },
  ): Promise<void> {
    const answer = await this.post(path, body);
    assert.equal(answer.status, expected.status);
    assert.equal(answer.body['code'], expected.code);
    if (expected.message !== undefined) assert.equal(answer.body['message'], expected.message);
  }

  /** The first `count` lines of a stream. */
  async stream(path: string, body: unknown, count: number): Promise<Record<string, unknown>[]> {
    const controller = new AbortController();
    const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(5000)]);
    const response = await fetch(`${this.url}/v3/${path}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      signal,
    });
    const lines: string[] = [];
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      const whole = text.split('\n');
      text = whole.pop() ?? '';
      lines.push(...whole);
      if (lines.length >= count) break;
    }
    controller.abort();
    return lines.slice(0, count).map((line) => {
      const { result } = JSON.parse(line) as { result: Record<string, unknown> };
      const { header, ...rest } = result;
      assert.ok(header !== undefined);
      return rest;
    });
  }
}

/** What the JSON gateway does, down to how each type is written. */
export const gatewayCases: readonly GatewayCase[] = [
  {
    name: 'put, range, delete: bytes in base64, integers as strings, zeros left out',
    async run(gateway) {
      const key = gateway.key('a');
      assert.deepEqual(await gateway.ask('kv/put', { key, value: base64('1') }), {});
      const before = await gateway.ask('kv/put', { key, value: base64('2'), prev_kv: true });
      const { create_revision: revision } = before['prev_kv'] as Record<string, string>;
      const next = String(Number(revision) + 1);
      assert.deepEqual(before['prev_kv'], {
        key,
        create_revision: revision,
        mod_revision: revision,
        version: '1',
        value: base64('1'),
      });
      const kv = { key, create_revision: revision, mod_revision: next, version: '2', value: base64('2') };
      assert.deepEqual(await gateway.ask('kv/range', { key }), { kvs: [kv], count: '1' });
      assert.deepEqual(await gateway.ask('kv/range', { key, count_only: true }), { count: '1' });
      // lowerCamelCase, integers as numbers, enums by name and number, what nobody knows.
      const request = {
        key,
        rangeEnd: gateway.key('b'),
        limit: 1,
        sortOrder: 'DESCEND',
        sort_target: 3,
        none: {},
      };
      assert.deepEqual(await gateway.ask('kv/range', request), { kvs: [kv], count: '1' });
      assert.deepEqual(await gateway.ask('kv/deleterange', { key, prevKv: true }), {
        deleted: '1',
        prev_kvs: [kv],
      });
      assert.deepEqual(await gateway.ask('kv/range', { key }), {});
    },
  },
  {
    name: 'txn: oneofs, nested',
    async run(gateway) {
      const key = gateway.key('t');
      const answer = await gateway.ask('kv/txn', {
        compare: [{ target: 'CREATE', key, create_revision: '0' }],
        success: [
          { request_put: { key, value: base64('v') } },
          { requestTxn: { success: [{ request_range: { key, keys_only: true } }] } },
        ],
        failure: [{ request_delete_range: { key } }],
      });
      assert.equal(answer['succeeded'], true);
      const [put, nested] = answer['responses'] as Record<string, Record<string, unknown>>[];
      assert.deepEqual(Object.keys(put?.['response_put'] ?? {}), ['header']);
      const inner = nested?.['response_txn'] as {
        header: object;
        responses: Record<string, Record<string, unknown>>[];
      };
      assert.deepEqual(inner.header, {});
      assert.equal(inner.responses[0]?.['response_range']?.['count'], '1');
    },
  },
  {
    name: 'errors have the status of their code',
    async run(gateway) {
      const key = gateway.key('e');
      await gateway.refuses(
        'kv/range',
        {},
        { status: 400, code: 3, message: 'etcdserver: key is not provided' },
      );
      await gateway.refuses('kv/range', '', {
        status: 400,
        code: 3,
        message: 'etcdserver: key is not provided',
      });
      await gateway.refuses('kv/range', '{', { status: 400, code: 3, message: 'unexpected EOF' });
      await gateway.refuses('kv/range', '[]', { status: 400, code: 3 });
      await gateway.refuses('kv/range', { key: 5 }, { status: 400, code: 3 });
      await gateway.refuses('kv/range', { key: '*' }, { status: 400, code: 3 });
      await gateway.refuses('kv/range', { key, limit: 'x' }, { status: 400, code: 3 });
      await gateway.refuses(
        'lease/revoke',
        { ID: '4711' },
        {
          status: 404,
          code: 5,
          message: 'etcdserver: requested lease not found',
        },
      );
      await gateway.refuses(
        'cluster/member/remove',
        { ID: '1' },
        {
          status: 404,
          code: 5,
          message: 'etcdserver: member not found',
        },
      );
      await gateway.refuses(
        'cluster/member/add',
        { peerURLs: ['x'] },
        {
          status: 400,
          code: 3,
          message: 'etcdserver: given member URLs are invalid',
        },
      );
    },
  },
  {
    name: 'where the value stands that cannot be read, and methods and paths that there are not',
    differsIn: { '3.4': 'the JSON of grpc-gateway 1 has other words' },
    async run(gateway) {
      const place = 'proto: (line 1:8): invalid value for bytes field key: 5';
      await gateway.refuses('kv/range', '{"key":5}', { status: 400, code: 3, message: place });
      const limit = 'proto: (line 2:9): invalid value for int64 field limit: "x"';
      await gateway.refuses('kv/range', '{\n"limit":"x"}', { status: 400, code: 3, message: limit });
      const array = 'proto: syntax error (line 1:1): unexpected token [';
      await gateway.refuses('kv/range', '[]', { status: 400, code: 3, message: array });
      await gateway.refuses('nothing', {}, { status: 404, code: 5, message: 'Not Found' });
      const get = await fetch(`${gateway.url}/v3/kv/range`);
      assert.deepEqual([get.status, ((await get.json()) as { code: number }).code], [501, 12]);
    },
  },
  {
    name: 'bodies that are not worth a request',
    differsIn: { '3.4': 'has other words for it' },
    async run(gateway) {
      const refusals: [body: string | Buffer, message: string][] = [
        ['{', 'unexpected EOF'],
        ['[]', 'proto: syntax error (line 1:1): unexpected token ['],
        ['"x"', 'proto: syntax error (line 1:1): unexpected token "x"'],
        ['{"key":"aw==","limit":1.5}', 'proto: (line 1:23): invalid value for int64 field limit: 1.5'],
        ['{"key":"aw==","key":"aw=="}', 'proto: (line 1:15): duplicate field "key"'],
        ['{"key":"aw==","sort_order":99}', 'etcdserver: invalid sort option'],
        [
          Buffer.from('7b226b6579223a22fffe227d', 'hex'),
          'proto: syntax error (line 1:8): invalid UTF-8 in string',
        ],
      ];
      for (const [body, message] of refusals) {
        await gateway.refuses('kv/range', body, { status: 400, code: 3, message });
      }
      // Names that nobody knows are skipped, and so is what comes behind the value.
      await gateway.ask('kv/range', '{"key":"aw==","nobody":{"knows":1}} trailing');
      await gateway.ask('kv/range', '{"key":"aw==","limit":"-9223372036854775808"}');
      const large = { key: 'aw==', value: Buffer.alloc(1_600_000).toString('base64') };
      await gateway.refuses('kv/put', large, {
        status: 400,
        code: 3,
        message: 'etcdserver: request is too large',
      });
      const tooLarge = { key: 'aw==', value: Buffer.alloc(3_000_000).toString('base64') };
      await gateway.refuses('kv/put', tooLarge, {
        status: 429,
        code: 8,
        message: 'grpc: received message larger than max (3000008 vs. 2097152)',
      });
    },
  },
  {
    name: 'leases: chosen ids beyond 2^53, and the paths under kv/',
    async run(gateway) {
      const id = String(2n ** 62n + BigInt(process.pid) * 1000n + BigInt(Date.now() % 1000));
      assert.deepEqual(await gateway.ask('lease/grant', { TTL: '60', ID: id }), { ID: id, TTL: '60' });
      await gateway.ask('kv/put', { key: gateway.key('l'), lease: id });
      const { TTL: left, ...rest } = await gateway.ask('kv/lease/timetolive', `{"ID":${id},"keys":true}`);
      assert.ok(Number(left) > 50);
      assert.deepEqual(rest, { ID: id, grantedTTL: '60', keys: [gateway.key('l')] });
      const { leases } = (await gateway.ask('lease/leases', {})) as { leases: { ID: string }[] };
      assert.ok(leases.some(({ ID }) => ID === id));
      assert.deepEqual(await gateway.stream('lease/keepalive', `{"ID":"${id}"}{"ID":"1"}`, 2), [
        { ID: id, TTL: '60' },
        { ID: '1' },
      ]);
      assert.deepEqual(await gateway.ask('kv/lease/revoke', { ID: id }), {});
      assert.deepEqual(await gateway.ask('lease/timetolive', { ID: id }), { ID: id, TTL: '-1' });
    },
  },
  {
    name: 'watch: a line per response',
    async run(gateway) {
      const key = gateway.key('w');
      await gateway.ask('kv/put', { key, value: base64('1') });
      await gateway.ask('kv/deleterange', { key });
      const { kvs } = (await gateway
        .ask('kv/txn', {
          success: [{ request_put: { key: gateway.key('x') } }, { request_range: { key: gateway.key('x') } }],
        })
        .then(({ responses }) => (responses as { response_range: object }[])[1]?.response_range)) as {
        kvs: { mod_revision: string }[];
      };
      const now = Number(kvs[0]?.mod_revision);
      const request = { create_request: { key, start_revision: String(now - 2), prev_kv: true } };
      const [created, events] = await gateway.stream('watch', request, 2);
      assert.deepEqual(created, { created: true });
      const put = {
        key,
        create_revision: String(now - 2),
        mod_revision: String(now - 2),
        version: '1',
        value: base64('1'),
      };
      assert.deepEqual(events, {
        events: [{ kv: put }, { type: 'DELETE', kv: { key, mod_revision: String(now - 1) }, prev_kv: put }],
      });
    },
  },
  {
    name: 'locks',
    async run(gateway) {
      const name = gateway.key('lock');
      const { ID: lease } = (await gateway.ask('lease/grant', { TTL: '60' })) as { ID: string };
      const { key } = (await gateway.ask('lock/lock', { name, lease })) as { key: string };
      const hex = BigInt(lease).toString(16);
      assert.equal(Buffer.from(key, 'base64').toString(), `${gateway.prefix}lock/${hex}`);
      const waiting = gateway.ask('lock/lock', { name });
      assert.deepEqual(await gateway.ask('lock/lock', { name, lease }), { key });
      assert.deepEqual(await gateway.ask('lock/unlock', { key }), {});
      const { key: second } = (await waiting) as { key: string };
      assert.notEqual(second, key);
      await gateway.ask('lock/unlock', { key: second });
      const unknown = { status: 500, code: 2, message: 'etcdserver: requested lease not found' };
      await gateway.refuses('lock/lock', { name, lease: '4711' }, unknown);
    },
  },
  {
    name: 'elections',
    async run(gateway) {
      const name = gateway.key('election');
      const none = { status: 500, code: 2, message: 'election: no leader' };
      await gateway.refuses('election/leader', { name }, none);
      const missing = { status: 500, code: 2, message: '"leader" field must be provided' };
      await gateway.refuses('election/resign', {}, missing);
      await gateway.refuses('election/proclaim', { value: base64('v') }, missing);
      const { ID: lease } = (await gateway.ask('lease/grant', { TTL: '60' })) as { ID: string };
      const { leader } = (await gateway.ask('election/campaign', { name, lease, value: base64('a') })) as {
        leader: Record<string, string>;
      };
      assert.deepEqual([leader['name'], leader['lease']], [name, lease]);
      await gateway.ask('election/proclaim', { leader, value: base64('b') });
      const { kv } = (await gateway.ask('election/leader', { name })) as { kv: Record<string, string> };
      assert.deepEqual(
        [kv['key'], kv['value'], kv['create_revision'], kv['lease']],
        [leader['key'], base64('b'), leader['rev'], lease],
      );
      assert.deepEqual(await gateway.stream('election/observe', { name }, 1), [{ kv }]);
      assert.deepEqual(await gateway.ask('election/resign', { leader }), {});
      const lost = { status: 500, code: 2, message: 'election: not leader' };
      await gateway.refuses('election/proclaim', { leader, value: base64('c') }, lost);
    },
  },
  {
    name: 'maintenance and members',
    async run(gateway) {
      const status = await gateway.ask('maintenance/status', {});
      assert.match(String(status['version']), /^3\./);
      for (const field of ['dbSize', 'dbSizeInUse', 'leader', 'raftIndex', 'raftTerm', 'raftAppliedIndex']) {
        assert.match(String(status[field]), /^[1-9]\d*$/, field);
      }
      assert.equal((await gateway.post('maintenance/alarm', {})).status, 200);
      const { members } = (await gateway.ask('cluster/member/list', {})) as {
        members: Record<string, unknown>[];
      };
      assert.ok(members.some(({ name, ID }) => name === 'default' && /^\d+$/.test(String(ID))));
    },
  },
  {
    name: 'hashes are numbers; a failed precondition is a bad request',
    differsIn: { '3.4': 'its gateway has no HashKV, and another status' },
    async run(gateway) {
      assert.equal(typeof (await gateway.ask('maintenance/hashkv', {}))['hash'], 'number');
      await gateway.refuses(
        'maintenance/transfer-leadership',
        { targetID: '1' },
        {
          status: 400,
          code: 9,
          message: 'etcdserver: bad leader transferee',
        },
      );
    },
  },
  {
    name: 'web pages may use it',
    async run(gateway) {
      const response = await fetch(`${gateway.url}/v3/kv/range`, {
        method: 'OPTIONS',
        headers: { Origin: 'http://example.com' },
      });
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('access-control-allow-origin'), '*');
      assert.equal(
        response.headers.get('access-control-allow-headers'),
        'accept, content-type, authorization',
      );
    },
  },
];
