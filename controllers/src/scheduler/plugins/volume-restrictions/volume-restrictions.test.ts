import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Action, assignedPodAdd, assignedPodDelete } from '../../framework/events/cluster-event.ts';
import { clusterOf, makeNode, makePod, noVictims, onNode } from '../../testing/cluster.ts';
import { filtered, hinted } from '../../testing/plugin-cases.ts';
import { boundTo, claim, decide, everywhere, podUsing, storageOf, volume } from '../../testing/volumes.ts';
import { createVolumeRestrictions } from './volume-restrictions.ts';

test('ReadWriteOncePod means one Pod', () => {
  const claims = [boundTo('pv1', 'c', { accessModes: ['ReadWriteOncePod'] })];
  const volumes = [volume('pv1')];
  const user = { ...podUsing('c'), metadata: { name: 'user', namespace: 'default', uid: 'u' } };
  assert.equal(decide({ pod: podUsing('c'), claims, volumes }), 'placed on n1');
  assert.equal(
    decide({ pod: podUsing('c'), claims, volumes, placed: [[user, 'n2']] }),
    everywhere(
      'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
      noVictims(2),
    ),
  );
});

test('preFilter and filter', () => {
  const exclusive = { accessModes: ['ReadWriteOncePod'] };
  const user = { ...podUsing('c'), metadata: { name: 'user', namespace: 'default', uid: 'u' } };
  const free = clusterOf([makeNode('a'), makeNode('b')]);
  const used = clusterOf([makeNode('a'), makeNode('b')], [[user, 'b']]);
  const said = (pod: typeof user, snapshot: typeof free, ...claims: ReturnType<typeof claim>[]) =>
    filtered(createVolumeRestrictions({ snapshot, storage: storageOf(claims, []) }), pod, snapshot);
  const pod = podUsing('c') as typeof user;
  const inUse =
    'Unschedulable: node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod';
  assert.equal(said(makePod() as typeof user, used), 'Skip');
  assert.equal(said(pod, used), 'UnschedulableAndUnresolvable: persistentvolumeclaim "c" not found');
  assert.equal(said(pod, used, claim('c')), 'Skip');
  assert.equal(said(pod, free, claim('c', exclusive)), 'Skip');
  assert.deepEqual(said(pod, used, claim('c', exclusive)), { a: inUse, b: inUse });
});

test('queueing hints', () => {
  const plugin = createVolumeRestrictions({ snapshot: clusterOf([]), storage: storageOf([], []) });
  const pod = podUsing('c');
  const gone = (before: typeof pod) =>
    hinted(plugin, pod, assignedPodDelete, { before: onNode(before, 'a') });
  assert.equal(gone(podUsing('c')), 'Queue');
  assert.equal(gone(podUsing('d')), 'QueueSkip');
  assert.equal(gone({ ...podUsing('c'), metadata: { name: 'p', namespace: 'x' } }), 'QueueSkip');
  assert.equal(hinted(plugin, pod, assignedPodAdd, {}), 'not registered');
  const claims = (action: number, after: ReturnType<typeof claim>) =>
    hinted(plugin, pod, { resource: 'PersistentVolumeClaim', action }, { after });
  assert.equal(claims(Action.add, claim('c')), 'Queue');
  assert.equal(claims(Action.add, claim('d')), 'QueueSkip');
  assert.equal(claims(Action.update, claim('c')), 'not registered');
  const node = { resource: 'Node', action: Action.add } as const;
  assert.equal(hinted(plugin, pod, node, { after: makeNode('a') }), 'Queue');
});
