import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { ApiError } from '../../runtime/client/api-error.ts';
import {
  type Deployment,
  deployments,
  events,
  pods,
  type ReplicaSet,
  replicaSets,
} from '../../runtime/client/resource.ts';
import { until } from '../../runtime/testing/fake-clock.ts';
import { startFakeKubelet } from '../../runtime/testing/fake-kubelet.ts';
import { createTestContext } from '../../runtime/testing/test-context.ts';
import { ReplicaSetController } from '../replicaset/replicaset-controller.ts';
import { DeploymentController } from './deployment-controller.ts';
import { revisionAnnotation, revisionHistoryAnnotation } from './revision.ts';

const running: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

/** A cluster of the two controllers and a kubelet on a fake API. */
async function startCluster() {
  const context = createTestContext('deployment-controller');
  const { api, clock, informers } = context;
  const controllers = [
    new DeploymentController(context, { workers: 5 }),
    new ReplicaSetController(context, { workers: 5 }),
  ];
  const kubelet = startFakeKubelet(context);
  informers.start();
  await informers.synced();
  for (const controller of controllers) controller.start();
  running.push(async () => {
    informers.stop();
    kubelet.stop();
    await Promise.all(controllers.map((controller) => controller.stop()));
  });
  const where = { namespace: 'default', name: 'web' };
  return {
    context,
    api,
    kubelet,
    web: () => api.get(deployments, where),
    sets: () => api.all(replicaSets),
    setOf: (image: string) => {
      const set = api
        .all(replicaSets)
        .find(({ spec }) => spec?.template?.spec?.containers[0]?.image === image);
      assert.ok(set, `no ReplicaSet of ${image}`);
      return set;
    },
    async messages() {
      await context.recorder.flush();
      return api
        .all(events)
        .filter(({ reason }) => reason === 'ScalingReplicaSet')
        .map(({ message }) => message);
    },
    change: (patch: unknown) => api.patch(deployments, { ...where, type: 'merge', body: patch }),
    setImage: (image: string) =>
      api.patch(deployments, {
        ...where,
        type: 'merge',
        body: { spec: { template: { spec: { containers: [{ name: 'nginx', image }] } } } },
      }),
    /** Turns the world until the condition holds; time passes, so that backoffs end. */
    async reach(what: string, condition: () => boolean) {
      for (let round = 0; round < 100; round++) {
        try {
          return await until(what, condition, 20);
        } catch {
          await clock.advance(50);
        }
      }
      throw new Error(`never happened: ${what}\n${JSON.stringify(api.all(deployments)[0]?.status, null, 1)}`);
    },
    complete() {
      const deployment = api.all(deployments)[0];
      const { replicas = 1 } = deployment?.spec ?? {};
      const status = deployment?.status;
      return (
        status?.updatedReplicas === replicas &&
        status.replicas === replicas &&
        status.availableReplicas === replicas &&
        status.observedGeneration === deployment?.metadata.generation &&
        status.conditions?.some(({ reason }) => reason === 'NewReplicaSetAvailable') === true
      );
    },
  };
}

function deployment(replicas: number, more: Partial<NonNullable<Deployment['spec']>> = {}): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default', annotations: { note: 'kept' } },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'nginx', image: 'nginx:1' }] },
      },
      ...more,
    },
  };
}

const annotation = (set: ReplicaSet, name: string) => set.metadata.annotations?.[name];

test('a Deployment gets its ReplicaSet, and that its Pods', async () => {
  const cluster = await startCluster();
  await cluster.api.create(deployments, deployment(50));
  await cluster.reach('complete', cluster.complete);

  const [set] = cluster.sets();
  assert.equal(cluster.sets().length, 1);
  const hash = set?.metadata.labels?.['pod-template-hash'] ?? '';
  assert.match(hash, /^[bcdfghjklmnpqrstvwxz2456789]{8,10}$/);
  assert.equal(set?.metadata.name, `web-${hash}`);
  assert.equal(set.spec?.selector.matchLabels?.['pod-template-hash'], hash);
  assert.deepEqual(set.metadata.annotations, {
    note: 'kept',
    [revisionAnnotation]: '1',
    'deployment.kubernetes.io/desired-replicas': '50',
    'deployment.kubernetes.io/max-replicas': '63',
  });
  const all = cluster.api.all(pods);
  assert.equal(all.length, 50);
  assert.ok(all[0]?.metadata.name?.startsWith(`web-${hash}-`));
  assert.deepEqual(all[0]?.metadata.ownerReferences, [
    {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      name: set.metadata.name,
      uid: set.metadata.uid,
      controller: true,
      blockOwnerDeletion: true,
    },
  ]);
  const web = await cluster.web();
  assert.equal(web.metadata.annotations?.[revisionAnnotation], '1');
  assert.deepEqual(
    web.status?.conditions?.map(({ type, status, reason, message }) => [type, status, reason, message]),
    [
      ['Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.'],
      [
        'Progressing',
        'True',
        'NewReplicaSetAvailable',
        `ReplicaSet "web-${hash}" has successfully progressed.`,
      ],
    ],
  );
  assert.deepEqual(await cluster.messages(), [`Scaled up replica set web-${hash} from 0 to 50`]);
  const created = cluster.api.requests.filter(
    ({ verb, resource, subresource }) => verb === 'create' && resource === 'pods' && !subresource,
  );
  assert.equal(created.length, 50, 'not one Pod too many was ever created');
});

test('a rolling update keeps within surge and availability, and undo reuses the old ReplicaSet', async () => {
  const cluster = await startCluster();
  await cluster.api.create(deployments, deployment(10));
  await cluster.reach('complete', cluster.complete);

  let most = 0;
  let fewest = Infinity;
  cluster.api.before(({ resource }) => {
    if (resource !== 'pods') return;
    const alive = cluster.api.all(pods).filter(({ metadata }) => !metadata.deletionTimestamp);
    most = Math.max(most, alive.length);
    fewest = Math.min(fewest, alive.filter(({ status }) => status?.phase === 'Running').length);
  });
  await cluster.setImage('nginx:2');
  await cluster.reach('rolled out', () => cluster.sets().length === 2 && cluster.complete());
  assert.ok(most <= 13, `${most} Pods`);
  assert.ok(fewest >= 8, `${fewest} available`);
  assert.equal(annotation(cluster.setOf('nginx:2'), revisionAnnotation), '2');
  assert.equal(cluster.setOf('nginx:1').spec?.replicas, 0);
  assert.equal((await cluster.web()).metadata.annotations?.[revisionAnnotation], '2');

  await cluster.setImage('nginx:1');
  await cluster.reach(
    'rolled back',
    () => cluster.setOf('nginx:1').spec?.replicas === 10 && cluster.complete(),
  );
  assert.equal(cluster.sets().length, 2, 'no third ReplicaSet');
  assert.equal(annotation(cluster.setOf('nginx:1'), revisionAnnotation), '3');
  assert.equal(annotation(cluster.setOf('nginx:1'), revisionHistoryAnnotation), '1');
  await cluster.reach('revision shown', () => {
    return cluster.api.all(deployments)[0]?.metadata.annotations?.[revisionAnnotation] === '3';
  });
});

test('Recreate ends all old Pods before the first new one', async () => {
  const cluster = await startCluster();
  await cluster.api.create(deployments, deployment(3, { strategy: { type: 'Recreate' } }));
  await cluster.reach('complete', cluster.complete);
  let together = false;
  cluster.api.before(({ verb, resource, subresource }) => {
    if (verb === 'create' && resource === 'pods' && !subresource)
      together ||= cluster.api.all(pods).some(({ spec }) => spec?.containers[0]?.image === 'nginx:1');
  });
  await cluster.setImage('nginx:2');
  await cluster.reach('rolled out', () => cluster.sets().length === 2 && cluster.complete());
  assert.equal(together, false);
});

test('a paused Deployment scales but does not roll out', async () => {
  const cluster = await startCluster();
  await cluster.api.create(deployments, deployment(2));
  await cluster.reach('complete', cluster.complete);
  await cluster.change({ spec: { paused: true } });
  await cluster.setImage('nginx:2');
  await cluster.change({ spec: { replicas: 4 } });
  await cluster.reach('scaled', () => cluster.api.all(deployments)[0]?.status?.availableReplicas === 4);
  assert.equal(cluster.sets().length, 1);
  const reasonOf = () =>
    cluster.api.all(deployments)[0]?.status?.conditions?.find(({ type }) => type === 'Progressing')?.reason;
  assert.equal(reasonOf(), 'DeploymentPaused');
  await cluster.change({ spec: { paused: false } });
  await cluster.reach('rolled out', () => cluster.sets().length === 2 && cluster.complete());
});

test('a rollout that does not progress is reported after its deadline', async () => {
  const cluster = await startCluster();
  await cluster.api.create(deployments, deployment(4, { progressDeadlineSeconds: 60 }));
  await cluster.reach('complete', cluster.complete);
  cluster.kubelet.becomesReady = (pod) => pod.spec?.containers[0]?.image !== 'broken';
  await cluster.setImage('broken');
  await cluster.reach(
    'stuck',
    () => cluster.sets().length === 2 && cluster.setOf('broken').spec?.replicas === 2,
  );
  await cluster.context.clock.advance(70_000);
  const { name } = cluster.setOf('broken').metadata;
  const progressing = (await cluster.web()).status?.conditions?.find(({ type }) => type === 'Progressing');
  assert.equal(progressing?.status, 'False');
  assert.equal(progressing.reason, 'ProgressDeadlineExceeded');
  assert.equal(progressing.message, `ReplicaSet "${name}" has timed out progressing.`);
  assert.equal(cluster.setOf('nginx:1').spec?.replicas, 3, 'the old ones still serve');
});

test('old ReplicaSets beyond the history limit go', async () => {
  const cluster = await startCluster();
  await cluster.api.create(deployments, deployment(1, { revisionHistoryLimit: 1 }));
  for (const image of ['nginx:1', 'nginx:2', 'nginx:3', 'nginx:4']) {
    await cluster.setImage(image);
    await cluster.reach(image, () => {
      const all = cluster.sets();
      return (
        all.some(({ spec }) => spec?.template?.spec?.containers[0]?.image === image) && cluster.complete()
      );
    });
  }
  await cluster.reach('cleaned up', () => cluster.sets().length === 2);
  assert.deepEqual(
    cluster
      .sets()
      .map((set) => annotation(set, revisionAnnotation))
      .sort(),
    ['3', '4'],
  );
});

test('a hash collision is counted and resolved', async () => {
  const cluster = await startCluster();
  await cluster.api.create(deployments, deployment(1));
  await cluster.reach('complete', cluster.complete);
  const [first] = cluster.sets();
  assert.ok(first);
  // Another client has created a ReplicaSet with the name that the next template gets.
  let collided = false;
  cluster.api.before(({ verb, resource, object }) => {
    if (
      collided ||
      verb !== 'create' ||
      resource !== 'replicasets' ||
      object?.metadata.annotations?.['stranger']
    )
      return;
    collided = true;
    throw new ApiError(409, { reason: 'AlreadyExists', message: 'already exists' });
  });
  const get = cluster.api.get.bind(cluster.api);
  cluster.api.get = async (resource, ref) => {
    if (resource.name !== 'replicasets' || ref.name === first.metadata.name) return get(resource, ref);
    return { ...first, metadata: { ...first.metadata, ownerReferences: [] } } as never;
  };
  await cluster.setImage('nginx:2');
  await cluster.reach('rolled out', () => cluster.sets().length === 2 && cluster.complete());
  assert.equal((await cluster.web()).status?.collisionCount, 1);
});

test('an orphaned ReplicaSet of the selector is adopted, one that no longer matches is released', async () => {
  const cluster = await startCluster();
  await cluster.api.create(deployments, deployment(2));
  await cluster.reach('complete', cluster.complete);
  const [set] = cluster.sets();
  const where = { namespace: 'default', name: set?.metadata.name ?? '' };
  await cluster.api.patch(replicaSets, {
    ...where,
    type: 'merge',
    body: { metadata: { ownerReferences: null } },
  });
  await cluster.reach('adopted', () => cluster.sets()[0]?.metadata.ownerReferences?.length === 1);
  await cluster.api.patch(replicaSets, {
    ...where,
    type: 'merge',
    body: { metadata: { labels: { app: 'other' } } },
  });
  await cluster.reach('released', () => {
    const released = cluster.sets().find(({ metadata }) => metadata.name === where.name);
    return released?.metadata.ownerReferences?.length === 0;
  });
});
