import type { Ask, Family } from '../family.ts';
import { namespace } from '../places.ts';
import { untilAnswer } from '../until-answer.ts';
import { merge, oneContainer, pods, tryPod } from './admission-pods.ts';

const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
const mirror = { annotations: { 'kubernetes.io/config.mirror': 'hash' } };

const tokenSource = { sources: [{ serviceAccountToken: { path: 'token' } }] };

/** Pods whose account lets them use every Secret. */
const tried: Readonly<Record<string, readonly [spec: object, metadata?: object]>> = {
  'no account': [{}],
  'the default account': [{ serviceAccountName: 'default' }],
  'the old field': [{ serviceAccount: 'puller' }],
  'an account with pull secrets': [{ serviceAccountName: 'puller' }],
  'pull secrets of its own': [{ serviceAccountName: 'puller', imagePullSecrets: [{ name: 'own' }] }],
  'an account that is not there': [{ serviceAccountName: 'nobody' }],
  'no token wanted': [{ automountServiceAccountToken: false }],
  'an account without tokens': [{ serviceAccountName: 'tokenless' }],
  'a token wanted of an account without': [
    { serviceAccountName: 'tokenless', automountServiceAccountToken: true },
  ],
  'containers of all sorts': [
    {
      initContainers: [
        { name: 'first', image: 'example.com/first:1', volumeMounts: [{ name: 'data', mountPath: '/data' }] },
      ],
      containers: [...oneContainer, { name: 'two', image: 'example.com/two:1' }],
      volumes: [{ name: 'data', emptyDir: {} }],
    },
  ],
  'something at its place': [
    {
      containers: [{ ...oneContainer[0], volumeMounts: [{ name: 'data', mountPath }] }],
      volumes: [{ name: 'data', emptyDir: {} }],
    },
  ],
  'something at its place in one container': [
    {
      containers: [
        { ...oneContainer[0], volumeMounts: [{ name: 'data', mountPath }] },
        { name: 'two', image: 'example.com/two:1' },
      ],
      volumes: [{ name: 'data', emptyDir: {} }],
    },
  ],
  'a volume of such a name': [{ volumes: [{ name: 'kube-api-access-mine', projected: tokenSource }] }],
  'a mirror': [{}, mirror],
  'a mirror with an account': [{ serviceAccountName: 'default' }, mirror],
  'a mirror with a Secret': [{ volumes: [{ name: 's', secret: { secretName: 's' } }] }, mirror],
  'a mirror with a token': [{ volumes: [{ name: 't', projected: tokenSource }] }, mirror],
};

const fromSecret = (name: string) => ({ valueFrom: { secretKeyRef: { name, key: 'k' } } });
const container = (more: object) => [{ ...oneContainer[0], ...more }];

/** Pods whose account allows one Secret and one pull secret. */
const strict: Readonly<Record<string, object>> = {
  nothing: {},
  'an allowed volume': { volumes: [{ name: 's', secret: { secretName: 'allowed' } }] },
  'a volume': { volumes: [{ name: 's', secret: { secretName: 'other' } }] },
  'a projected volume': {
    volumes: [{ name: 's', projected: { sources: [{ secret: { name: 'other' } }] } }],
  },
  'an allowed variable': { containers: container({ env: [{ name: 'A', ...fromSecret('allowed') }] }) },
  'a variable': { containers: container({ env: [{ name: 'A', ...fromSecret('other') }] }) },
  variables: { containers: container({ envFrom: [{ secretRef: { name: 'other' } }] }) },
  'a variable at first': {
    initContainers: container({ name: 'i', env: [{ name: 'A', ...fromSecret('o') }] }),
  },
  'variables at first': { initContainers: container({ name: 'i', envFrom: [{ secretRef: { name: 'o' } }] }) },
  'an allowed pull secret': { imagePullSecrets: [{ name: 'pull' }] },
  'a pull secret': { imagePullSecrets: [{ name: 'pull' }, { name: 'allowed' }] },
};

async function createAccounts(ask: Ask): Promise<void> {
  const enforced = (name: string, value: string) => ({
    metadata: { name, annotations: { 'kubernetes.io/enforce-mountable-secrets': value } },
    secrets: [{ name: 'allowed' }],
    imagePullSecrets: [{ name: 'pull' }],
  });
  for (const body of [
    { metadata: { name: 'puller' }, imagePullSecrets: [{ name: 'one' }, { name: 'two' }] },
    { metadata: { name: 'tokenless' }, automountServiceAccountToken: false },
    enforced('strict', 'true'),
    enforced('lenient', 'maybe'),
  ])
    await ask(`create the account ${body.metadata.name}`, { path: accounts, body });
}

async function debugStrict(ask: Ask): Promise<void> {
  const debug = (more: object) => ({
    method: 'PATCH',
    path: `${pods}/strict/ephemeralcontainers?dryRun=All`,
    headers: merge,
    body: { spec: { ephemeralContainers: [{ name: 'debug', image: 'example.com/debug:1', ...more }] } },
  });
  await ask('debug', debug({}));
  await ask('debug with a Secret', debug({ env: [{ name: 'A', ...fromSecret('other') }] }));
  await ask('debug with Secrets', debug({ envFrom: [{ secretRef: { name: 'other' } }] }));
  await ask('debug with an allowed one', debug({ envFrom: [{ secretRef: { name: 'allowed' } }] }));
}

/** The admission plugin ServiceAccount. */
export const admissionServiceAccount: Family = {
  name: 'admission: ServiceAccount',
  async run(ask) {
    await createAccounts(ask);
    for (const name of ['puller', 'tokenless', 'strict', 'lenient'])
      await untilAnswer(ask, tryPod({ serviceAccountName: name }), /"kind":"Pod"/);
    for (const [name, [spec, metadata]] of Object.entries(tried)) await ask(name, tryPod(spec, metadata));
    for (const [name, spec] of Object.entries(strict)) {
      await ask(`${name}, strictly`, tryPod({ serviceAccountName: 'strict', ...spec }));
      await ask(`${name}, leniently`, tryPod({ serviceAccountName: 'lenient', ...spec }));
    }
    await ask('a Pod with a generated name', {
      path: `${pods}?dryRun=All`,
      body: {
        metadata: { generateName: 'generated-' },
        spec: { serviceAccountName: 'nobody', containers: oneContainer },
      },
    });
    await ask('create', {
      path: pods,
      body: {
        metadata: { name: 'strict' },
        spec: { serviceAccountName: 'strict', containers: oneContainer },
      },
    });
    await ask('get', { path: `${pods}/strict` });
    await debugStrict(ask);
    await ask('delete', { method: 'DELETE', path: `${pods}/strict?gracePeriodSeconds=0` });
    await ask('in a namespace without accounts', {
      path: '/api/v1/namespaces/kube-public/pods?dryRun=All',
      body: { metadata: { name: 'a' }, spec: { containers: oneContainer } },
    });
    for (const name of ['puller', 'tokenless', 'strict', 'lenient'])
      await ask(`delete the account ${name}`, { method: 'DELETE', path: `${accounts}/${name}` });
  },
};
