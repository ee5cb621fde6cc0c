import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as changes from '../auth-changes.ts';
import { JwtTokens } from './jwt-tokens.ts';
import { PasswordHasher } from '../passwords/password-hasher.ts';
import { SimpleTokens } from './simple-tokens.ts';
import { createMemoryAuth } from '../testing/memory-auth.ts';
import { parseTokenOptions } from './token-options.ts';

const ttlMs = 1000;
const folder = mkdtempSync(join(tmpdir(), 'pg8s-tokens-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function keyFile(name: string, key: KeyObject | Buffer): string {
  const file = join(folder, name);
  writeFileSync(
    file,
    Buffer.isBuffer(key)
      ? key
      : (key.export({ type: key.type === 'public' ? 'spki' : 'pkcs8', format: 'pem' }) as string),
  );
  return file;
}

/** Auth that is on, with the users root and ann, and two shims that know tokens. */
async function withShims(): Promise<{
  auth: ReturnType<typeof createMemoryAuth>;
  first: SimpleTokens;
  second: SimpleTokens;
}> {
  const auth = createMemoryAuth();
  for (const name of ['root', 'ann']) {
    await auth.port.change((state) =>
      changes.addUser(state, { name, passwordHash: name, noPassword: false }),
    );
  }
  await auth.port.change((state) => changes.enableAuth(changes.grantRole(state, 'root', 'root')));
  const options = { ...auth, ttlMs, now: () => auth.port.nowMs };
  return { auth, first: new SimpleTokens(options), second: new SimpleTokens(options) };
}

test('simple tokens are known to all shims, and live as long as they are used anywhere', async () => {
  const { auth, first, second } = await withShims();
  const { revision } = auth.table.state;
  const token = (await first.assign('ann', revision)) as string;
  assert.match(token, /^[a-zA-Z]{16}\.\d+$/);
  const identity = { user: 'ann', authRevision: revision, isFixed: false };
  for (const shim of [first, second]) assert.deepEqual(await shim.identify(token), identity);
  // By now both know it, and ask nobody.
  assert.deepEqual(second.identify(token), identity);
  for (let use = 0; use < 5; use++) {
    auth.port.nowMs += 0.9 * ttlMs;
    assert.deepEqual(await first.identify(token), identity);
  }
  // The second has not seen it for longer than it lives, and asks again.
  assert.deepEqual(await second.identify(token), identity);
  auth.port.nowMs += 1.01 * ttlMs;
  for (const shim of [first, second]) assert.equal(await shim.identify(token), undefined);
  for (const wrong of ['', 'abc', 'abc.', 'a.1.2', 'a.x', 'abcdefghijklmnop.7']) {
    assert.equal(await first.identify(wrong), undefined);
  }
});

test('simple tokens end with another password, with their user, and with auth', async () => {
  for (const end of [
    (state) => changes.changePassword(state, 'ann', 'other'),
    (state) => changes.deleteUser(state, 'ann'),
    (state) => changes.enableAuth(changes.disableAuth(state)),
  ] satisfies ((state: ReturnType<typeof changes.disableAuth>) => ReturnType<typeof changes.disableAuth>)[]) {
    const { auth, first, second } = await withShims();
    const { revision } = auth.table.state;
    const token = (await first.assign('ann', revision)) as string;
    await second.identify(token);
    await auth.port.change(end);
    for (const shim of [first, second]) assert.equal(await shim.identify(token), undefined);
    // The password was looked at before that.
    assert.equal(await first.assign('ann', revision), undefined);
  }
});

for (const [algorithm, pair] of [
  ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ['PS512', generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ['EdDSA', generateKeyPairSync('ed25519')],
] as const) {
  test(`signed tokens: ${algorithm}`, async () => {
    const pub = keyFile(`${algorithm}.pub`, pair.publicKey);
    const priv = keyFile(`${algorithm}.key`, pair.privateKey);
    const parse = (keys: string): JwtTokens => {
      const options = parseTokenOptions(`jwt,${keys},sign-method=${algorithm},ttl=10s`);
      assert.ok(options.kind === 'jwt');
      return new JwtTokens(options, () => nowMs);
    };
    let nowMs = 1_700_000_000_000;
    const signer = parse(`pub-key=${pub},priv-key=${priv}`);
    const token = await signer.assign('ann', 7);
    const identity = { user: 'ann', authRevision: 7, isFixed: true };
    const verifier = parse(`pub-key=${pub}`);
    for (const provider of [signer, parse(`priv-key=${priv}`), verifier]) {
      assert.deepEqual(await provider.identify(token), identity);
      assert.deepEqual(provider.identify(token), identity, 'verified once');
    }
    await assert.rejects(verifier.assign('ann', 7), { reason: 'verifyOnly' });
    const [head, body, signature = ''] = token.split('.');
    const other = signature.startsWith('A') ? 'B' : 'A';
    assert.equal(await signer.identify(`${head}.${body}.${other}${signature.slice(1)}`), undefined);
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    assert.equal(await signer.identify(`${none}.${body}.`), undefined);
    nowMs += 10_001;
    assert.equal(await signer.identify(token), undefined);
    assert.equal(await parse(`pub-key=${pub}`).identify(token), undefined);
  });
}

test('tokens signed with a secret', async () => {
  const secret = keyFile('secret', randomBytes(32));
  const options = parseTokenOptions(`jwt,priv-key=${secret},sign-method=HS256`);
  assert.ok(options.kind === 'jwt');
  assert.equal(options.ttlMs, 300_000);
  const tokens = new JwtTokens(options);
  assert.equal((await tokens.identify(await tokens.assign('ann', 3)))?.user, 'ann');
});

test('what --auth-token may not say', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const priv = keyFile('a.key', rsa.privateKey);
  const foreign = keyFile('b.pub', generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey);
  for (const [text, message] of [
    ['complicated', /neither simple nor jwt/],
    ['', /neither simple nor jwt/],
    ['jwt', /sign-method/],
    ['jwt,sign-method=none', /sign-method/],
    ['jwt,sign-method=RS256', /neither pub-key nor priv-key/],
    ['jwt,sign-method=HS256', /no priv-key/],
    [`jwt,sign-method=ES256,priv-key=${priv}`, /cannot use/],
    [`jwt,sign-method=RS256,priv-key=${priv},pub-key=${foreign}`, /do not belong together/],
    [`jwt,sign-method=RS256,priv-key=${priv},priv-key=${priv}`, /twice/],
    [`jwt,sign-method`, /not name=value/],
    [`jwt,sign-method=RS256,priv-key=${folder}/absent`, /ENOENT/],
    [`jwt,sign-method=RS256,priv-key=${priv},ttl=soon`, /--auth-token/],
  ] as const) {
    assert.throws(() => parseTokenOptions(text), message, text);
  }
  assert.deepEqual(parseTokenOptions('simple'), { kind: 'simple' });
});

test('passwords are hashed as bcrypt does, and compared with hashes of others', async (context) => {
  const hasher = new PasswordHasher(4);
  context.after(() => hasher.close());
  const hash = await hasher.hash('päßword');
  assert.match(hash, /^\$2[aby]\$04\$/);
  assert.equal(await hasher.matches('päßword', hash), true);
  assert.equal(await hasher.matches('password', hash), false);
  // Of another implementation (https://www.openwall.com/crypt/, a published test vector).
  const foreign = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';
  assert.equal(await hasher.matches('U*U', foreign), true);
  assert.equal(await hasher.matches('x', 'not a hash'), false);
  assert.match(await hasher.hash('a'.repeat(72)), /^\$2/);
  await assert.rejects(hasher.hash('a'.repeat(73)), { reason: 'passwordTooLong' });
  const costly = new PasswordHasher(99);
  context.after(() => costly.close());
  assert.match(await costly.hash(''), /^\$2[aby]\$10\$/);
});
