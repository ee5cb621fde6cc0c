import type { Ask, Family } from '../family.ts';
import { podsBySecurity, securePod, type SecurityPod } from './pod-security-pods.ts';

const merge = { 'content-type': 'application/merge-patch+json' };
const labelled = (labels: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(labels).map(([name, value]) => [`pod-security.kubernetes.io/${name}`, value]),
  );

async function makeNamespace(
  ask: Ask,
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  await ask(`create namespace ${name}`, {
    path: '/api/v1/namespaces',
    body: { metadata: { name, labels: labelled(labels) } },
  });
  await ask.silently({
    path: `/api/v1/namespaces/${name}/serviceaccounts`,
    body: { metadata: { name: 'default' } },
  });
}

const podsOf = (namespace: string) => `/api/v1/namespaces/${namespace}/pods`;
const dryRun = '?dryRun=All';

/** The releases that changed a check, one before the first, and one after the last. */
const minors = [0, 7, 8, 18, 19, 22, 23, 24, 25, 27, 29, 31, 32, 34, 35, 36, 99];
const versions = [...minors.map((minor) => `v1.${minor}`), 'latest'];

function levelFamily(level: string, version: string): Family {
  return {
    name: `Pod security, ${level}:${version}`,
    async run(ask) {
      const namespace = `ps-${level}-${version.replace('.', '-')}`;
      await makeNamespace(ask, namespace, { enforce: level, 'enforce-version': version });
      for (const [name, pod] of Object.entries(podsBySecurity)) {
        await ask(`create ${name}`, { path: podsOf(namespace) + dryRun, body: pod });
      }
    },
  };
}

const modes: Family = {
  name: 'Pod security, modes and labels',
  async run(ask) {
    const cases: Readonly<Record<string, Readonly<Record<string, string>>>> = {
      'all-modes': { enforce: 'privileged', audit: 'baseline', warn: 'restricted' },
      'warned-as-enforced': { enforce: 'baseline' },
      'warned-as-enforced-then': { enforce: 'restricted', 'enforce-version': 'v1.20' },
      'warned-otherwise': { enforce: 'restricted', 'warn-version': 'v1.10' },
      'warned-less': { enforce: 'restricted', warn: 'privileged' },
      'audited-only': { audit: 'restricted' },
      'version-only': { 'enforce-version': 'v1.20' },
      'wrong-level': { enforce: 'strict' },
      'wrong-all': {
        enforce: 'x',
        'enforce-version': 'v1',
        audit: 'y',
        'audit-version': 'v2.1',
        warn: '',
        'warn-version': 'v1.01',
      },
      'huge-version': { enforce: 'baseline', 'enforce-version': 'v1.9223372036854775808' },
      'late-version': { enforce: 'baseline', 'enforce-version': 'v1.9223372036854775807' },
    };
    const judged = Object.entries(podsBySecurity).filter(([name]) => /plain|messy|host network/.test(name));
    for (const [name, labels] of Object.entries(cases)) {
      await makeNamespace(ask, `ps-${name}`, labels);
      for (const [podName, pod] of judged) {
        await ask(`${name}: ${podName}`, { path: podsOf(`ps-${name}`) + dryRun, body: pod });
        const { metadata, ...unnamed } = pod;
        const { code, body } = await ask.silently({
          path: podsOf(`ps-${name}`) + dryRun,
          body: { ...unnamed, metadata: { ...metadata, name: undefined, generateName: 'some-' } },
        });
        const text = body.toString().replaceAll(/some-[a-z0-9]{5}/g, 'some-');
        const { message, details } = JSON.parse(text) as { message?: string; details?: object };
        ask.show(`${name}: ${podName}, generated name`, { code, message, details });
      }
    }
  },
};

const labels = { app: 'x' };
const selector = { matchLabels: labels };

/** The paths of workloads in a namespace, and their bodies. */
function workloads(pod: SecurityPod): Readonly<Record<string, { path: string; body: object }>> {
  const template = { metadata: { labels, annotations: pod.metadata.annotations }, spec: pod.spec };
  const metadata = { name: 'workload' };
  const onFailure = { ...template, spec: { ...pod.spec, restartPolicy: 'Never' } };
  return {
    Deployment: { path: 'apis/apps/v1|deployments', body: { metadata, spec: { selector, template } } },
    ReplicaSet: { path: 'apis/apps/v1|replicasets', body: { metadata, spec: { selector, template } } },
    StatefulSet: {
      path: 'apis/apps/v1|statefulsets',
      body: { metadata, spec: { selector, template, serviceName: 'x' } },
    },
    DaemonSet: { path: 'apis/apps/v1|daemonsets', body: { metadata, spec: { selector, template } } },
    ReplicationController: { path: 'api/v1|replicationcontrollers', body: { metadata, spec: { template } } },
    'ReplicationController without template': {
      path: 'api/v1|replicationcontrollers',
      body: { metadata, spec: { selector: labels } },
    },
    PodTemplate: { path: 'api/v1|podtemplates', body: { metadata, template } },
    Job: { path: 'apis/batch/v1|jobs', body: { metadata, spec: { template: onFailure } } },
    CronJob: {
      path: 'apis/batch/v1|cronjobs',
      body: { metadata, spec: { schedule: '* * * * *', jobTemplate: { spec: { template: onFailure } } } },
    },
  };
}

const templates: Family = {
  name: 'Pod security, templates',
  async run(ask) {
    await makeNamespace(ask, 'ps-templates', {
      enforce: 'baseline',
      warn: 'restricted',
      audit: 'restricted',
    });
    for (const [podName, pod] of Object.entries(podsBySecurity)) {
      if (!/plain|messy/.test(podName)) continue;
      for (const [name, { path, body }] of Object.entries(workloads(pod))) {
        await ask(`${name} of ${podName}`, {
          path: `/${path.replace('|', '/namespaces/ps-templates/')}${dryRun}`,
          body,
        });
      }
    }
  },
};

async function untilWarned(ask: Ask, path: string, body: object, pattern: RegExp): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const { headers } = await ask.silently({
      method: 'PATCH',
      path: `${path}${dryRun}`,
      headers: merge,
      body,
    });
    if (pattern.test(String(headers['warning']))) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`no warning ${pattern} of ${path}`);
}

const updates: Family = {
  name: 'Pod security, namespaces that enforce more',
  async run(ask) {
    await makeNamespace(ask, 'ps-updates', {});
    const path = '/api/v1/namespaces/ps-updates';
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'x', uid: 'abc', controller: true };
    const messy = podsBySecurity['messy'] ?? securePod('none', {});
    for (const [name, pod] of Object.entries({
      good: securePod('good', {}),
      'bad-b': { ...messy, metadata: { name: 'bad-b' } },
      'bad-a': { ...messy, metadata: { name: 'bad-a' } },
      'bad-c': { ...messy, metadata: { name: 'bad-c', ownerReferences: [owner] } },
      'bad-d': { ...messy, metadata: { name: 'bad-d', ownerReferences: [owner] } },
      host: securePod('host', { hostNetwork: true }),
      last: securePod('last', { hostPID: true }),
    })) {
      await ask(`create ${name}`, { path: podsOf('ps-updates'), body: pod });
    }
    const patch = (given: Readonly<Record<string, string | null>>) => ({
      metadata: { labels: labelled(given as Record<string, string>) },
    });
    await untilWarned(ask, path, patch({ enforce: 'restricted' }), /1 other pod\): host namespaces/);
    const steps: [string, Readonly<Record<string, string | null>>][] = [
      ['warn only', { warn: 'restricted' }],
      ['baseline', { enforce: 'baseline' }],
      ['the same', { enforce: 'baseline', audit: 'restricted' }],
      ['restricted of old', { enforce: 'restricted', 'enforce-version': 'v1.10' }],
      ['less, the same version', { enforce: 'baseline' }],
      ['another version', { 'enforce-version': 'v1.22' }],
      ['restricted', { enforce: 'restricted', 'enforce-version': 'latest' }],
      ['wrong', { enforce: 'strict' }],
      ['privileged', { enforce: 'privileged' }],
      ['nothing', { enforce: null, 'enforce-version': null }],
    ];
    for (const [name, change] of steps)
      await ask(name, { method: 'PATCH', path, headers: merge, body: patch(change) });
    await ask('status', {
      method: 'PATCH',
      path: `${path}/status`,
      headers: merge,
      body: patch({ enforce: 'x' }),
    });
    for (const name of ['good', 'bad-a', 'bad-b', 'bad-c', 'bad-d', 'host', 'last'])
      await ask(`delete ${name}`, {
        method: 'DELETE',
        path: `${podsOf('ps-updates')}/${name}?gracePeriodSeconds=0`,
      });
  },
};

const podUpdates: Family = {
  name: 'Pod security, updates of Pods',
  async run(ask) {
    await makeNamespace(ask, 'ps-pods', {});
    const pods = podsOf('ps-pods');
    await ask('create', { path: pods, body: { ...podsBySecurity['messy'], metadata: { name: 'one' } } });
    const label = { metadata: { labels: labelled({ enforce: 'restricted' }) } };
    await ask('enforce', {
      method: 'PATCH',
      path: '/api/v1/namespaces/ps-pods',
      headers: merge,
      body: label,
    });
    // Both keep namespaces in memory, and hear of the change a moment later.
    for (let attempt = 0; attempt < 200; attempt++) {
      const { code } = await ask.silently({ path: pods + dryRun, body: podsBySecurity['plain'] ?? {} });
      if (code === 403) break;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    const strategic = { 'content-type': 'application/strategic-merge-patch+json' };
    const patch = (name: string, body: object, subresource = '') =>
      ask(name, { method: 'PATCH', path: `${pods}/one${subresource}`, headers: strategic, body });
    await patch('a label', { metadata: { labels: { a: 'b' } } });
    await patch('the same image', { spec: { containers: [{ name: 'c1', image: 'busybox' }] } });
    await patch('another image', { spec: { containers: [{ name: 'c1', image: 'other' }] } });
    const ephemeral = { name: 'debug', image: 'busybox', securityContext: { privileged: true } };
    await patch(
      'an ephemeral container',
      { spec: { ephemeralContainers: [ephemeral] } },
      '/ephemeralcontainers',
    );
    await patch('status', { status: { phase: 'Running' } }, '/status');
    await patch('resize', { spec: { containers: [{ name: 'c1', resources: {} }] } }, '/resize');
    await ask('bind', { path: `${pods}/one/binding`, body: { target: { name: 'n' } } });
    await ask('delete', { method: 'DELETE', path: `${pods}/one?gracePeriodSeconds=0` });
  },
};

/** Every check in every release that changed one, labels, templates, and what is warned about. */
export const podSecurity: readonly Family[] = [
  ...['baseline', 'restricted'].flatMap((level) => versions.map((version) => levelFamily(level, version))),
  modes,
  templates,
  updates,
  podUpdates,
];
