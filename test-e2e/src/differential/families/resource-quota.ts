import type { Answer, AskedRequest } from '../asked-server.ts';
import type { Ask, Family } from '../family.ts';

const merge = { 'content-type': 'application/merge-patch+json' };
const strategic = { 'content-type': 'application/strategic-merge-patch+json' };
type Amounts = Readonly<Record<string, string>>;

interface Given {
  hard: Amounts;
  used?: Amounts;
  spec?: object;
}

async function makeNamespace(ask: Ask, name: string): Promise<void> {
  await ask(`create namespace ${name}`, { path: '/api/v1/namespaces', body: { metadata: { name } } });
  await ask.silently({
    path: `/api/v1/namespaces/${name}/serviceaccounts`,
    body: { metadata: { name: 'default' } },
  });
}

const quotasOf = (namespace: string) => `/api/v1/namespaces/${namespace}/resourcequotas`;

/** No controller runs, so the test gives quotas their status. */
async function makeQuota(ask: Ask, namespace: string, name: string, given: Given): Promise<void> {
  const { hard, used, spec = {} } = given;
  await ask(`create quota ${name} in ${namespace}`, {
    path: quotasOf(namespace),
    body: { metadata: { name }, spec: { hard, ...spec } },
  });
  await setStatus(ask, namespace, name, { hard, ...(used === undefined ? {} : { used }) });
}

async function setStatus(ask: Ask, namespace: string, name: string, status: object): Promise<void> {
  await ask.silently({
    method: 'PATCH',
    path: `${quotasOf(namespace)}/${name}/status`,
    headers: merge,
    body: { status },
  });
}

/** Asks again until the server has heard of a quota, or of what is used of it. */
async function until(ask: Ask, request: AskedRequest, expected: (answer: Answer) => boolean): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (expected(await ask.silently(request))) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${request.path} was not answered as expected in 5 s`);
}

const isRefused = ({ code }: Answer) => code === 403;
const dryRun = '?dryRun=All';

/** Waits until a quota of no ConfigMaps refuses them; it is made last, so that others are known then. */
async function untilKnown(ask: Ask, namespace: string): Promise<void> {
  await makeQuota(ask, namespace, 'zz-full', {
    hard: { 'count/configmaps': '0' },
    used: { 'count/configmaps': '0' },
  });
  const path = `/api/v1/namespaces/${namespace}/configmaps${dryRun}`;
  await until(ask, { path, body: { metadata: { name: 'full' } } }, isRefused);
}

function zeros(hard: Amounts): Amounts {
  return Object.fromEntries(Object.keys(hard).map((name) => [name, '0']));
}

interface Resources {
  requests?: Amounts;
  limits?: Amounts;
}

function pod(name: string, resources: Resources = {}, more: object = {}) {
  const container = { name: 'c', image: 'i', resources };
  return {
    metadata: { name },
    spec: { automountServiceAccountToken: false, containers: [container], ...more },
  };
}

const podCases: Readonly<Record<string, { given: Given; pods: readonly ReturnType<typeof pod>[] }>> = {
  pods: {
    given: { hard: { pods: '1', 'count/pods': '1' }, used: { pods: '1', 'count/pods': '0' } },
    pods: [pod('a')],
  },
  requests: {
    given: {
      hard: { 'requests.cpu': '1', 'requests.memory': '1Gi' },
      used: { 'requests.cpu': '0', 'requests.memory': '0' },
    },
    pods: [
      pod('silent'),
      pod('half', { requests: { cpu: '100m' } }),
      pod('fits', { requests: { cpu: '900m', memory: '1Gi' } }),
      pod('cpu', { requests: { cpu: '1001m', memory: '1Gi' } }),
      pod('both', { requests: { cpu: '2', memory: '1.5Gi' } }),
      pod('limits', { limits: { cpu: '3', memory: '1Mi' } }),
      pod(
        'overhead',
        { requests: { cpu: '1', memory: '1Gi' } },
        { initContainers: [{ name: 'i', image: 'i', resources: { requests: { cpu: '5', memory: '1' } } }] },
      ),
      pod(
        'sidecar',
        { requests: { cpu: '600m', memory: '1' } },
        {
          initContainers: [
            {
              name: 'i',
              image: 'i',
              restartPolicy: 'Always',
              resources: { requests: { cpu: '600m', memory: '1' } },
            },
            { name: 'j', image: 'i' },
          ],
        },
      ),
      pod('whole', {}, { resources: { requests: { cpu: '2', memory: '1' } } }),
    ],
  },
  limits: {
    given: {
      hard: { cpu: '1', memory: '1G', 'limits.cpu': '2', 'limits.memory': '2G' },
      used: { cpu: '500m', memory: '0', 'limits.cpu': '0', 'limits.memory': '1500M' },
    },
    pods: [
      pod('silent'),
      pod('requests', { requests: { cpu: '1' } }),
      pod('limits', { limits: { cpu: '1', memory: '1G' } }),
      pod('fits', { limits: { cpu: '500m', memory: '500M' } }),
    ],
  },
  storage: {
    given: {
      hard: {
        'ephemeral-storage': '1Gi',
        'requests.ephemeral-storage': '1Gi',
        'limits.ephemeral-storage': '1Gi',
      },
    },
    pods: [pod('silent'), pod('more', { limits: { 'ephemeral-storage': '2Gi' } })],
  },
  pages: {
    given: { hard: { 'hugepages-2Mi': '4Mi', 'requests.hugepages-2Mi': '4Mi' } },
    pods: [pod('more', { limits: { 'hugepages-2Mi': '8Mi', cpu: '1' } })],
  },
  extended: {
    given: { hard: { 'requests.example.com/gpu': '1' } },
    pods: [
      pod('none'),
      pod('one', { limits: { 'example.com/gpu': '1' } }),
      pod('two', { limits: { 'example.com/gpu': '2' } }),
    ],
  },
  terminating: {
    given: { hard: { pods: '0' }, spec: { scopes: ['Terminating'] } },
    pods: [pod('goes', {}, { activeDeadlineSeconds: 5 }), pod('stays')],
  },
  staying: {
    given: { hard: { pods: '0' }, spec: { scopes: ['NotTerminating'] } },
    pods: [pod('goes', {}, { activeDeadlineSeconds: 5 }), pod('stays')],
  },
  'best-effort': {
    given: { hard: { pods: '0' }, spec: { scopes: ['BestEffort'] } },
    pods: [pod('nothing'), pod('some', { requests: { cpu: '1' } }), pod('zero', { requests: { cpu: '0' } })],
  },
  'not-best-effort': {
    given: {
      hard: { pods: '0', 'requests.cpu': '1' },
      spec: { scopes: ['NotBestEffort', 'NotTerminating'] },
    },
    pods: [
      pod('nothing'),
      pod('some', { requests: { cpu: '1' } }),
      pod('whole', {}, { resources: { limits: { memory: '1Mi' } } }),
    ],
  },
  affinity: {
    given: { hard: { pods: '0' }, spec: { scopes: ['CrossNamespacePodAffinity'] } },
    pods: [
      pod('own'),
      pod(
        'other',
        {},
        {
          affinity: {
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [
                { topologyKey: 'a', labelSelector: {}, namespaces: ['x'] },
              ],
            },
          },
        },
      ),
      pod(
        'selected',
        {},
        {
          affinity: {
            podAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [
                {
                  weight: 1,
                  podAffinityTerm: { topologyKey: 'a', labelSelector: {}, namespaceSelector: {} },
                },
              ],
            },
          },
        },
      ),
    ],
  },
  'no-status': { given: { hard: { pods: '5' } }, pods: [pod('unknown')] },
};

const pods: readonly Family[] = Object.entries(podCases).map(([name, { given, pods: tried }]): Family => ({
  name: `Quotas, Pods: ${name}`,
  async run(ask) {
    const namespace = `rq-${name}`;
    await makeNamespace(ask, namespace);
    const used = name === 'no-status' ? {} : { used: given.used ?? zeros(given.hard) };
    await makeQuota(ask, namespace, 'q', { ...given, ...used });
    await untilKnown(ask, namespace);
    for (const each of tried) {
      await ask(`create ${each.metadata.name}`, {
        path: `/api/v1/namespaces/${namespace}/pods${dryRun}`,
        body: each,
      });
    }
  },
}));

const service = (name: string, spec: object) => ({
  metadata: { name },
  spec: { ports: [{ port: 80 }], selector: { a: 'b' }, ...spec },
});

const objects: Family = {
  name: 'Quotas, objects',
  async run(ask) {
    await makeNamespace(ask, 'rq-objects');
    const hard = {
      configmaps: '1',
      secrets: '0',
      replicationcontrollers: '0',
      resourcequotas: '2',
      services: '2',
      'services.nodeports': '1',
      'services.loadbalancers': '0',
      persistentvolumeclaims: '2',
      'requests.storage': '3Gi',
      'gold.storageclass.storage.k8s.io/requests.storage': '1Gi',
      'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
      'count/deployments.apps': '0',
      'count/jobs.batch': '1',
      'count/widgets.example.com': '0',
      'count/leases.coordination.k8s.io': '0',
      'count/events': '0',
    };
    await makeQuota(ask, 'rq-objects', 'q', { hard, used: { ...zeros(hard), resourcequotas: '1' } });
    await untilKnown(ask, 'rq-objects');
    const core = '/api/v1/namespaces/rq-objects';
    const claim = (name: string, storage: string, more: object = {}) => ({
      metadata: { name },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, ...more },
    });
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    const requests: Readonly<Record<string, [string, object]>> = {
      'a Secret': [`${core}/secrets`, { metadata: { name: 'a' } }],
      'a ReplicationController': [
        `${core}/replicationcontrollers`,
        { metadata: { name: 'a' }, spec: { template } },
      ],
      'a quota': [`${core}/resourcequotas`, { metadata: { name: 'third' } }],
      'a node port': [`${core}/services`, service('n', { type: 'NodePort' })],
      'two node ports': [
        `${core}/services`,
        service('n', {
          type: 'NodePort',
          ports: [
            { name: 'a', port: 1 },
            { name: 'b', port: 2 },
          ],
        }),
      ],
      'a load balancer': [`${core}/services`, service('l', { type: 'LoadBalancer' })],
      'a load balancer without ports': [
        `${core}/services`,
        service('l', { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false }),
      ],
      'an external name': [
        `${core}/services`,
        { metadata: { name: 'e' }, spec: { type: 'ExternalName', externalName: 'a.b' } },
      ],
      'a claim': [`${core}/persistentvolumeclaims`, claim('a', '3Gi')],
      'a larger claim': [`${core}/persistentvolumeclaims`, claim('a', '3.1Gi')],
      'a claim of a class': [
        `${core}/persistentvolumeclaims`,
        claim('a', '2Gi', { storageClassName: 'gold' }),
      ],
      'a Deployment': [
        '/apis/apps/v1/namespaces/rq-objects/deployments',
        { metadata: { name: 'a' }, spec: { selector: { matchLabels: { a: 'b' } }, template } },
      ],
      'a Job': [
        '/apis/batch/v1/namespaces/rq-objects/jobs',
        {
          metadata: { name: 'a' },
          spec: { template: { spec: { ...template.spec, restartPolicy: 'Never' } } },
        },
      ],
      'a Lease': ['/apis/coordination.k8s.io/v1/namespaces/rq-objects/leases', { metadata: { name: 'a' } }],
      'an event': [
        `${core}/events`,
        { metadata: { name: 'a' }, involvedObject: { namespace: 'rq-objects' }, type: 'Normal', reason: 'a' },
      ],
    };
    for (const [name, [path, body]] of Object.entries(requests))
      await ask(name, { path: path + dryRun, body });
    const { code, body } = await ask.silently({
      path: `${core}/secrets${dryRun}`,
      body: { metadata: { generateName: 'some-' } },
    });
    const { message } = JSON.parse(body.toString()) as { message?: string };
    ask.show('a generated name', { code, message: message?.replace(/some-[a-z0-9]{5}/, 'some-') });
  },
};

const usage: Family = {
  name: 'Quotas, what is used',
  async run(ask) {
    const namespace = 'rq-usage';
    await makeNamespace(ask, namespace);
    const hard = { services: '2', 'services.nodeports': '2', 'requests.storage': '3Gi', pods: '2', cpu: '2' };
    await makeQuota(ask, namespace, 'q', { hard, used: zeros(hard) });
    await makeQuota(ask, namespace, 'deadlines', {
      hard: { pods: '1' },
      used: { pods: '0' },
      spec: { scopes: ['Terminating'] },
    });
    await untilKnown(ask, namespace);
    const core = `/api/v1/namespaces/${namespace}`;
    const show = async (name: string) => {
      const { body } = await ask.silently({ path: `${quotasOf(namespace)}/q` });
      const quota = JSON.parse(body.toString()) as {
        status: object;
        metadata: { managedFields: { time?: string; manager: string; subresource?: string }[] };
      };
      // Those of one second are in another order than those of several.
      const fields = Object.fromEntries(
        quota.metadata.managedFields.map(({ time: _time, manager, subresource, ...entry }) => [
          `${manager} ${subresource ?? ''}`,
          entry,
        ]),
      );
      ask.show(`used after ${name}`, { status: quota.status, fields });
    };
    const step = async (name: string, request: AskedRequest) => {
      await ask(name, request);
      await show(name);
    };
    await step('a Service', { path: `${core}/services`, body: service('a', {}) });
    const patch = (path: string, body: object, headers = merge) => ({ method: 'PATCH', path, headers, body });
    await step('another type', patch(`${core}/services/a`, { spec: { type: 'NodePort' } }));
    await step('back', patch(`${core}/services/a`, { spec: { type: 'ClusterIP', ports: [{ port: 80 }] } }));
    await step('a dry run', { path: `${core}/services${dryRun}`, body: service('b', {}) });
    await step('a Service that is there', { path: `${core}/services`, body: service('a', {}) });
    await step('one too many', { path: `${core}/services`, body: service('c', {}) });
    await step('a Pod', { path: `${core}/pods`, body: pod('a', { requests: { cpu: '1' } }) });
    await step('a label', patch(`${core}/pods/a`, { metadata: { labels: { a: 'b' } } }));
    const resized = { spec: { containers: [{ name: 'c', resources: { requests: { cpu: '3' } } }] } };
    await step('resize too much', patch(`${core}/pods/a/resize`, resized, strategic));
    resized.spec.containers[0]!.resources.requests.cpu = '1500m';
    await step('resize', patch(`${core}/pods/a/resize`, resized, strategic));
    resized.spec.containers[0]!.resources.requests.cpu = '500m';
    await step('resize down', patch(`${core}/pods/a/resize`, resized, strategic));
    await step('a deadline', patch(`${core}/pods/a`, { spec: { activeDeadlineSeconds: 100 } }));
    await step('a Pod with a deadline too many', {
      path: `${core}/pods`,
      body: pod('b', { requests: { cpu: '100m' } }, { activeDeadlineSeconds: 9 }),
    });
    await step('delete', { method: 'DELETE', path: `${core}/pods/a?gracePeriodSeconds=0` });
    await ask('delete the Service', { method: 'DELETE', path: `${core}/services/a` });
  },
};

const selectors: Family = {
  name: 'Quotas, scope selectors',
  async run(ask) {
    const cases = {
      in: { operator: 'In', values: ['system-node-critical'] },
      'not-in': { operator: 'NotIn', values: ['system-node-critical'] },
      exists: { operator: 'Exists' },
      'does-not-exist': { operator: 'DoesNotExist' },
    };
    for (const [name, requirement] of Object.entries(cases)) {
      const namespace = `rq-selector-${name}`;
      await makeNamespace(ask, namespace);
      const matchExpressions = [{ scopeName: 'PriorityClass', ...requirement }];
      const spec = { scopeSelector: { matchExpressions } };
      await makeQuota(ask, namespace, 'q', { hard: { pods: '0' }, used: { pods: '0' }, spec });
      const volumes = [{ scopeName: 'VolumeAttributesClass', ...requirement }];
      await makeQuota(ask, namespace, 'v', {
        hard: { persistentvolumeclaims: '0' },
        used: { persistentvolumeclaims: '0' },
        spec: { scopeSelector: { matchExpressions: volumes } },
      });
      await untilKnown(ask, namespace);
      for (const priorityClassName of [undefined, 'system-node-critical', 'system-cluster-critical']) {
        await ask(`${name}: ${priorityClassName ?? 'none'}`, {
          path: `/api/v1/namespaces/${namespace}/pods${dryRun}`,
          body: pod('a', {}, { priorityClassName }),
        });
        await ask(`${name}: claim of ${priorityClassName ?? 'none'}`, {
          path: `/api/v1/namespaces/${namespace}/persistentvolumeclaims${dryRun}`,
          body: {
            metadata: { name: 'a' },
            spec: {
              accessModes: ['ReadWriteOnce'],
              resources: { requests: { storage: '1Gi' } },
              volumeAttributesClassName: priorityClassName,
            },
          },
        });
      }
    }
  },
};

const devices: Family = {
  name: 'Quotas, devices',
  async run(ask) {
    const namespace = 'rq-devices';
    await makeNamespace(ask, namespace);
    await ask('create a class', {
      path: '/apis/resource.k8s.io/v1/deviceclasses',
      body: { metadata: { name: 'rq-gpu' }, spec: { extendedResourceName: 'rq.example.com/gpu' } },
    });
    const hard = {
      'rq-gpu.deviceclass.resource.k8s.io/devices': '3',
      'requests.rq.example.com/gpu': '2',
      'requests.deviceclass.resource.kubernetes.io/rq-gpu': '5',
      'count/resourceclaims.resource.k8s.io': '5',
    };
    await makeQuota(ask, namespace, 'q', { hard, used: zeros(hard) });
    await untilKnown(ask, namespace);
    const path = `/apis/resource.k8s.io/v1/namespaces/${namespace}/resourceclaims${dryRun}`;
    const exactly = (more: object) => ({ name: 'r', exactly: { deviceClassName: 'rq-gpu', ...more } });
    const sub = (name: string, count: number) => ({ name, deviceClassName: 'rq-gpu', count });
    const cases: Readonly<Record<string, object[]>> = {
      one: [exactly({})],
      three: [exactly({ count: 3 })],
      six: [exactly({ count: 6 })],
      all: [exactly({ allocationMode: 'All' })],
      either: [{ name: 'r', firstAvailable: [sub('a', 1), sub('b', 4)] }],
      other: [exactly({ deviceClassName: 'other', count: 9 })],
    };
    await until(
      ask,
      { path, body: { metadata: { name: 'a' }, spec: { devices: { requests: cases['six'] } } } },
      isRefused,
    );
    for (const [name, requests] of Object.entries(cases)) {
      await ask(name, { path, body: { metadata: { name: 'a' }, spec: { devices: { requests } } } });
    }
    await ask('delete the class', {
      method: 'DELETE',
      path: '/apis/resource.k8s.io/v1/deviceclasses/rq-gpu',
    });
  },
};

/** What quotas refuse, and what requests are charged. */
export const resourceQuotas: readonly Family[] = [...pods, objects, usage, selectors, devices];
