import type { AskedRequest } from '../asked-server.ts';
import type { Ask, Family } from '../family.ts';
import { namespace } from '../places.ts';
import { untilAnswer } from '../until-answer.ts';
import { merge, tryPod } from './admission-pods.ts';

const claims = `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
const storageClasses = '/apis/storage.k8s.io/v1/storageclasses';
const ingressClasses = '/apis/networking.k8s.io/v1/ingressclasses';
const runtimeClasses = '/apis/node.k8s.io/v1/runtimeclasses';

const claim = (spec: object = {}, metadata: object = {}): AskedRequest => ({
  path: `${claims}?dryRun=All`,
  body: {
    metadata: { name: 'tried', ...metadata },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
  },
});

function storageClass(name: string, annotations: object, more: object = {}): AskedRequest {
  return {
    path: storageClasses,
    body: { metadata: { name, annotations }, provisioner: 'example.com/p', ...more },
  };
}

const isDefault = { 'storageclass.kubernetes.io/is-default-class': 'true' };

async function tryDefaults(ask: Ask, when: string): Promise<void> {
  await ask(`no class, ${when}`, claim());
  await ask(`an empty class, ${when}`, claim({ storageClassName: '' }));
  await ask(`a class, ${when}`, claim({ storageClassName: 'own' }));
  const annotations = { 'volume.beta.kubernetes.io/storage-class': 'old' };
  await ask(`the old annotation, ${when}`, claim({}, { annotations }));
}

/** The admission plugin DefaultStorageClass. */
export const admissionDefaultStorageClass: Family = {
  name: 'admission: DefaultStorageClass',
  async run(ask) {
    await tryDefaults(ask, 'without a default');
    await ask(
      'create false',
      storageClass('a-false', { 'storageclass.kubernetes.io/is-default-class': 'TRUE' }),
    );
    await ask(
      'create b',
      storageClass('b-beta', { 'storageclass.beta.kubernetes.io/is-default-class': 'true' }),
    );
    await untilAnswer(ask, claim(), /"storageClassName":"b-beta"/);
    await tryDefaults(ask, 'with an old one');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await ask('create c', storageClass('c-new', isDefault));
    await untilAnswer(ask, claim(), /"storageClassName":"c-new"/);
    await tryDefaults(ask, 'with two');
    for (const name of ['a-false', 'b-beta', 'c-new'])
      await ask(`delete ${name}`, { method: 'DELETE', path: `${storageClasses}/${name}` });
    await untilAnswer(ask, claim(), /^(?!.*storageClassName).*"kind":"PersistentVolumeClaim"/s);
  },
};

/** The admission plugin PersistentVolumeClaimResize. */
export const admissionResize: Family = {
  name: 'admission: PersistentVolumeClaimResize',
  async run(ask) {
    const grow = (name: string, storage: string) => ({
      method: 'PATCH',
      path: `${claims}/${name}?dryRun=All`,
      headers: merge,
      body: { spec: { resources: { requests: { storage } } } },
    });
    await ask('create fixed', storageClass('fixed', {}));
    await ask('create growing', storageClass('growing', {}, { allowVolumeExpansion: true }));
    for (const [name, storageClassName] of Object.entries({
      fixed: 'fixed',
      growing: 'growing',
      none: '',
      gone: 'gone',
    })) {
      await ask(`create the claim ${name}`, {
        ...claim({ storageClassName, volumeName: `v-${name}` }, { name }),
        path: claims,
      });
      await ask(`grow ${name} early`, grow(name, '2Gi'));
      await ask(`bind ${name}`, {
        method: 'PATCH',
        path: `${claims}/${name}/status`,
        headers: merge,
        body: { status: { phase: 'Bound', capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] } },
      });
      if (name === 'growing') await untilAnswer(ask, grow(name, '2Gi'), /"kind":"PersistentVolumeClaim"/);
      await ask(`grow ${name}`, grow(name, '2Gi'));
      await ask(`the same size of ${name}`, grow(name, '1024Mi'));
      await ask(`shrink ${name}`, grow(name, '1Mi'));
    }
    for (const name of ['fixed', 'growing', 'none', 'gone'])
      await ask(`delete the claim ${name}`, { method: 'DELETE', path: `${claims}/${name}` });
    for (const name of ['fixed', 'growing'])
      await ask(`delete ${name}`, { method: 'DELETE', path: `${storageClasses}/${name}` });
  },
};

/** The admission plugin DefaultIngressClass. */
export const admissionDefaultIngressClass: Family = {
  name: 'admission: DefaultIngressClass',
  async run(ask) {
    const ingress = (spec: object = {}, metadata: object = {}) => ({
      path: `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses?dryRun=All`,
      body: {
        metadata: { name: 'tried', ...metadata },
        spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } }, ...spec },
      },
    });
    const create = (name: string, value: string) =>
      ask(`create ${name}`, {
        path: ingressClasses,
        body: {
          metadata: { name, annotations: { 'ingressclass.kubernetes.io/is-default-class': value } },
          spec: { controller: 'example.com/c' },
        },
      });
    await ask('without a default', ingress());
    await create('a-false', 'false');
    await create('b-first', 'true');
    await untilAnswer(ask, ingress(), /"ingressClassName":"b-first"/);
    await ask('with a default', ingress());
    await ask('with a class', ingress({ ingressClassName: 'own' }));
    await ask(
      'with the old annotation',
      ingress({}, { annotations: { 'kubernetes.io/ingress.class': 'old' } }),
    );
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await create('c-second', 'true');
    await untilAnswer(ask, ingress(), /"ingressClassName":"c-second"/);
    await ask('with two', ingress());
    for (const name of ['a-false', 'b-first', 'c-second'])
      await ask(`delete ${name}`, { method: 'DELETE', path: `${ingressClasses}/${name}` });
    await untilAnswer(ask, ingress(), /^(?!.*ingressClassName).*"kind":"Ingress"/s);
  },
};

const everything = { operator: 'Exists' };
const one = { key: 'a', operator: 'Equal', value: 'b', effect: 'NoSchedule' };

/** The admission plugin RuntimeClass. */
export const admissionRuntimeClass: Family = {
  name: 'admission: RuntimeClass',
  async run(ask) {
    const create = (name: string, more: object) =>
      ask(`create ${name}`, { path: runtimeClasses, body: { metadata: { name }, handler: 'h', ...more } });
    await create('plain', {});
    await create('heavy', { overhead: { podFixed: { cpu: '250m', memory: '64Mi' } } });
    await create('somewhere', {
      scheduling: {
        nodeSelector: { disk: 'ssd', zone: 'a' },
        tolerations: [one, { key: 'c', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 30 }],
      },
    });
    await create('everywhere', { scheduling: { tolerations: [everything] } });
    const tried: Readonly<Record<string, object>> = {
      'no class': {},
      'overhead without a class': { overhead: { cpu: '1' } },
      'empty overhead without a class': { overhead: {} },
      'a class that is not there': { runtimeClassName: 'nothing' },
      'a class that says nothing': { runtimeClassName: 'plain' },
      'overhead of a class that has none': { runtimeClassName: 'plain', overhead: { cpu: '1' } },
      'a class with overhead': { runtimeClassName: 'heavy' },
      'the same overhead': { runtimeClassName: 'heavy', overhead: { cpu: '0.25', memory: '65536Ki' } },
      'other overhead': { runtimeClassName: 'heavy', overhead: { cpu: '0.25' } },
      'a class with a place': { runtimeClassName: 'somewhere' },
      'the same place': { runtimeClassName: 'somewhere', nodeSelector: { disk: 'ssd', more: 'x' } },
      'another place': { runtimeClassName: 'somewhere', nodeSelector: { disk: 'hdd' } },
      'the same toleration': { runtimeClassName: 'somewhere', tolerations: [one] },
      'a wider toleration': { runtimeClassName: 'somewhere', tolerations: [everything] },
      'a longer toleration': {
        runtimeClassName: 'somewhere',
        tolerations: [{ key: 'c', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }],
      },
      'a toleration without seconds': {
        runtimeClassName: 'somewhere',
        tolerations: [{ key: 'c', operator: 'Exists', effect: 'NoExecute' }],
      },
      'a toleration that is covered': { runtimeClassName: 'everywhere', tolerations: [one] },
    };
    for (const [name, spec] of Object.entries(tried)) await ask(name, tryPod(spec));
    for (const name of ['plain', 'heavy', 'somewhere', 'everywhere'])
      await ask(`delete ${name}`, { method: 'DELETE', path: `${runtimeClasses}/${name}` });
  },
};
