import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { V1Pod, V1PodSpec } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { admissionAttributes } from '../../testing/admission-attributes.ts';
import { pluginDependencies } from '../../testing/plugin-dependencies.ts';
import { serviceAccount } from './service-account.ts';

function account(name: string, more: object = {}, annotations: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { namespace: 'ns', name, annotations },
    ...more,
  } as KubeObject;
}

const strict = account(
  'strict',
  { secrets: [{ name: 'allowed' }], imagePullSecrets: [{ name: 'pull' }] },
  { 'kubernetes.io/enforce-mountable-secrets': 'true' },
);
const accounts = [
  account('default', { imagePullSecrets: [{ name: 'pull' }] }),
  account('tokenless', { automountServiceAccountToken: false }),
  strict,
];

const clock = {
  now: () => 0,
  after(_delayMs: number, callback: () => void) {
    queueMicrotask(callback);
    return () => undefined;
  },
};

async function admitted(
  spec: Partial<V1PodSpec>,
  annotations: object = {},
  known = accounts,
): Promise<V1PodSpec> {
  const plugin = serviceAccount({ ...pluginDependencies({ serviceaccounts: known }), clock });
  const object = { metadata: { name: 'p', annotations }, spec: { containers: [{ name: 'c' }], ...spec } };
  await plugin.admit?.(admissionAttributes({ object }));
  await plugin.validate?.(admissionAttributes({ object }));
  return object.spec as V1PodSpec;
}

const refused = (message: string) => ({ message: `pods "p" is forbidden: ${message}` });

test('a Pod gets the default account, its pull secrets, and a token in every container', async () => {
  const { volumes, containers, initContainers, ...spec } = await admitted({
    initContainers: [{ name: 'i' }],
  } as Partial<V1PodSpec>);
  assert.deepEqual(spec, {
    serviceAccountName: 'default',
    serviceAccount: 'default',
    imagePullSecrets: [{ name: 'pull' }],
  });
  const mount = {
    name: 'kube-api-access-bbbbb',
    readOnly: true,
    mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
  };
  assert.deepEqual(
    [...(initContainers ?? []), ...containers].map(({ volumeMounts }) => volumeMounts),
    [[mount], [mount]],
  );
  assert.deepEqual(
    volumes?.map(({ name }) => name),
    ['kube-api-access-bbbbb'],
  );
  assert.deepEqual(volumes?.[0]?.projected?.sources?.[0], {
    serviceAccountToken: { expirationSeconds: 3607, path: 'token' },
  });
});

test('who wants no token, or has something at its place, gets none', async () => {
  for (const spec of [
    { automountServiceAccountToken: false },
    { serviceAccountName: 'tokenless' },
    {
      containers: [
        {
          name: 'c',
          volumeMounts: [{ name: 'v', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }],
        },
      ],
    },
  ])
    assert.equal((await admitted(spec)).volumes, undefined);
  const wanted = await admitted({ serviceAccountName: 'tokenless', automountServiceAccountToken: true });
  assert.equal(wanted.volumes?.length, 1);
  const own = await admitted({ volumes: [{ name: 'kube-api-access-own' }] });
  assert.deepEqual(own.volumes, [{ name: 'kube-api-access-own' }]);
  assert.equal(own.containers[0]?.volumeMounts?.[0]?.name, 'kube-api-access-own');
});

test('the default account is waited for, others are not', async () => {
  const dependencies = pluginDependencies({});
  let waited = 0;
  const plugin = serviceAccount({
    ...dependencies,
    clock: {
      ...clock,
      after(delayMs, callback) {
        assert.ok(delayMs >= 100 && delayMs < 200);
        if (++waited === 3) dependencies.source('serviceaccounts').put(account('default'));
        queueMicrotask(callback);
        return () => undefined;
      },
    },
  });
  const object = { metadata: { name: 'p' }, spec: { containers: [] } };
  await plugin.admit?.(admissionAttributes({ object }));
  assert.equal(waited, 3);
  await assert.rejects(
    async () =>
      plugin.admit?.(admissionAttributes({ object: { ...object, spec: { serviceAccountName: 'other' } } })),
    refused('error looking up service account ns/other: serviceaccount "other" not found'),
  );
  assert.equal(waited, 3);
  await assert.rejects(
    admitted({}, {}, []),
    refused('error looking up service account ns/default: serviceaccount "default" not found'),
  );
});

test('a strict account allows the Secrets that it names', async () => {
  const name = 'strict';
  const because = 'is not allowed because service account strict does not reference that';
  await admitted({ serviceAccountName: name, volumes: [{ name: 'v', secret: { secretName: 'allowed' } }] });
  await assert.rejects(
    admitted({ serviceAccountName: name, volumes: [{ name: 'v', secret: { secretName: 'other' } }] }),
    refused(`volume with secret.secretName="other" ${because} secret`),
  );
  const env = [{ name: 'A', valueFrom: { secretKeyRef: { name: 'other', key: 'k' } } }];
  await assert.rejects(
    admitted({ serviceAccountName: name, containers: [{ name: 'c', env }] }),
    refused(`container c with envVar A referencing secret.secretName="other" ${because} secret`),
  );
  await assert.rejects(
    admitted({
      serviceAccountName: name,
      initContainers: [{ name: 'i', envFrom: [{ secretRef: { name: 'other' } }] }],
    }),
    refused(`init container i with envFrom referencing secret.secretName="other" ${because} secret`),
  );
  await assert.rejects(
    admitted({ serviceAccountName: name, imagePullSecrets: [{ name: 'other' }] }),
    refused(`imagePullSecrets[0].name="other" ${because} imagePullSecret`),
  );
  const plugin = serviceAccount({ ...pluginDependencies({ serviceaccounts: accounts }), clock });
  await assert.rejects(
    async () =>
      plugin.validate?.(
        admissionAttributes({
          operation: 'UPDATE',
          subresource: 'ephemeralcontainers',
          object: {
            metadata: {},
            spec: { serviceAccountName: name, ephemeralContainers: [{ name: 'e', env }] },
          },
        }),
      ),
    {
      message: `ephemeral container e with envVar A referencing secret.secretName="other" ${because} secret`,
    },
  );
});

test('a mirror Pod stays as it is, and names nothing that its node could not read', async () => {
  const mirror = { 'kubernetes.io/config.mirror': 'hash' };
  assert.deepEqual(await admitted({}, mirror), { containers: [{ name: 'c' }] });
  await assert.rejects(
    admitted({ serviceAccountName: 'default' }, mirror),
    refused('a mirror pod may not reference service accounts'),
  );
  await assert.rejects(
    admitted({ volumes: [{ name: 'v', secret: { secretName: 's' } }] }, mirror),
    refused('a mirror pod may not reference secrets'),
  );
  const projected = { sources: [{ serviceAccountToken: { path: 'token' } }] };
  await assert.rejects(
    admitted({ volumes: [{ name: 'v', projected }] }, mirror),
    refused('a mirror pod may not use ServiceAccountToken volume projections'),
  );
});

test('updates of a Pod are not looked at', async () => {
  const plugin = serviceAccount({ ...pluginDependencies({}), clock });
  const object: V1Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [] } };
  await plugin.admit?.(admissionAttributes({ operation: 'UPDATE', object, oldObject: object }));
  await plugin.validate?.(admissionAttributes({ operation: 'UPDATE', object, oldObject: object }));
  assert.deepEqual(object.spec, { containers: [] });
});
