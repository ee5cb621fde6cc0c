import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { AdmissionPlugin } from '../plugin.ts';
import { admissionAttributes } from '../testing/admission-attributes.ts';
import { pluginDependencies, type TestDependencies } from '../testing/plugin-dependencies.ts';
import { defaultIngressClass } from './default-ingress-class.ts';
import { defaultStorageClass } from './default-storage-class.ts';
import { persistentVolumeClaimResize } from './persistent-volume-claim-resize.ts';
import { runtimeClass } from './runtime-class.ts';
import { storageObjectInUseProtection } from './storage-object-in-use-protection.ts';

function named(name: string, annotations: object = {}, more: object = {}): KubeObject {
  const creationTimestamp = `2026-01-0${name.length}T00:00:00Z`;
  return {
    apiVersion: 'v1',
    kind: 'X',
    metadata: { name, annotations, creationTimestamp },
    ...more,
  } as KubeObject;
}

async function specAfter(
  build: (dependencies: TestDependencies) => AdmissionPlugin,
  objects: Readonly<Record<string, readonly KubeObject[]>>,
  resource: { group: string; resource: string },
  object: { metadata: object; spec: object },
): Promise<object> {
  const dependencies = pluginDependencies(objects);
  const plugin = build(dependencies);
  const given = { resource: { version: 'v1', ...resource }, object };
  try {
    await plugin.admit?.(admissionAttributes(given));
    await plugin.validate?.(admissionAttributes(given));
  } finally {
    dependencies.informers.close();
  }
  return object.spec;
}

test('claims without a class get the newest default one', async () => {
  const claims = { group: '', resource: 'persistentvolumeclaims' };
  const storageclasses = [
    named('a', { 'storageclass.kubernetes.io/is-default-class': 'true' }),
    named('cc', { 'storageclass.beta.kubernetes.io/is-default-class': 'true' }),
    named('bb', { 'storageclass.kubernetes.io/is-default-class': 'true' }),
    named('dddd', { 'storageclass.kubernetes.io/is-default-class': 'false' }),
  ];
  const claimed = (spec: object, metadata: object = {}, classes = storageclasses) =>
    specAfter(defaultStorageClass, { 'storageclasses.storage.k8s.io': classes }, claims, { metadata, spec });
  assert.deepEqual(await claimed({}), { storageClassName: 'bb' });
  assert.deepEqual(await claimed({}, {}, []), {});
  assert.deepEqual(await claimed({ storageClassName: '' }), { storageClassName: '' });
  assert.deepEqual(await claimed({}, { annotations: { 'volume.beta.kubernetes.io/storage-class': '' } }), {});
});

test('Ingresses without a class get the newest default one', async () => {
  const ingresses = { group: 'networking.k8s.io', resource: 'ingresses' };
  const classes = [
    named('a', { 'ingressclass.kubernetes.io/is-default-class': 'true' }),
    named('bb', { 'ingressclass.kubernetes.io/is-default-class': 'true' }),
  ];
  const given = (spec: object, metadata: object = {}) =>
    specAfter(defaultIngressClass, { 'ingressclasses.networking.k8s.io': classes }, ingresses, {
      metadata,
      spec,
    });
  assert.deepEqual(await given({}), { ingressClassName: 'bb' });
  assert.deepEqual(await given({ ingressClassName: 'own' }), { ingressClassName: 'own' });
  assert.deepEqual(await given({}, { annotations: { 'kubernetes.io/ingress.class': 'old' } }), {});
});

test('bound claims grow where their class lets them', async () => {
  const plugin = persistentVolumeClaimResize(
    pluginDependencies({
      'storageclasses.storage.k8s.io': [named('grows', {}, { allowVolumeExpansion: true }), named('fixed')],
    }),
  );
  const resize = async (storageClassName: string, from: string, to: string, phase = 'Bound') => {
    const claim = (storage: string) => ({
      metadata: { name: 'c' },
      spec: { storageClassName, resources: { requests: { storage } } },
      status: { phase },
    });
    await plugin.validate?.(
      admissionAttributes({
        operation: 'UPDATE',
        resource: { group: '', version: 'v1', resource: 'persistentvolumeclaims' },
        name: 'c',
        object: claim(to),
        oldObject: claim(from),
      }),
    );
  };
  await resize('grows', '1Gi', '2Gi');
  await resize('fixed', '1Gi', '1024Mi');
  await resize('fixed', '2Gi', '1Gi', 'Pending');
  const refused = (message: string) => ({
    message: `persistentvolumeclaims "c" is forbidden: ${message}`,
  });
  await assert.rejects(
    resize('grows', '1Gi', '2Gi', 'Pending'),
    refused('Only bound persistent volume claims can be expanded'),
  );
  for (const name of ['fixed', '', 'gone'])
    await assert.rejects(
      resize(name, '1Gi', '2Gi'),
      refused(
        'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
      ),
    );
});

test('a Pod gets overhead, node selector and tolerations of its runtime class', async () => {
  const toleration = { key: 'a', operator: 'Exists', effect: 'NoSchedule' };
  const classes = [
    named('heavy', {}, { overhead: { podFixed: { cpu: '250m' } } }),
    named('there', {}, { scheduling: { nodeSelector: { disk: 'ssd' }, tolerations: [toleration] } }),
  ];
  const given = (spec: object) =>
    specAfter(
      runtimeClass,
      { 'runtimeclasses.node.k8s.io': classes },
      { group: '', resource: 'pods' },
      {
        metadata: { name: 'p' },
        spec,
      },
    );
  const heavy = { runtimeClassName: 'heavy' };
  assert.deepEqual(await given(heavy), { ...heavy, overhead: { cpu: '250m' } });
  assert.deepEqual(await given({ ...heavy, overhead: { cpu: '0.25' } }), {
    ...heavy,
    overhead: { cpu: '250m' },
  });
  const there = { runtimeClassName: 'there' };
  const own = { key: 'b', operator: 'Equal', value: 'c' };
  assert.deepEqual(await given({ ...there, nodeSelector: { a: 'b' }, tolerations: [own] }), {
    ...there,
    nodeSelector: { a: 'b', disk: 'ssd' },
    tolerations: [own, toleration],
  });
  const everything = { operator: 'Exists' };
  assert.deepEqual(await given({ ...there, tolerations: [everything] }), {
    ...there,
    nodeSelector: { disk: 'ssd' },
    tolerations: [everything],
  });
  const refused = (message: string) => ({ message: `pods "p" is forbidden: ${message}` });
  const mismatch = refused("pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
  await assert.rejects(given({ ...heavy, overhead: { cpu: '1' } }), mismatch);
  for (const spec of [{ overhead: { cpu: '1' } }, { ...there, overhead: { cpu: '1' } }, { overhead: {} }])
    await assert.rejects(
      given(spec),
      refused('pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead'),
    );
  await assert.rejects(
    given({ runtimeClassName: 'gone' }),
    refused('pod rejected: RuntimeClass "gone" not found'),
  );
  await assert.rejects(
    given({ ...there, nodeSelector: { disk: 'hdd' } }),
    refused('conflict: runtimeClass.scheduling.nodeSelector[disk] = ssd; pod.spec.nodeSelector[disk] = hdd'),
  );
});

test('volumes, claims and their classes get a finalizer, once', async () => {
  const finalizersOf = async (group: string, resource: string, finalizers?: string[]): Promise<unknown> => {
    const metadata = { name: 'a', ...(finalizers === undefined ? {} : { finalizers }) };
    const object = { metadata, spec: {} };
    await specAfter(storageObjectInUseProtection, {}, { group, resource }, object);
    return metadata.finalizers;
  };
  assert.deepEqual(await finalizersOf('', 'persistentvolumes'), ['kubernetes.io/pv-protection']);
  assert.deepEqual(await finalizersOf('', 'persistentvolumeclaims', ['x']), [
    'x',
    'kubernetes.io/pvc-protection',
  ]);
  const given = ['kubernetes.io/vac-protection'];
  assert.deepEqual(await finalizersOf('storage.k8s.io', 'volumeattributesclasses', given), given);
  assert.equal(await finalizersOf('', 'configmaps'), undefined);
  assert.equal(await finalizersOf('other', 'persistentvolumes'), undefined);
});
