import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { apiserverFlags } from './flags-table.ts';
import { parseApiserverFlags } from './parse-flags.ts';

describe('flags of kube-apiserver', () => {
  let folder: string;
  let files: Record<string, string>;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'apiserver-flags-'));
    files = { 'tls-cert-file': join(folder, 'tls.crt'), 'tls-private-key-file': join(folder, 'tls.key') };
    for (const file of Object.values(files)) await writeFile(file, 'PEM');
    await writeFile(join(folder, 'tokens.csv'), 'secret,jane,1');
  });
  after(() => rm(folder, { recursive: true }));

  const parse = (flags: Record<string, string>) =>
    parseApiserverFlags({ ...files, 'etcd-servers': 'https://a:2379,https://b:2379', ...flags });

  test('have defaults', async () => {
    const { apiserver, etcd, verbosity, notes } = await parse({});
    assert.deepEqual(etcd, { endpoints: ['https://a:2379', 'https://b:2379'], tls: {} });
    assert.equal(apiserver.securePort, 6443);
    assert.equal(apiserver.requestTimeoutMs, 60_000);
    assert.equal(apiserver.eventTtlSeconds, 3600);
    assert.deepEqual(apiserver.authorizationModes, ['RBAC']);
    assert.equal(apiserver.anonymousAuth, true);
    assert.deepEqual([verbosity, notes], [0, []]);
  });

  test('of service accounts name keys, an issuer and audiences', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = privateKey.export({ type: 'sec1', format: 'pem' }).toString();
    const file = join(folder, 'sa.key');
    await writeFile(file, key);
    const { apiserver, notes } = await parse({
      'service-account-issuer': 'https://one.example.com,https://former.example.com',
      'service-account-signing-key-file': file,
      'api-audiences': 'api',
      'service-account-max-token-expiration': '1h',
    });
    assert.deepEqual(apiserver.serviceAccounts, {
      issuers: ['https://one.example.com', 'https://former.example.com'],
      keyFiles: [key],
      signingKeyFile: key,
      apiAudiences: ['api'],
      maxExpirationSeconds: 3600,
      lookup: true,
      extendExpiration: true,
    });
    assert.deepEqual(notes, []);
    await assert.rejects(
      parse({ 'service-account-signing-key-file': file }),
      /--service-account-issuer must be given/,
    );
    await assert.rejects(
      parse({ 'service-account-issuer': 'a', 'service-account-key-file': join(folder, 'tokens.csv') }),
      /--service-account-key-file cannot be used: there is no key in it/,
    );
  });

  test('are read, with the files that they name', async () => {
    const { apiserver } = await parse({
      'etcd-prefix': 'elsewhere/',
      'anonymous-auth': 'false',
      'runtime-config': 'api/beta=true,batch/v1=false',
      'token-auth-file': join(folder, 'tokens.csv'),
      'authorization-mode': 'AlwaysAllow',
    });
    assert.equal(apiserver.etcdPrefix, '/elsewhere');
    assert.equal(apiserver.anonymousAuth, false);
    assert.deepEqual(apiserver.runtimeConfig, { 'api/beta': true, 'batch/v1': false });
    assert.equal(apiserver.tokens?.('secret')?.name, 'jane');
    assert.deepEqual(apiserver.authorizationModes, ['AlwaysAllow']);
  });

  test('say what they do not do', async () => {
    const { notes, apiserver } = await parse({ 'authorization-mode': 'Node,RBAC', profiling: 'false' });
    assert.equal(notes.length, 2);
    assert.match(notes.join('\n'), /--profiling: Accepted and ignored/);
    assert.deepEqual(apiserver.authorizationModes, ['RBAC']);
  });

  test('say what is wrong', async () => {
    await assert.rejects(parse({ 'secure-port': 'x' }), {
      message: '--secure-port is "x", but must be a whole number',
    });
    await assert.rejects(parse({ 'request-timeout': 'soon' }), /--request-timeout is "soon"/);
    await assert.rejects(parse({ 'authorization-mode': 'Magic' }), /"Magic", which is not a known mode/);
    await assert.rejects(parse({ 'no-such-flag': '1' }), /--no-such-flag is not a flag/);
    await assert.rejects(
      parse({ 'client-ca-file': join(folder, 'missing') }),
      /--client-ca-file cannot be read/,
    );
    await assert.rejects(
      parse({ 'service-cluster-ip-range': 'x' }),
      /--service-cluster-ip-range cannot be used/,
    );
    await assert.rejects(
      parse({ 'service-node-port-range': 'x' }),
      /--service-node-port-range cannot be used/,
    );
    await assert.rejects(
      parse({ 'token-auth-file': files['tls-cert-file'] ?? '' }),
      /--token-auth-file cannot be used: token file, line 1/,
    );
    await assert.rejects(parse({ 'etcd-servers': '' }), /--etcd-servers must name at least one URL/);
    await assert.rejects(
      parseApiserverFlags({ 'etcd-servers': 'http://a:1' }),
      /--tls-cert-file must be given/,
    );
  });

  test('have one meaning each', () => {
    const names = apiserverFlags.map(({ name }) => name);
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
    );
  });
});
