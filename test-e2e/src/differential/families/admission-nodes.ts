import type { Ask, Family } from '../family.ts';
import { namespace } from '../places.ts';
import { untilAnswer } from '../until-answer.ts';
import { merge, oneContainer, pods, tryPod } from './admission-pods.ts';

const nodes = '/api/v1/nodes';
const topology = { 'topology.kubernetes.io/zone': 'z1', 'topology.kubernetes.io/region': 'r1' };

async function createNode(ask: Ask, name: string, labels: object, status: object): Promise<void> {
  await ask(`create ${name}`, { path: nodes, body: { metadata: { name, labels } } });
  await ask(`status of ${name}`, {
    method: 'PATCH',
    path: `${nodes}/${name}/status`,
    headers: merge,
    body: { status },
  });
}

const allocatable = { cpu: '2', memory: '1Gi', pods: '10' };

async function createPod(ask: Ask, name: string, spec: object): Promise<void> {
  await ask(`create the Pod ${name}`, {
    path: pods,
    body: { metadata: { name }, spec: { containers: oneContainer, ...spec } },
  });
}

async function remove(ask: Ask, nodeNames: readonly string[], podNames: readonly string[]): Promise<void> {
  for (const name of podNames)
    await ask(`delete the Pod ${name}`, { method: 'DELETE', path: `${pods}/${name}?gracePeriodSeconds=0` });
  for (const name of nodeNames) await ask(`delete ${name}`, { method: 'DELETE', path: `${nodes}/${name}` });
}

/** The admission plugin PodTopologyLabels. */
export const admissionTopology: Family = {
  name: 'admission: PodTopologyLabels',
  async run(ask) {
    await createNode(ask, 'zoned', { ...topology, other: 'x' }, {});
    await createNode(ask, 'bare', { other: 'x' }, {});
    await untilAnswer(ask, tryPod({ nodeName: 'zoned' }), /"r1"/);
    await ask('on a node with a zone', tryPod({ nodeName: 'zoned' }));
    await ask(
      'with a zone of its own',
      tryPod({ nodeName: 'zoned' }, { labels: { 'topology.kubernetes.io/zone': 'mine', a: 'b' } }),
    );
    await ask('on a node without', tryPod({ nodeName: 'bare' }));
    await ask('on a node that is not there', tryPod({ nodeName: 'nowhere' }));
    await ask('on no node', tryPod({}));
    const target = (name: string, kind = 'Node') => ({ target: { apiVersion: 'v1', kind, name } });
    const bindings: Readonly<Record<string, [path: (pod: string) => string, body: object]>> = {
      zoned: [(pod) => `${pods}/${pod}/binding`, target('zoned')],
      bare: [(pod) => `${pods}/${pod}/binding`, target('bare')],
      nowhere: [(pod) => `${pods}/${pod}/binding`, target('nowhere')],
      kindless: [(pod) => `${pods}/${pod}/binding`, target('zoned', '')],
      collection: [() => `/api/v1/namespaces/${namespace}/bindings`, target('zoned')],
    };
    for (const [name, [path, body]] of Object.entries(bindings)) {
      await createPod(ask, name, {});
      await ask(`bind ${name}`, {
        path: path(name),
        body: { metadata: { name, labels: { bound: 'yes' } }, ...body },
      });
      await ask(`get ${name}`, { path: `${pods}/${name}` });
    }
    await remove(ask, ['zoned', 'bare'], Object.keys(bindings));
  },
};

const strategic = { 'content-type': 'application/strategic-merge-patch+json' };

async function tryResizes(ask: Ask, node: string): Promise<void> {
  const resize = (name: string, requests: object, more: object = {}) =>
    ask(`${name} on ${node}`, {
      method: 'PATCH',
      path: `${pods}/on-${node}/resize?dryRun=All`,
      headers: strategic,
      body: { spec: { containers: [{ name: 'app', resources: { requests } }], ...more } },
    });
  await resize('resize', { cpu: '1500m' });
  await resize('resize to nothing else', { cpu: '1' });
  await resize('resize to too much cpu', { cpu: '2001m' });
  await resize('resize to too much memory', { memory: '2Gi' });
  if (node !== 'own' && node !== 'own-declaring')
    await resize('resize to too much', { cpu: '3', memory: '1025Mi' });
  await resize(
    'resize an init container',
    { cpu: '1' },
    {
      initContainers: [{ name: 'first', resources: { requests: { cpu: '1500m' } } }],
    },
  );
  await resize('resize the Pod', { cpu: '1' }, { resources: { requests: { cpu: '1800m' } } });
}

/** The admission plugins PodResizeValidator and NodeDeclaredFeatureValidator. */
export const admissionResizes: Family = {
  name: 'admission: resizes',
  async run(ask) {
    const kinds: Readonly<Record<string, readonly [labels: object, status: object]>> = {
      linux: [{ 'kubernetes.io/os': 'linux' }, { allocatable }],
      unlabelled: [{}, { allocatable }],
      windows: [{ 'kubernetes.io/os': 'windows' }, { allocatable }],
      unknown: [{}, {}],
      declaring: [
        {},
        {
          allocatable,
          declaredFeatures: [
            'InPlacePodLevelResourcesVerticalScaling',
            'InPlacePodVerticalScalingInitContainers',
          ],
        },
      ],
    };
    const resources = { requests: { cpu: '1', memory: '512Mi' } };
    const podOf = (nodeName: string | undefined) => ({
      ...(nodeName === undefined ? {} : { nodeName }),
      initContainers: [{ name: 'first', image: 'example.com/first:1', resources }],
      containers: [{ ...oneContainer[0], resources }],
    });
    for (const [name, [labels, status]] of Object.entries(kinds)) {
      await createNode(ask, name, labels, status);
      await createPod(ask, `on-${name}`, podOf(name));
      await untilAnswer(ask, { path: `${nodes}/${name}?resourceVersion=0` }, /"kind":"Node"/);
      await tryResizes(ask, name);
    }
    await createPod(ask, 'on-nowhere', podOf('nowhere'));
    await tryResizes(ask, 'nowhere');
    await createPod(ask, 'on-none', podOf(undefined));
    await tryResizes(ask, 'none');
    const own = podOf('linux');
    await createPod(ask, 'on-own', { ...own, resources });
    await tryResizes(ask, 'own');
    await createPod(ask, 'on-own-declaring', { ...podOf('declaring'), resources });
    await tryResizes(ask, 'own-declaring');
    await ask('change an image', {
      method: 'PATCH',
      path: `${pods}/on-nowhere`,
      headers: strategic,
      body: { spec: { containers: [{ name: 'app', image: 'example.com/app:2' }] } },
    });
    const placed = [...Object.keys(kinds), 'nowhere', 'none', 'own', 'own-declaring'];
    await remove(
      ask,
      Object.keys(kinds),
      placed.map((name) => `on-${name}`),
    );
  },
};
