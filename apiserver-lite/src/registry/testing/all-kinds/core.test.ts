import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { StatusError } from '../../../api-errors/status-error.ts';
import { create, podSpec, testRegistry, workloadSpec, type TestRegistry } from '../test-registry.ts';
import { accepted } from '../accepted.ts';

function refusal(code: number, message: string | RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof StatusError, String(error));
    assert.equal(error.status.code, code, error.message);
    if (typeof message === 'string') assert.equal(error.status.message, message);
    else assert.match(error.status.message ?? '', message);
    return true;
  };
}

const service = (name: string, spec: Record<string, unknown> = {}) => ({
  metadata: { name },
  spec: { ports: [{ port: 80 }], selector: { app: name }, ...spec },
});

interface Spec {
  clusterIP: string;
  clusterIPs: string[];
  ports: { nodePort?: number }[];
}
const specOf = (object: KubeObject) => object['spec'] as Spec;

async function change(api: TestRegistry, place: string, name: string, edit: (object: KubeObject) => void) {
  const result = await api.rest(place).update?.(
    api.context(),
    name,
    (current) => {
      const next = structuredClone(current) as KubeObject;
      edit(next);
      return next;
    },
    accepted,
  );
  assert.ok(result);
  return result.object.object;
}

test('every Service gets an address of its own, and gives it back', async () => {
  const api = await testRegistry({ options: { serviceClusterIpRange: '10.0.0.0/28' } });
  const made = await Promise.all(
    Array.from({ length: 14 }, (_, index) => create(api, '/v1/services', service(`s${index}`))),
  );
  assert.equal(new Set(made.map((object) => specOf(object).clusterIP)).size, 14);
  await assert.rejects(
    create(api, '/v1/services', service('more')),
    refusal(500, 'Internal error occurred: failed to allocate a serviceIP: range is full'),
  );
  const freed = specOf(made[3] as KubeObject).clusterIP;
  await api.rest('/v1/services').delete?.(api.context(), 's3', accepted);
  assert.equal(specOf(await create(api, '/v1/services', service('more'))).clusterIP, freed);
});

test('an address may be asked for, once, and does not change', async () => {
  const api = await testRegistry();
  const asked = await create(api, '/v1/services', service('a', { clusterIP: '10.96.0.10' }));
  assert.deepEqual(specOf(asked).clusterIPs, ['10.96.0.10']);
  await assert.rejects(
    create(api, '/v1/services', service('b', { clusterIP: '10.96.0.10' })),
    refusal(
      422,
      'Service "b" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.10"]: failed to allocate IP 10.96.0.10: provided IP is already allocated',
    ),
  );
  await assert.rejects(
    change(api, '/v1/services', 'a', (object) => {
      Object.assign(specOf(object), { clusterIP: '10.96.0.11', clusterIPs: ['10.96.0.11'] });
    }),
    refusal(422, /spec\.clusterIPs\[0\]: Invalid value: \["10\.96\.0\.11"\]: may not change once set/),
  );
  assert.equal(
    api.storage('networking.k8s.io', 'ipaddresses').objects.size,
    1,
    'the refused address is free again',
  );
  const kept = await change(api, '/v1/services', 'a', (object) => {
    const spec = object['spec'] as Partial<Spec>;
    delete spec.clusterIP;
    delete spec.clusterIPs;
  });
  assert.equal(specOf(kept).clusterIP, '10.96.0.10');
});

test('node ports come from their range, are not given twice, and go when the type goes', async () => {
  const api = await testRegistry({ options: { serviceNodePortRange: '30000-30001' } });
  const first = await create(api, '/v1/services', service('a', { type: 'NodePort' }));
  const second = await create(api, '/v1/services', service('b', { type: 'NodePort' }));
  const ports = [first, second].map((object) => specOf(object).ports[0]?.nodePort);
  assert.deepEqual(ports.toSorted(), [30000, 30001]);
  await assert.rejects(
    create(api, '/v1/services', service('c', { type: 'NodePort', ports: [{ port: 80, nodePort: 30000 }] })),
    refusal(
      422,
      'Service "c" is invalid: spec.ports[0].nodePort: Invalid value: 30000: provided port is already allocated',
    ),
  );
  const plain = await change(api, '/v1/services', 'a', (object) => {
    Object.assign(object['spec'] as object, { type: 'ClusterIP' });
  });
  assert.equal(specOf(plain).ports[0]?.nodePort, undefined);
  const third = await create(api, '/v1/services', service('c', { type: 'NodePort' }));
  assert.equal(specOf(third).ports[0]?.nodePort, ports[0]);
});

test('headless and external Services have no address', async () => {
  const api = await testRegistry();
  const headless = await create(api, '/v1/services', service('h', { clusterIP: 'None' }));
  assert.deepEqual(specOf(headless).clusterIPs, ['None']);
  const external = await create(api, '/v1/services', {
    metadata: { name: 'e' },
    spec: { type: 'ExternalName', externalName: 'example.com' },
  });
  assert.equal(specOf(external).clusterIP, undefined);
  assert.equal(api.storage('networking.k8s.io', 'ipaddresses').objects.size, 0);
});

test('a namespace goes in two phases', async () => {
  const api = await testRegistry();
  const made = await create(api, '/v1/namespaces', { metadata: { name: 'a' } });
  assert.deepEqual(made['spec'], { finalizers: ['kubernetes'] });
  assert.deepEqual(made['status'], { phase: 'Active' });
  assert.deepEqual(made.metadata.labels, { 'kubernetes.io/metadata.name': 'a' });
  const remove = api.rest('/v1/namespaces').delete;
  const first = await remove?.(api.context('a'), 'a', accepted);
  assert.equal(first?.immediate, false);
  assert.deepEqual(first?.object.object['status'], { phase: 'Terminating' });
  assert.equal((await remove?.(api.context('a'), 'a', accepted))?.immediate, false);
  await change(api, '/v1/namespaces/finalize', 'a', (object) => {
    object['spec'] = {};
  });
  assert.equal(api.storage('', 'namespaces').objects.has('a'), false);
});

test('a Pod is bound once', async () => {
  const api = await testRegistry();
  await create(api, '/v1/pods', { metadata: { name: 'web' }, spec: podSpec() });
  const bind = (node: string) =>
    api.rest('/v1/pods/binding').createNamed?.(
      api.context(),
      'web',
      {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name: 'web' },
        target: { kind: 'Node', name: node },
      },
      accepted,
    );
  const outcomes = await Promise.allSettled([bind('n1'), bind('n2')]);
  assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
  const pod = api.storage('', 'pods').objects.get('default/web')?.object as KubeObject & {
    spec: { nodeName: string };
    status: { conditions: object[] };
  };
  const refused = outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
  refusal(
    409,
    `Operation cannot be fulfilled on pods/binding "web": pod web is already assigned to node "${pod.spec.nodeName}"`,
  )(refused.reason);
  assert.deepEqual(pod.status.conditions, [
    { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: '2026-01-02T03:04:05Z' },
  ]);
});

test('an eviction spends what the disruption budget allows, and waits when it allows nothing', async () => {
  const api = await testRegistry();
  const labels = { app: 'web' };
  for (const name of ['a', 'b']) {
    await create(api, '/v1/pods', { metadata: { name, labels }, spec: podSpec({ nodeName: 'n1' }) });
    await change(api, '/v1/pods/status', name, (object) => {
      object['status'] = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    });
  }
  const budgets = 'policy/v1/poddisruptionbudgets';
  await create(api, budgets, {
    metadata: { name: 'pdb' },
    spec: { minAvailable: 1, selector: { matchLabels: labels } },
  });
  const evict = (name: string) =>
    api
      .rest('/v1/pods/eviction')
      .createNamed?.(
        api.context(),
        name,
        { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } },
        accepted,
      );
  const violated = "Cannot evict pod as it would violate the pod's disruption budget.";
  await assert.rejects(
    async () => evict('a'),
    (error) => {
      refusal(429, violated)(error);
      assert.deepEqual((error as StatusError).status.details?.causes, [
        {
          reason: 'DisruptionBudget',
          message: 'The disruption budget pdb is still being processed by the server.',
        },
      ]);
      return true;
    },
  );
  await change(api, `${budgets}/status`, 'pdb', (object) => {
    object['status'] = { observedGeneration: 1, disruptionsAllowed: 1, desiredHealthy: 1, currentHealthy: 2 };
  });
  assert.equal((await evict('a'))?.['status'], 'Success');
  const evicted = api.storage('', 'pods').objects.get('default/a')?.object;
  assert.equal(evicted?.metadata.deletionGracePeriodSeconds, 30);
  assert.ok(evicted);
  const { conditions } = evicted['status'] as { conditions: { type: string; reason?: string }[] };
  assert.equal(conditions.at(-1)?.reason, 'EvictionByEvictionAPI');
  await assert.rejects(
    async () => evict('b'),
    (error) => {
      refusal(429, violated)(error);
      assert.equal(
        (error as StatusError).status.details?.causes?.[0]?.message,
        'The disruption budget pdb needs 1 healthy pods and has 2 currently',
      );
      return true;
    },
  );
});

test('scale reads and writes the replicas and nothing else', async () => {
  const api = await testRegistry();
  await create(api, 'apps/v1/deployments', { metadata: { name: 'web' }, spec: workloadSpec() });
  const scale = api.rest('apps/v1/deployments/scale');
  const read = (await scale.get?.(api.context(), 'web', ''))?.object;
  assert.equal(read?.kind, 'Scale');
  assert.deepEqual(read?.['spec'], { replicas: 1 });
  assert.deepEqual(read?.['status'], { replicas: 0, selector: 'app=web' });
  const scaled = await change(api, 'apps/v1/deployments/scale', 'web', (object) => {
    object['spec'] = { replicas: 4 };
  });
  assert.deepEqual(scaled['spec'], { replicas: 4 });
  const stored = api.storage('apps', 'deployments').objects.get('default/web')?.object;
  assert.equal(stored?.metadata.generation, 2);
  await assert.rejects(
    change(api, 'apps/v1/deployments/scale', 'web', (object) => {
      object['spec'] = { replicas: -1 };
    }),
    refusal(
      422,
      'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    ),
  );
});

test('logs say which container is missing, and where no kubelet is', async () => {
  const api = await testRegistry();
  const containers = ['a', 'b'].map((name) => ({ name, image: 'x' }));
  await create(api, '/v1/pods', { metadata: { name: 'two' }, spec: { containers } });
  await create(api, '/v1/pods', { metadata: { name: 'one' }, spec: podSpec({ nodeName: 'n1' }) });
  const log = api.rest('/v1/pods/log').connect;
  await assert.rejects(
    async () => log?.(api.context(), 'two'),
    refusal(400, 'a container name must be specified for pod two, choose one of: [a b]'),
  );
  await assert.rejects(
    async () => log?.(api.context('default', 'container=c'), 'two'),
    refusal(400, 'container c is not valid for pod two'),
  );
  await assert.rejects(async () => log?.(api.context(), 'one'), refusal(404, 'nodes "n1" not found'));
  await create(api, '/v1/nodes', { metadata: { name: 'n1' } });
  await assert.rejects(
    async () => log?.(api.context(), 'one'),
    refusal(500, 'no preferred addresses found; known addresses: []'),
  );
  const exec = api.rest('/v1/pods/exec').connect;
  await assert.rejects(
    async () => exec?.(api.context('default', 'container=a'), 'two'),
    refusal(400, 'pod two does not have a host assigned'),
  );
  await assert.rejects(
    async () => exec?.(api.context(), 'one'),
    refusal(500, /^Get "https:\/\/n1:10250\/exec\/default\/one\/nginx": no container runtime/),
  );
});

test('reviews ask the authorizer, and say who asks', async () => {
  const api = await testRegistry({
    authorizer: {
      authorize: async ({ verb }) => ({ decision: verb === 'get' ? 'allow' : 'noOpinion', reason: '' }),
      rulesFor: async () => ({ resourceRules: [], nonResourceRules: [], incomplete: false }),
    },
  });
  const review = (verb: string) =>
    create(api, 'authorization.k8s.io/v1/selfsubjectaccessreviews', {
      spec: { resourceAttributes: { verb, resource: 'pods', namespace: 'default' } },
    });
  assert.deepEqual((await review('get'))['status'], { allowed: true });
  assert.deepEqual((await review('delete'))['status'], { allowed: false });
  const me = await create(api, 'authentication.k8s.io/v1/selfsubjectreviews', {});
  assert.deepEqual(me['status'], { userInfo: { username: 'jane', groups: ['system:authenticated'] } });
});

test('component statuses are asked, not stored', async () => {
  const api = await testRegistry({
    componentProbes: {
      'etcd-0': async () => 'ok',
      scheduler: () => Promise.reject(new Error('connection refused')),
    },
  });
  const rest = api.rest('/v1/componentstatuses');
  const page = await rest.list?.(api.context(), {
    namespace: '',
    resourceVersion: '',
    resourceVersionMatch: '',
    limit: 0,
    continueToken: '',
  });
  assert.deepEqual(
    page?.items.map(({ object }) => rest.table?.cells(object, 0)),
    [
      ['etcd-0', 'Healthy', 'ok', ''],
      ['scheduler', 'Unhealthy', 'connection refused', ''],
    ],
  );
  await assert.rejects(
    async () => rest.get?.(api.context(), 'x', ''),
    refusal(404, 'componentstatus "x" not found'),
  );
});

test('proxies look for what they are to reach', async () => {
  const api = await testRegistry();
  await create(api, '/v1/services', service('web'));
  const proxy = async (kind: string, id: string) =>
    api.rest(`/v1/${kind}/proxy`).connect?.(api.context(), id);
  for (const id of ['web', 'web:80', 'https:web:80', ':web:'])
    await assert.rejects(proxy('services', id), refusal(503, /nodes are simulated/));
  for (const id of ['x', 'x:', 'http:x:80', 'x:80'])
    await assert.rejects(proxy('pods', id), refusal(404, 'pods "x" not found'));
  for (const id of ['a:b:c:d', 'ftp:x:80', ':80', 'http::80'])
    await assert.rejects(proxy('nodes', id), refusal(400, `invalid node request "${id}"`));
});

test('a Job finds its Pods by its uid', async () => {
  const api = await testRegistry();
  const job = await create(api, 'batch/v1/jobs', {
    metadata: { name: 'pi' },
    spec: { template: { spec: podSpec({ restartPolicy: 'Never' }) } },
  });
  const spec = job['spec'] as { selector: object; template: { metadata: { labels: object } } };
  const uid = job.metadata.uid ?? '';
  assert.deepEqual(spec.selector, { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } });
  assert.deepEqual(spec.template.metadata.labels, {
    'batch.kubernetes.io/job-name': 'pi',
    'job-name': 'pi',
    'controller-uid': uid,
    'batch.kubernetes.io/controller-uid': uid,
  });
});
