import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatusError } from '../../api-errors/status-error.ts';
import { accepted } from '../testing/accepted.ts';
import { create, podSpec, testNowMs, testRegistry, workloadSpec } from '../testing/test-registry.ts';
import { update } from '../testing/update.ts';

const deployments = 'apps/v1/deployments';

function refusal(code: number, message: string | RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof StatusError, String(error));
    assert.equal(error.status.code, code, error.message);
    if (typeof message === 'string') assert.equal(error.status.message, message);
    else assert.match(error.status.message ?? '', message);
    return true;
  };
}

test('a new object gets what the server gives: uid, birth, generation, an empty status', async () => {
  const api = await testRegistry();
  const object = await create(api, deployments, {
    metadata: { name: 'web', generation: 9, resourceVersion: '0', deletionTimestamp: 'x' },
    spec: workloadSpec(),
    status: { replicas: 5 },
  });
  assert.match(object.metadata.uid ?? '', /^[0-9a-f-]{36}$/);
  assert.equal(object.metadata.creationTimestamp, '2026-01-02T03:04:05Z');
  assert.equal(object.metadata.generation, 1);
  assert.equal(object.metadata.namespace, 'default');
  assert.equal(object.metadata.deletionTimestamp, undefined);
  assert.deepEqual(object['status'], {});
});

test('who is not there yet has no version', async () => {
  const api = await testRegistry();
  const versioned = { metadata: { name: 'a', resourceVersion: '7' } };
  await assert.rejects(
    create(api, '/v1/configmaps', versioned),
    refusal(500, 'resourceVersion should not be set on objects to be created'),
  );
  await assert.rejects(
    create(api, '/v1/services', { ...versioned, spec: { ports: [{ port: 1 }] } }),
    refusal(500, 'resourceVersion should not be set on objects to be created'),
  );
  assert.equal(
    api.storage('networking.k8s.io', 'ipaddresses').objects.size,
    0,
    'what was taken is given back',
  );
});

test('a generated name is drawn again while it is taken, eight times at most', async () => {
  let draws = 0;
  // Five characters a name: the first two names are the same.
  const api = await testRegistry({ random: () => (Math.floor(draws++ / 5) < 2 ? 0 : 0.5) });
  const fields = { metadata: { generateName: 'web-' }, spec: podSpec() };
  const first = await create(api, '/v1/pods', fields);
  assert.equal(first.metadata.name, 'web-bbbbb');
  const second = await create(api, '/v1/pods', fields);
  assert.match(second.metadata.name ?? '', /^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  assert.notEqual(second.metadata.name, first.metadata.name);

  const unlucky = await testRegistry({ random: () => 0 });
  await create(unlucky, '/v1/pods', fields);
  await assert.rejects(
    create(unlucky, '/v1/pods', fields),
    refusal(
      409,
      'pods "web-bbbbb" already exists, the server was not able to generate a unique name for the object',
    ),
  );
});

test('a generated name has 63 characters at most', async () => {
  const api = await testRegistry();
  const pod = await create(api, '/v1/pods', { metadata: { generateName: 'a'.repeat(70) }, spec: podSpec() });
  assert.equal(pod.metadata.name?.length, 63);
});

test('objects are created in the namespace of the request', async () => {
  const api = await testRegistry();
  await assert.rejects(
    create(api, '/v1/configmaps', { metadata: { name: 'a', namespace: 'other' } }),
    refusal(400, 'the namespace of the provided object does not match the namespace sent on the request'),
  );
});

test('an update of an old version is a conflict; without a version the last writer wins where the kind lets it', async () => {
  const api = await testRegistry();
  await create(api, '/v1/configmaps', { metadata: { name: 'a' } });
  await update(api, '/v1/configmaps', 'a', (object) => {
    object['data'] = { x: '1' };
    delete object.metadata.resourceVersion;
  });
  await assert.rejects(
    update(api, '/v1/configmaps', 'a', (object) => {
      object.metadata.resourceVersion = '1';
    }),
    refusal(
      409,
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    ),
  );
  await create(api, 'coordination.k8s.io/v1/leases', { metadata: { name: 'l' }, spec: {} });
  await assert.rejects(
    update(api, 'coordination.k8s.io/v1/leases', 'l', (object) => {
      delete object.metadata.resourceVersion;
    }),
    refusal(
      422,
      'leases.coordination.k8s.io "l" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    ),
  );
});

test('the generation counts changes of the spec, and neither labels nor the status', async () => {
  const api = await testRegistry();
  await create(api, deployments, { metadata: { name: 'web' }, spec: workloadSpec() });
  const labelled = await update(api, deployments, 'web', (object) => {
    object.metadata.labels = { a: 'b' };
    object['status'] = { replicas: 3 };
  });
  assert.equal(labelled.metadata.generation, 1);
  assert.deepEqual(labelled['status'], {});
  const scaled = await update(api, deployments, 'web', (object) => {
    (object['spec'] as { replicas: number }).replicas = 3;
  });
  assert.equal(scaled.metadata.generation, 2);
  const reported = await update(api, `${deployments}/status`, 'web', (object) => {
    object['status'] = { replicas: 3 };
    (object['spec'] as { replicas: number }).replicas = 9;
  });
  assert.equal(reported.metadata.generation, 2);
  assert.deepEqual(reported['status'], { replicas: 3 });
  assert.equal((reported['spec'] as { replicas: number }).replicas, 3);
});

test('a missing object is created by PUT only where the kind lets it', async () => {
  const api = await testRegistry();
  const make = (place: string, kind: string, apiVersion: string) =>
    api
      .rest(place)
      .update?.(
        api.context(),
        'new',
        () => ({ apiVersion, kind, metadata: { name: 'new' }, spec: {} }),
        accepted,
      );
  await assert.rejects(
    async () => make('/v1/configmaps', 'ConfigMap', 'v1'),
    refusal(404, 'configmaps "new" not found'),
  );
  const lease = await make('coordination.k8s.io/v1/leases', 'Lease', 'coordination.k8s.io/v1');
  assert.equal(lease?.created, true);
});

test('finalizers hold an object; the update that removes the last one is its deletion', async () => {
  const api = await testRegistry();
  await create(api, '/v1/configmaps', { metadata: { name: 'a', finalizers: ['example.com/hold'] } });
  const remove = api.rest('/v1/configmaps').delete;
  const result = await remove?.(api.context(), 'a', accepted);
  assert.equal(result?.immediate, false);
  assert.equal(result?.object.object.metadata.deletionTimestamp, '2026-01-02T03:04:05Z');
  assert.equal(result?.object.object.metadata.deletionGracePeriodSeconds, 0);
  await assert.rejects(
    create(api, '/v1/configmaps', { metadata: { name: 'a' } }),
    refusal(409, 'object is being deleted: configmaps "a" already exists'),
  );
  await assert.rejects(
    update(api, '/v1/configmaps', 'a', (object) => object.metadata.finalizers?.push('example.com/more')),
    refusal(
      422,
      'ConfigMap "a" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/more"}',
    ),
  );
  await update(api, '/v1/configmaps', 'a', (object) => delete object.metadata.finalizers);
  assert.equal(api.storage('', 'configmaps').objects.size, 0);
});

test('the propagation policy becomes a finalizer for the garbage collector', async () => {
  const api = await testRegistry();
  const remove = api.rest(deployments).delete;
  for (const [propagationPolicy, finalizer] of [
    ['Foreground', 'foregroundDeletion'],
    ['Orphan', 'orphan'],
  ] as const) {
    await create(api, deployments, { metadata: { name: finalizer.toLowerCase() }, spec: workloadSpec() });
    const result = await remove?.(api.context(), finalizer.toLowerCase(), {
      ...accepted,
      propagationPolicy,
    });
    assert.deepEqual(result?.object.object.metadata.finalizers, [finalizer]);
    assert.equal(result?.immediate, false);
  }
  await create(api, deployments, { metadata: { name: 'background' }, spec: workloadSpec() });
  const result = await remove?.(api.context(), 'background', {
    ...accepted,
    propagationPolicy: 'Background',
  });
  assert.equal(result?.immediate, true);
});

test('a scheduled Pod is deleted gracefully, and the period may only become shorter', async () => {
  const api = await testRegistry();
  const remove = api.rest('/v1/pods').delete;
  await create(api, '/v1/pods', { metadata: { name: 'unscheduled' }, spec: podSpec() });
  assert.equal((await remove?.(api.context(), 'unscheduled', accepted))?.immediate, true);

  await create(api, '/v1/pods', { metadata: { name: 'web' }, spec: podSpec({ nodeName: 'n1' }) });
  const first = await remove?.(api.context(), 'web', accepted);
  assert.equal(first?.immediate, false);
  assert.equal(first?.object.object.metadata.deletionGracePeriodSeconds, 30);
  assert.equal(first?.object.object.metadata.deletionTimestamp, '2026-01-02T03:04:35Z');
  assert.equal(first?.object.object.metadata.generation, 2);
  const longer = await remove?.(api.context(), 'web', { ...accepted, gracePeriodSeconds: 60 });
  assert.equal(longer?.object.object.metadata.deletionGracePeriodSeconds, 30);
  const shorter = await remove?.(api.context(), 'web', { ...accepted, gracePeriodSeconds: 5 });
  assert.equal(shorter?.object.object.metadata.deletionTimestamp, '2026-01-02T03:04:10Z');
  const forced = await remove?.(api.context(), 'web', { ...accepted, gracePeriodSeconds: 0 });
  assert.equal(forced?.immediate, true);
  assert.equal(api.storage('', 'pods').objects.size, 0);
});

test('preconditions name the one object that is meant', async () => {
  const api = await testRegistry();
  const { metadata } = await create(api, '/v1/configmaps', { metadata: { name: 'a' } });
  await assert.rejects(
    async () =>
      api
        .rest('/v1/configmaps')
        .delete?.(api.context(), 'a', { ...accepted, preconditions: { uid: 'other' } }),
    refusal(
      409,
      `Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (other) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    ),
  );
});

test('a dry run answers as the real one and writes nothing', async () => {
  const api = await testRegistry();
  const made = await create(
    api,
    '/v1/pods',
    { metadata: { name: 'web' }, spec: podSpec() },
    { ...accepted, dryRun: true },
  );
  assert.equal((made['status'] as { phase: string }).phase, 'Pending');
  assert.equal(api.storage('', 'pods').objects.size, 0);
  await create(api, '/v1/pods', { metadata: { name: 'web' }, spec: podSpec() });
  await assert.rejects(
    create(api, '/v1/pods', { metadata: { name: 'web' }, spec: podSpec() }, { ...accepted, dryRun: true }),
    refusal(409, 'pods "web" already exists'),
  );
  await api
    .rest('/v1/pods')
    .delete?.(api.context(), 'web', { ...accepted, dryRun: true, gracePeriodSeconds: 0 });
  assert.equal(api.storage('', 'pods').objects.size, 1);
});

test('a dry run answers in the order of the type', async () => {
  const api = await testRegistry();
  const object = await create(
    api,
    '/v1/services',
    { metadata: { name: 'a' }, spec: { type: 'NodePort', ports: [{ targetPort: 8, port: 80 }] } },
    { ...accepted, dryRun: true },
  );
  const { ports, ...spec } = object['spec'] as { ports: object[] };
  assert.deepEqual(Object.keys(ports[0] ?? {}), ['protocol', 'port', 'targetPort', 'nodePort']);
  assert.deepEqual(Object.keys(spec).slice(0, 3), ['clusterIP', 'clusterIPs', 'type']);
});

test('events go by a lease, whoever writes them last', async () => {
  const api = await testRegistry({ options: { eventTtlSeconds: 60 } });
  await create(api, '/v1/events', {
    metadata: { name: 'e' },
    involvedObject: { kind: 'Pod', namespace: 'default', name: 'web' },
  });
  assert.equal(api.storage('', 'events').ttlSeconds.get('default/e'), 60);
  await assert.rejects(
    create(api, '/v1/events', { metadata: { name: 'f' }, involvedObject: { namespace: 'other' } }),
    refusal(
      422,
      'Event "f" is invalid: involvedObject.namespace: Invalid value: "other": does not match event.namespace',
    ),
  );
  assert.ok(api.now.ms === testNowMs);
});
