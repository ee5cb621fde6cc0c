import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EncryptionAtRest } from './encryption-at-rest.ts';
import { readEncryptionConfiguration } from './encryption-configuration.ts';
import { aesCbc, aesGcm, identity, secretBox } from './key-transformers.ts';

const head = 'apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\n';
const keyOf = (fill: string, bytes = 32): Buffer => Buffer.alloc(bytes, fill);
const secret = (fill: string, bytes = 32): string => keyOf(fill, bytes).toString('base64');
const context = { authenticatedData: Buffer.from('/registry/secrets/default/a') };
const secrets = { group: '', resource: 'secrets' };
const plain = Buffer.from('k8s\0 a value');

interface Recorded {
  resource: string;
  type: string;
  prefix: string;
  failed: boolean;
}

function atRest(yaml: string): { encryption: EncryptionAtRest; recorded: Recorded[] } {
  const recorded: Recorded[] = [];
  const encryption = new EncryptionAtRest(readEncryptionConfiguration(`${head}${yaml}`), {
    of: ({ resource }) => ({
      record: (type, prefix, _seconds, failed) => void recorded.push({ resource, type, prefix, failed }),
    }),
  });
  return { encryption, recorded };
}

describe('ciphers', () => {
  for (const [name, cipher, sizes] of [
    ['aesgcm', aesGcm, [16, 24, 32]],
    ['aescbc', aesCbc, [16, 24, 32]],
    ['secretbox', secretBox, [32]],
  ] as const) {
    for (const size of sizes) {
      test(`${name} with ${size} bytes`, async () => {
        const transformer = cipher(keyOf('k', size));
        for (const length of [0, 1, 15, 16, 17, 1000]) {
          const value = Buffer.alloc(length, 'v');
          const stored = await transformer.transformToStorage(value, context);
          assert.notDeepEqual(stored, await transformer.transformToStorage(value, context));
          const { value: read, stale } = transformer.transformFromStorage(stored, context);
          assert.deepEqual([Buffer.from(read), stale], [value, false]);
          assert.throws(() => transformer.transformFromStorage(stored.subarray(0, 5), context), {
            message: 'the stored data was shorter than the required size',
          });
        }
      });
    }
  }

  test('what was changed, or belongs to another key, is not read', async () => {
    for (const cipher of [aesGcm, secretBox]) {
      const stored = Buffer.from(await cipher(keyOf('k')).transformToStorage(plain, context));
      stored[stored.length - 1]! ^= 1;
      assert.throws(() => cipher(keyOf('k')).transformFromStorage(stored, context), Error);
      stored[stored.length - 1]! ^= 1;
      assert.throws(() => cipher(keyOf('l')).transformFromStorage(stored, context), Error);
    }
    const stored = await aesGcm(keyOf('k')).transformToStorage(plain, context);
    const elsewhere = { authenticatedData: Buffer.from('/registry/secrets/default/b') };
    assert.throws(() => aesGcm(keyOf('k')).transformFromStorage(stored, elsewhere), {
      message: 'cipher: message authentication failed',
    });
    assert.throws(() => aesCbc(keyOf('k')).transformFromStorage(Buffer.alloc(17), context), {
      message: 'the stored data is not a multiple of the block size',
    });
  });

  test('identity reads nothing that is encrypted', () => {
    assert.throws(() => identity.transformFromStorage(Buffer.from('k8s:enc:x'), context), {
      message: 'identity transformer tried to read encrypted data',
    });
  });
});

describe('providers', () => {
  test('the first writes, all read, and what others wrote is stale', async () => {
    const provider = (keys: string): string => `resources: [{ resources: [secrets], providers: [${keys}] }]`;
    const cbc = (...names: string[]): string =>
      `{ aescbc: { keys: [${names.map((name) => `{ name: ${name}, secret: ${secret(name)} }`).join()}] } }`;
    const { encryption, recorded } = atRest(provider(`${cbc('a', 'b')}, { identity: {} }`));
    const transformer = encryption.transformerFor(secrets);
    const byA = Buffer.from(await transformer.transformToStorage(plain, context));
    assert.match(byA.toString('latin1'), /^k8s:enc:aescbc:v1:a:/);
    assert.deepEqual(transformer.transformFromStorage(byA, context), { value: plain, stale: false });
    assert.deepEqual(transformer.transformFromStorage(plain, context), { value: plain, stale: true });
    assert.deepEqual(recorded, [
      { resource: 'secrets', type: 'to_storage', prefix: 'k8s:enc:aescbc:v1:', failed: false },
      { resource: 'secrets', type: 'from_storage', prefix: 'k8s:enc:aescbc:v1:', failed: false },
      { resource: 'secrets', type: 'from_storage', prefix: 'identity', failed: false },
    ]);
    // The keys are turned around: the transformer of before has them at once.
    encryption.configure(readEncryptionConfiguration(`${head}${provider(cbc('b', 'a'))}`));
    assert.deepEqual(transformer.transformFromStorage(byA, context), { value: plain, stale: true });
    encryption.configure(readEncryptionConfiguration(`${head}${provider(`${cbc('b')}, ${cbc('a')}`)}`));
    assert.deepEqual(transformer.transformFromStorage(byA, context), { value: plain, stale: true });
    encryption.configure(readEncryptionConfiguration(`${head}${provider(`{ identity: {} }, ${cbc('a')}`)}`));
    assert.deepEqual(transformer.transformFromStorage(byA, context), { value: plain, stale: true });
    assert.deepEqual(await transformer.transformToStorage(plain, context), plain);
    encryption.configure(readEncryptionConfiguration(`${head}${provider(cbc('c'))}`));
    assert.throws(() => transformer.transformFromStorage(byA, context), {
      message: 'no matching key was found for the provided AES transformer',
    });
    assert.throws(() => transformer.transformFromStorage(plain, context), {
      message: 'no matching prefix found',
    });
  });

  test('a resource has the rule of its name, its group, or all', async () => {
    const keys = (name: string): string =>
      `{ aesgcm: { keys: [{ name: ${name}, secret: ${secret('k')} }] } }`;
    const { encryption } = atRest(`resources:
  - { resources: [secrets, widgets.example.com], providers: [${keys('named')}] }
  - { resources: ["*."], providers: [${keys('core')}] }
  - { resources: ["*.apps"], providers: [{ identity: {} }] }
  - { resources: ["*.*"], providers: [${keys('all')}] }
`);
    const keyFor = async (group: string, resource: string): Promise<string> => {
      const stored = await encryption.transformerFor({ group, resource }).transformToStorage(plain, context);
      return /^k8s:enc:aesgcm:v1:(\w+):/.exec(Buffer.from(stored).toString('latin1'))?.[1] ?? 'identity';
    };
    assert.deepEqual(
      await Promise.all([
        keyFor('', 'secrets'),
        keyFor('', 'pods'),
        keyFor('apps', 'deployments'),
        keyFor('batch', 'jobs'),
        keyFor('example.com', 'widgets'),
      ]),
      ['named', 'core', 'identity', 'all', 'named'],
    );
  });
});

describe('configurations that cannot be used', () => {
  const resources = (list: string, providers = '[{ identity: {} }]'): string =>
    `resources: [{ resources: ${list}, providers: ${providers} }]`;
  const wrong: Record<string, [yaml: string, message: string]> = {
    'nothing to encrypt': ['', 'resources: Required value: at least one resources is required'],
    'no resource': [
      resources('[]'),
      'resources[0].resources: Required value: at least one resources[0].resources is required',
    ],
    'no provider': [
      resources('[secrets]', '[]'),
      'resources[0].providers: Required value: at least one resources[0].providers is required',
    ],
    'a capital letter': [
      resources('[Secrets]'),
      'resources[0].resources[0]: Invalid value: "Secrets": resource name should not contain capital letters',
    ],
    'a bare star': [
      resources('["*"]'),
      `resources[0].resources[0]: Invalid value: "*": use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources`,
    ],
    'all groups': [
      resources('["jobs.*"]'),
      'resources[0].resources[0]: Invalid value: "jobs.*": encrypting the same resource across groups is not supported',
    ],
    'an overlap': [
      resources('[secrets, "*."]'),
      `resources[0].resources: Invalid value: ["secrets","*."]: using overlapping resources such as 'secrets' and '*.' in the same resource list is not allowed as they will be masked`,
    ],
    'a duplicate': [
      resources('[secrets, secrets]'),
      'resources[0].resources: Invalid value: ["secrets","secrets"]: the same resource cannot be specified multiple times',
    ],
    'a masked rule': [
      'resources: [{ resources: ["*.*"], providers: [{ identity: {} }] }, { resources: [secrets], providers: [{ identity: {} }] }]',
      'resource "secrets" is masked by earlier rule "*.*"',
    ],
    'two providers in one': [
      resources('[secrets]', '[{ identity: {}, aescbc: {} }]'),
      'resources[0].providers[0]: Invalid value: more than one provider specified in a single element, should split into different list elements',
    ],
    'a key of a wrong size': [
      resources('[secrets]', `[{ secretbox: { keys: [{ name: a, secret: ${secret('a', 16)} }] } }]`),
      'resources[0].providers[0].secretbox.keys[0].secret: Invalid value: "REDACTED": secret is not of the expected length, got 16, expected one of [32]',
    ],
    'a key that is not base64': [
      resources('[secrets]', '[{ aesgcm: { keys: [{ name: a, secret: "?" }] } }]'),
      'resources[0].providers[0].aesgcm.keys[0].secret: Invalid value: "REDACTED": secrets must be base64 encoded',
    ],
    'an unknown field': ['extra: 1', 'strict decoding error: unknown field "extra"'],
  };
  for (const [name, [yaml, message]] of Object.entries(wrong)) {
    test(name, () => {
      assert.throws(() => readEncryptionConfiguration(`${head}${yaml}`), { message });
    });
  }
});
