import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Credentials } from '../../auth/auth.ts';
import { createAuth } from '../../auth/create-auth.ts';
import { TestDatabase } from '../../postgres/testing/test-database.ts';
import { unaryMethods, type UnaryMethod } from '../methods/bind-methods.ts';
import { createServices, type Services } from '../services.ts';

interface Shim {
  readonly services: Services;
  call<Response>(path: string, request: object, sender?: Credentials | 'trusted'): Promise<Response>;
}

async function openShim(t: TestContext, database: TestDatabase, options = {}): Promise<Shim> {
  const { store, lessor, upkeep, auth: source } = await database.open(options);
  const auth = createAuth({
    ...source,
    tokenOptions: { kind: 'simple' },
    simpleTtlMs: 60_000,
    bcryptCost: 4,
    trustsCertificates: true,
    readIndex: () => store.readIndex(),
  });
  t.after(() => auth.close());
  const services = createServices({
    store,
    lessor,
    upkeep,
    auth,
    version: '3.6.6',
    maxTxnOps: 128,
    maxRequestBytes: 1 << 20,
    quotaBytes: 0,
    watchProgressIntervalMs: 600_000,
  });
  const methods = new Map(unaryMethods(services).map((method) => [method.path, method]));
  return {
    services,
    call: <Response>(path: string, request: object, sender: Credentials | 'trusted' = 'trusted') =>
      (methods.get(`/etcdserverpb.${path}`) as UnaryMethod).call(request, sender) as Promise<Response>,
  };
}

const credentials = (shown: { token?: string; commonName?: string }): Credentials => ({
  token: () => shown.token,
  commonName: () => shown.commonName,
});
const nobody = credentials({});
const key = Buffer.from('k');
const empty = new Uint8Array(0);
const deaf = { pollIntervalMs: 3_600_000, hints: false };

/** Two shims of one database, the second hearing nothing by itself; root, and ann who may read `k`. */
async function twoShims(t: TestContext): Promise<{ near: Shim; far: Shim; ann: Credentials }> {
  const database = await TestDatabase.create(t);
  const near = await openShim(t, database);
  const far = await openShim(t, database, deaf);
  await near.call('Auth/UserAdd', { name: 'root', password: 'root' });
  await near.call('Auth/UserGrantRole', { user: 'root', role: 'root' });
  await near.call('Auth/UserAdd', { name: 'ann', password: 'pw' });
  await near.call('Auth/RoleAdd', { name: 'r' });
  await near.call('Auth/UserGrantRole', { user: 'ann', role: 'r' });
  await near.call('Auth/RoleGrantPermission', {
    name: 'r',
    permission: { type: 'READ', key, rangeEnd: empty },
  });
  await near.call('Auth/AuthEnable', {});
  const { token } = await near.call<{ token: string }>(
    'Auth/Authenticate',
    { name: 'ann', password: 'pw' },
    nobody,
  );
  return { near, far, ann: credentials({ token }) };
}

test('a shim that has not heard of auth refuses nobodies all the same', async (t) => {
  const { far, ann } = await twoShims(t);
  assert.equal(far.services.authorizer.auth.state.enabled, false);
  await assert.rejects(far.call('KV/Put', { key, value: empty }, nobody), {
    code: 3,
    message: 'etcdserver: user name is empty',
  });
  await far.call('KV/Range', { key }, ann);
});

test('whoever may by now is let in at once, though the shim was behind', async (t) => {
  const { near, far, ann } = await twoShims(t);
  await far.call('KV/Range', { key }, 'trusted');
  await assert.rejects(far.call('KV/Put', { key, value: empty }, ann), { code: 7 });
  const permission = { type: 'READWRITE', key, rangeEnd: empty };
  await near.call('Auth/RoleGrantPermission', { name: 'r', permission });
  // Its auth is old: found out where the write takes effect, and once more with the new one.
  await far.call('KV/Put', { key, value: empty }, ann);
  await near.call('Auth/RoleRevokePermission', { role: 'r', key, rangeEnd: empty });
  await assert.rejects(far.call('KV/Put', { key, value: empty }, ann), {
    code: 7,
    message: 'etcdserver: permission denied',
  });
});

test('a token of the old password opens nothing at a shim that is behind', async (t) => {
  const { near, far, ann } = await twoShims(t);
  await far.call('KV/Range', { key }, 'trusted');
  await far.call('KV/Range', { key }, ann);
  await near.call('Auth/UserChangePassword', { name: 'ann', password: 'new' });
  await assert.rejects(far.call('KV/Range', { key }, ann), {
    code: 16,
    message: 'etcdserver: invalid auth token',
  });
});

test('a certificate stands for its user; a token goes before it', async (t) => {
  const { near, ann } = await twoShims(t);
  await near.call('KV/Put', { key, value: empty }, credentials({ commonName: 'root' }));
  await assert.rejects(near.call('KV/Put', { key, value: empty }, credentials({ commonName: 'ann' })), {
    code: 7,
  });
  await assert.rejects(near.call('KV/Put', { key, value: empty }, credentials({ commonName: 'stranger' })), {
    code: 7,
  });
  const both = credentials({ token: ann.token() as string, commonName: 'root' });
  await assert.rejects(near.call('KV/Put', { key, value: empty }, both), { code: 7 });
  const wrong = credentials({ token: 'wrong', commonName: 'root' });
  await assert.rejects(near.call('KV/Put', { key, value: empty }, wrong), { code: 16 });
  // To ask for a token, none is needed.
  await near.call('Auth/Authenticate', { name: 'ann', password: 'pw' }, wrong);
});

test('every method says who may call it: with auth on, nobody gets past those for users', async (t) => {
  const { near } = await twoShims(t);
  const open = /\/Authenticate$|^\/grpc\.health\.|^\/v3(lock|election)pb\./;
  const request = {
    key,
    name: 'x',
    role: 'x',
    user: 'x',
    id: 1n,
    password: '',
    peerUrls: ['http://x:1'],
    revision: 1,
    ttlSeconds: 5,
    targetId: 1n,
  };
  for (const method of unaryMethods(near.services)) {
    if (open.test(method.path)) continue;
    // A transaction of nothing needs nothing.
    const asked = method.path.endsWith('/Txn') ? { success: [{ requestRange: { key } }] } : request;
    await assert.rejects(
      method.call(asked, nobody),
      { code: 3, message: 'etcdserver: user name is empty' },
      method.path,
    );
  }
});

test('locks and elections are made of keys and leases of their caller', async (t) => {
  const { near, ann } = await twoShims(t);
  const methods = new Map(unaryMethods(near.services).map((method) => [method.path, method]));
  const lock = methods.get('/v3lockpb.Lock/Lock') as UnaryMethod;
  const { signal } = new AbortController();
  await assert.rejects(lock.call({ name: Buffer.from('l'), lease: 0n }, ann, signal), {
    message: 'etcdserver: permission denied',
  });
  await assert.rejects(lock.call({ name: Buffer.from('l'), lease: 0n }, nobody, signal), {
    message: 'etcdserver: user name is empty',
  });
  const permission = { type: 'READWRITE', key: Buffer.from('l/'), rangeEnd: Buffer.from('l0') };
  await near.call('Auth/RoleGrantPermission', { name: 'r', permission });
  await lock.call({ name: Buffer.from('l'), lease: 0n }, ann, signal);
});
