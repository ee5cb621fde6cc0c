import type { AskedRequest } from '../asked-server.ts';
import type { Ask, Family } from '../family.ts';
import { untilAnswer } from '../until-answer.ts';
import { merge, oneContainer, tryPod } from './admission-pods.ts';

/** A namespace of its own: what it limits would be in the way of others. */
const place = '/api/v1/namespaces/limited';
const ranges = `${place}/limitranges`;

const inPlace = (request: AskedRequest): AskedRequest => ({
  ...request,
  path: request.path.replace(/\/namespaces\/[^/]+/, '/namespaces/limited'),
});
const resources = (requests: object, limits: object = {}) => ({ resources: { requests, limits } });
const containers = (...each: object[]) =>
  each.map((more, index) => ({ ...oneContainer[0], name: `c${index}`, ...more }));

const limits: Readonly<Record<string, readonly object[]>> = {
  defaults: [
    {
      type: 'Container',
      default: { cpu: '500m', memory: '128Mi', 'example.com/gpu': '1' },
      defaultRequest: { cpu: '250m', memory: '64Mi', 'example.com/gpu': '1' },
    },
  ],
  bounds: [
    {
      type: 'Container',
      min: { cpu: '100m' },
      max: { cpu: '1500m' },
    },
    { type: 'Pod', max: { memory: '1Gi' } },
  ],
  ratio: [{ type: 'Container', maxLimitRequestRatio: { memory: '1500m' } }],
  pod: [{ type: 'Pod', min: { cpu: '200m' } }],
  'ratio of the pod': [{ type: 'Pod', maxLimitRequestRatio: { cpu: '2' } }],
};

const small = resources({ cpu: '100m', memory: '1Mi' }, { cpu: '100m', memory: '1Mi' });

const tried: Readonly<Record<string, object>> = {
  nothing: {},
  'something of all': { containers: containers(small) },
  'requests only': { containers: containers(resources({ cpu: '1', memory: '0.5Gi' })) },
  'limits only': { containers: containers({ resources: { limits: { cpu: '300m', memory: '300Mi' } } }) },
  'too little': { containers: containers(resources({ cpu: '0.05' }, { cpu: '0.08' })) },
  'too much': { containers: containers(resources({ cpu: '2' }, { cpu: '2500m' })) },
  'too much of one': {
    containers: containers(small, resources({ cpu: '1', memory: '2Gi' }, { cpu: '2', memory: '2Gi' })),
  },
  'far apart': { containers: containers(resources({ memory: '100Mi' }, { memory: '175Mi' })) },
  'nothing requested': { containers: containers(resources({ memory: '0' }, { memory: '10Mi' })) },
  'containers of all sorts': {
    initContainers: [
      { ...oneContainer[0], name: 'first' },
      { ...oneContainer[0], name: 'beside', restartPolicy: 'Always', ...small },
      { ...oneContainer[0], name: 'large', ...resources({ cpu: '3' }, { cpu: '3' }) },
    ],
    containers: containers({}, small),
  },
  'a Pod that says itself': {
    resources: { requests: { cpu: '1', memory: '2Gi' }, limits: { cpu: '2', memory: '2Gi' } },
    containers: containers(small),
  },
};

async function tryClaims(ask: Ask): Promise<void> {
  const claim = (storage: string) => ({
    path: `${place}/persistentvolumeclaims?dryRun=All`,
    body: {
      metadata: { name: 'claim' },
      spec: { storageClassName: '', accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
    },
  });
  await ask('create claims', {
    path: ranges,
    body: {
      metadata: { name: 'claims' },
      spec: { limits: [{ type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '2Gi' } }] },
    },
  });
  await untilAnswer(ask, claim('1'), /minimum storage/);
  for (const storage of ['1Gi', '2Gi', '2049Mi', '3e9', '1', '1023Mi'])
    await ask(`claim ${storage}`, claim(storage));
  await ask('create a claim', {
    path: `${place}/persistentvolumeclaims`,
    body: claim('1Gi').body,
  });
  await ask('label the claim', {
    method: 'PATCH',
    path: `${place}/persistentvolumeclaims/claim`,
    headers: merge,
    body: { metadata: { labels: { a: 'b' } } },
  });
}

async function resize(ask: Ask): Promise<void> {
  const request = (name: string, requests: object, more: object): [string, AskedRequest] => [
    name,
    {
      method: 'PATCH',
      path: `${place}/pods/resized/resize?dryRun=All`,
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
      body: { spec: { containers: [{ name: 'c0', resources: { requests, limits: more } }] } },
    },
  ];
  await ask('create a Pod', {
    path: `${place}/pods`,
    body: {
      metadata: { name: 'resized' },
      spec: { containers: containers(resources({ cpu: '1' }, { cpu: '1' })) },
    },
  });
  await ask(...request('resize', { cpu: '1100m' }, { cpu: '1100m' }));
  await ask(...request('resize to too much', { cpu: '2' }, { cpu: '2' }));
  await ask(...request('resize to too little', { cpu: '1m' }, { cpu: '1' }));
  await ask('label the Pod', {
    method: 'PATCH',
    path: `${place}/pods/resized`,
    headers: merge,
    body: { metadata: { labels: { a: 'b' } } },
  });
}

/** The admission plugin LimitRanger. */
export const admissionLimitRanger: Family = {
  name: 'admission: LimitRanger',
  async run(ask) {
    await ask('create the namespace', {
      path: '/api/v1/namespaces',
      body: { metadata: { name: 'limited' } },
    });
    await ask('create the account', {
      path: `${place}/serviceaccounts`,
      body: { metadata: { name: 'default' } },
    });
    for (const [name, list] of Object.entries(limits)) {
      await ask(`create ${name}`, {
        path: ranges,
        body: { metadata: { name: 'range' }, spec: { limits: list } },
      });
      const probe = inPlace(tryPod({}));
      await untilAnswer(ask, probe, /limit-ranger|forbidden/);
      for (const [what, spec] of Object.entries(tried)) await ask(`${name}: ${what}`, inPlace(tryPod(spec)));
      if (name === 'bounds') await resize(ask);
      await ask(`delete ${name}`, { method: 'DELETE', path: `${ranges}/range` });
      await untilAnswer(ask, probe, /^(?!.*limit-ranger).*"kind":"Pod"/s);
    }
    await tryClaims(ask);
    await ask('delete the namespace', { method: 'DELETE', path: place });
  },
};
