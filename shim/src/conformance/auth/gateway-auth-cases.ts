import assert from 'node:assert/strict';
import { type AuthCase, type AuthWorld, permit } from './auth-world.ts';

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

async function post(
  world: AuthWorld,
  path: string,
  options: { body: unknown; authorization?: string; name?: string },
): Promise<Answer> {
  const { body, authorization, name = 'Authorization' } = options;
  const response = await fetch(`${world.url}/v3/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: authorization === undefined ? {} : { [name]: authorization },
    signal: AbortSignal.timeout(5000),
  });
  const [line = ''] = (await response.text()).split('\n');
  return { status: response.status, body: JSON.parse(line) as Record<string, unknown> };
}

/** Code and message, which older versions call `error`. */
function refusal({ status, body }: Answer): unknown[] {
  return [status, body['code'], body['message'] ?? body['error']];
}

const key = Buffer.from('k').toString('base64');
const other = Buffer.from('x').toString('base64');

/** The JSON gateway, with auth on. */
export const gatewayAuthCases: readonly AuthCase[] = [
  {
    name: 'gateway: the token goes as Authorization, as it is',
    async run(world) {
      await world.enableWithUser(permit('READWRITE', 'k'));
      const asked = await post(world, 'auth/authenticate', { body: { name: 'ann', password: 'pw' } });
      assert.equal(asked.status, 200);
      const authorization = String(asked.body['token']);
      assert.match(authorization, /^\w+\.\d+$/);
      const put = await post(world, 'kv/put', { body: { key, value: key }, authorization });
      assert.equal(put.status, 200);
      const got = await post(world, 'kv/range', { body: { key }, authorization });
      assert.equal(got.body['count'], '1');
      assert.deepEqual(refusal(await post(world, 'kv/range', { body: { key: other }, authorization })), [
        403,
        7,
        'etcdserver: permission denied',
      ]);
      const txn = { success: [{ request_range: { key: other } }] };
      assert.equal((await post(world, 'kv/txn', { body: txn, authorization })).status, 403);
    },
  },
  {
    name: 'gateway: who is nobody, or pretends',
    async run(world) {
      await world.enableWithUser(permit('READWRITE', 'k'));
      assert.deepEqual(refusal(await post(world, 'kv/range', { body: { key } })), [
        400,
        3,
        'etcdserver: user name is empty',
      ]);
      for (const authorization of ['nonsense', 'a.b', 'x'.repeat(4000)]) {
        assert.deepEqual(refusal(await post(world, 'kv/range', { body: { key }, authorization })), [
          401,
          16,
          'etcdserver: invalid auth token',
        ]);
      }
      const wrong = await post(world, 'auth/authenticate', { body: { name: 'ann', password: 'no' } });
      assert.deepEqual(refusal(wrong), [
        400,
        3,
        'etcdserver: authentication failed, invalid user ID or password',
      ]);
      for (const body of [{ name: '', password: '' }, { name: 'ann' }, { name: 'x'.repeat(100_000) }]) {
        assert.equal((await post(world, 'auth/authenticate', { body })).status, 400);
      }
    },
  },
  {
    name: 'gateway: a scheme before the token',
    differsIn: { '3.4': 'takes it for a part of the token' },
    async run(world) {
      await world.enableWithUser(permit('READWRITE', 'k'));
      const authorization = `Bearer ${await world.token('ann')}`;
      assert.equal((await post(world, 'kv/range', { body: { key }, authorization })).status, 200);
    },
  },
  {
    name: 'gateway: watches of what may not be read',
    async run(world) {
      await world.enableWithUser(permit('READ', 'k'));
      const authorization = await world.token('ann');
      const watch = async (body: unknown): Promise<Record<string, unknown>> => {
        const controller = new AbortController();
        const response = await fetch(`${world.url}/v3/watch`, {
          method: 'POST',
          body: JSON.stringify({ create_request: body }),
          headers: { Authorization: authorization },
          signal: AbortSignal.any([controller.signal, AbortSignal.timeout(5000)]),
        });
        let text = '';
        for await (const chunk of response.body ?? []) {
          text += Buffer.from(chunk).toString();
          if (text.includes('\n')) break;
        }
        controller.abort();
        const { result } = JSON.parse(text.slice(0, text.indexOf('\n'))) as {
          result: Record<string, unknown>;
        };
        return result;
      };
      assert.equal((await watch({ key }))['canceled'], undefined);
      assert.equal((await watch({ key: other }))['canceled'], true);
    },
  },
];
