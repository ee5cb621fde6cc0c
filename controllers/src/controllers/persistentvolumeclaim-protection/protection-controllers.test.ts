import assert from 'node:assert/strict';
import { describe, test, type TestContext as Test } from 'node:test';
import type { ApiObject } from '../../runtime/client/api-object.ts';
import {
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  type Pod,
  pods,
  type Resource,
  volumeAttributesClasses,
} from '../../runtime/client/resource.ts';
import type { Worker } from '../../runtime/part.ts';
import { settle, until } from '../../runtime/testing/fake-clock.ts';
import { createTestContext } from '../../runtime/testing/test-context.ts';
import { PersistentVolumeProtectionController } from '../persistentvolume-protection/persistentvolume-protection-controller.ts';
import { VolumeAttributesClassProtectionController } from '../volumeattributesclass-protection/volumeattributesclass-protection-controller.ts';
import { PersistentVolumeClaimProtectionController } from './persistentvolumeclaim-protection-controller.ts';

type TestControllerContext = ReturnType<typeof createTestContext>;

async function started(t: Test, create: (context: TestControllerContext) => Worker) {
  const context = createTestContext();
  const { api, informers } = context;
  for (const resource of [pods, persistentVolumeClaims, persistentVolumes, volumeAttributesClasses]) {
    api.register(resource as Resource);
  }
  const controller = create(context);
  informers.start();
  await informers.synced();
  controller.start();
  t.after(async () => {
    informers.stop();
    await controller.stop();
  });
  const names = (resource: Resource): string[] =>
    api.all(resource).map(({ metadata }) => metadata.name ?? '');
  return { api, names };
}

const claim = (name: string, more: object = {}): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: 'default', finalizers: ['kubernetes.io/pvc-protection'] },
  spec: {},
  ...more,
});

const pod = (name: string, volume: object, nodeName?: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: {
    containers: [],
    volumes: [{ name: 'data', ...volume }],
    ...(nodeName === undefined ? {} : { nodeName }),
  },
});

describe('claims', () => {
  test('go when the last Pod on a node that uses them has gone', async (t) => {
    const { api, names } = await started(
      t,
      (context) => new PersistentVolumeClaimProtectionController(context, { workers: 1 }),
    );
    const uses = { persistentVolumeClaim: { claimName: 'used' } };
    await api.create(persistentVolumeClaims, claim('used'));
    await api.create(pods, pod('on-a-node', uses, 'n1'));
    await api.create(pods, pod('waiting', uses));
    await api.delete(persistentVolumeClaims, { namespace: 'default', name: 'used' });
    await settle();
    assert.deepEqual(names(persistentVolumeClaims), ['used']);
    await api.delete(pods, { namespace: 'default', name: 'on-a-node' }, { gracePeriodSeconds: 0 });
    await until('the claim goes', () => names(persistentVolumeClaims).length === 0);
  });

  test("of ephemeral volumes are their Pod's own, by the owner", async (t) => {
    const { api, names } = await started(
      t,
      (context) => new PersistentVolumeClaimProtectionController(context, { workers: 1 }),
    );
    const { metadata } = await api.create(pods, pod('web', { ephemeral: {} }, 'n1'));
    const owner = { apiVersion: 'v1', kind: 'Pod', name: 'web', uid: metadata.uid ?? '', controller: true };
    const own = claim('web-data');
    await api.create(persistentVolumeClaims, {
      ...own,
      metadata: { ...own.metadata, ownerReferences: [owner] },
    });
    await api.delete(persistentVolumeClaims, { namespace: 'default', name: 'web-data' });
    await settle();
    assert.deepEqual(names(persistentVolumeClaims), ['web-data']);
    await api.delete(pods, { namespace: 'default', name: 'web' }, { gracePeriodSeconds: 0 });
    await until('the claim goes', () => names(persistentVolumeClaims).length === 0);
    await api.create(pods, pod('other', { ephemeral: {} }, 'n1'));
    await api.create(persistentVolumeClaims, claim('other-data'));
    await api.delete(persistentVolumeClaims, { namespace: 'default', name: 'other-data' });
    await until('a claim of the same name goes', () => names(persistentVolumeClaims).length === 0);
  });

  test('of before get the finalizer', async (t) => {
    const { api } = await started(
      t,
      (context) => new PersistentVolumeClaimProtectionController(context, { workers: 1 }),
    );
    await api.create(
      persistentVolumeClaims,
      claim('old', { metadata: { name: 'old', namespace: 'default' } }),
    );
    await until('it is there', () =>
      (api.all(persistentVolumeClaims)[0]?.metadata.finalizers ?? []).includes(
        'kubernetes.io/pvc-protection',
      ),
    );
  });
});

test('volumes go when they are not bound', async (t) => {
  const { api, names } = await started(
    t,
    (context) => new PersistentVolumeProtectionController(context, { workers: 1 }),
  );
  const volume: PersistentVolume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'v', finalizers: ['kubernetes.io/pv-protection'] },
    spec: {},
    status: { phase: 'Bound' },
  };
  const created = await api.create(persistentVolumes, volume);
  await api.update(persistentVolumes, { ...created, status: { phase: 'Bound' } }, 'status');
  await api.delete(persistentVolumes, { name: 'v' });
  await settle();
  assert.deepEqual(names(persistentVolumes), ['v']);
  const [held] = api.all(persistentVolumes);
  assert.ok(held);
  await api.update(persistentVolumes, { ...held, status: { phase: 'Released' } }, 'status');
  await until('it goes', () => names(persistentVolumes).length === 0);
});

test('classes of volumes go when nobody names them', async (t) => {
  const { api, names } = await started(
    t,
    (context) => new VolumeAttributesClassProtectionController(context, { workers: 1 }),
  );
  const silver: ApiObject = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttributesClass',
    metadata: { name: 'silver', finalizers: ['kubernetes.io/vac-protection'] },
  };
  await api.create(volumeAttributesClasses, silver);
  await api.create(persistentVolumeClaims, claim('c', { spec: { volumeAttributesClassName: 'silver' } }));
  await api.delete(volumeAttributesClasses, { name: 'silver' });
  await settle();
  assert.deepEqual(names(volumeAttributesClasses), ['silver']);
  const [named] = api.all(persistentVolumeClaims);
  assert.ok(named);
  await api.update(persistentVolumeClaims, { ...named, spec: { volumeAttributesClassName: 'gold' } });
  await until('it goes', () => names(volumeAttributesClasses).length === 0);
});
