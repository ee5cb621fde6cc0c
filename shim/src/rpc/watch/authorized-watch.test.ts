import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as changes from '../../auth/auth-changes.ts';
import { createAuth } from '../../auth/create-auth.ts';
import { SimpleTokens } from '../../auth/tokens/simple-tokens.ts';
import { createMemoryAuth } from '../../auth/testing/memory-auth.ts';
import type { WatchRequest } from '../../etcdserverpb/types.ts';
import { until } from '../../mvcc/testing/until.ts';
import { Authorizer, type Sender } from '../authorization/authorizer.ts';
import { AuthorizedWatch } from './authorized-watch.ts';

/** A watch stream whose requests are noted where they arrive, with what they were refused for. */
function open(
  source: ReturnType<typeof createMemoryAuth>,
  sender: Sender,
): { watch: AuthorizedWatch; arrived: string[] } {
  const auth = createAuth({
    ...source,
    tokenOptions: { kind: 'simple' },
    simpleTtlMs: 1000,
    bcryptCost: 4,
    trustsCertificates: false,
    readIndex: () => Promise.resolve(),
  });
  const arrived: string[] = [];
  const watch = new AuthorizedWatch({
    authorizer: new Authorizer(auth),
    sender,
    input: {
      receive: (request, refusal) => arrived.push(`${Object.keys(request)[0]} ${refusal ?? ''}`.trim()),
      drained: () => {},
      close: () => arrived.push('close'),
    },
    output: { send: () => true, failed: ({ message }) => arrived.push(message) },
  });
  return { watch, arrived };
}

const create = (key: string): WatchRequest => ({ createRequest: { key: Buffer.from(key) } });
const progress: WatchRequest = { progressRequest: {} };
const denied = 'rpc error: code = PermissionDenied desc = etcdserver: permission denied';

test('while auth is off nothing waits', () => {
  const { watch, arrived } = open(createMemoryAuth(), { token: () => 'x.1', commonName: () => undefined });
  watch.receive(create('k'));
  watch.receive(progress);
  assert.deepEqual(arrived, ['createRequest', 'progressRequest']);
});

test('requests stay in order while their sender is asked for; each create is looked at', async () => {
  const source = createMemoryAuth();
  const { port } = source;
  await port.change((state) =>
    changes.addUser(state, { name: 'root', passwordHash: 'x', noPassword: false }),
  );
  await port.change((state) => changes.enableAuth(changes.grantRole(state, 'root', 'root')));
  await port.change((state) => changes.addUser(state, { name: 'ann', passwordHash: 'y', noPassword: false }));
  await port.change((state) => changes.grantRole(changes.addRole(state, 'r'), 'ann', 'r'));
  await port.change((state) =>
    changes.grantPermission(state, 'r', {
      type: 'READ',
      key: Buffer.from('k'),
      rangeEnd: new Uint8Array(0),
    }),
  );
  const tokens = new SimpleTokens({ ...source, ttlMs: 1000 });
  const token = await tokens.assign('ann', source.table.state.revision);

  const ann = open(source, { token: () => token, commonName: () => undefined });
  for (const request of [create('k'), progress, create('x'), create(''), progress, create('k')]) {
    ann.watch.receive(request);
  }
  await until('all arrived', () => ann.arrived.length === 6);
  assert.deepEqual(ann.arrived, [
    'createRequest',
    'progressRequest',
    `createRequest ${denied}`,
    `createRequest ${denied}`,
    'progressRequest',
    'createRequest',
  ]);

  const stranger = open(source, { token: () => 'abcdefghijklmnop.7', commonName: () => undefined });
  for (let count = 0; count < 1001; count++) stranger.watch.receive(create('k'));
  assert.deepEqual(stranger.arrived, ['etcdserver: too many requests'], 'what waits has a bound');
  await until('all arrived', () => stranger.arrived.length === 1001);
  assert.equal(
    stranger.arrived.at(-1),
    'createRequest rpc error: code = Unauthenticated desc = etcdserver: invalid auth token',
  );
});
