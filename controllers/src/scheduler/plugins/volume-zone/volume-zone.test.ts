import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../../runtime/client/resource.ts';
import { Action } from '../../framework/events/cluster-event.ts';
import { clusterOf, makeNode, makePod } from '../../testing/cluster.ts';
import { filtered, hinted } from '../../testing/plugin-cases.ts';
import {
  boundTo,
  claim,
  decide,
  everywhere,
  podUsing,
  storageClass,
  storageOf,
  volume,
} from '../../testing/volumes.ts';
import { createVolumeZone } from './volume-zone.ts';

const node = (name: string, labels: object = {}) => makeNode(name, { labels });

test('volumes with zones want nodes in them, where nodes have zones', () => {
  const zone = 'topology.kubernetes.io/zone';
  const claims = [boundTo('pv1', 'c')];
  const volumes = [volume('pv1', {}, { [zone]: 'x__y' })];
  const nodes = [node('n1', { [zone]: 'z' }), node('n2', { [zone]: 'y' })];
  assert.equal(decide({ pod: podUsing('c'), claims, volumes, nodes }), 'placed on n2');
  assert.equal(decide({ pod: podUsing('c'), claims, volumes }), 'placed on n1');
  const elsewhere = [node('n1', { [zone]: 'z' }), node('n2', { [zone]: 'z' })];
  assert.equal(
    decide({ pod: podUsing('c'), claims, volumes, nodes: elsewhere }),
    everywhere('node(s) had no available volume zone'),
  );
});

test('preFilter and filter', () => {
  const zone = 'topology.kubernetes.io/zone';
  const oldZone = 'failure-domain.beta.kubernetes.io/zone';
  const cluster = clusterOf([node('x', { [zone]: 'x' }), node('y', { [oldZone]: 'y' }), node('none')]);
  const labelled = (labels: object) => storageOf([boundTo('pv1', 'c')], [volume('pv1', {}, labels)]);
  const said = (pod: Pod, storage: ReturnType<typeof storageOf>) =>
    filtered(createVolumeZone(storage), pod, cluster);
  const other = 'UnschedulableAndUnresolvable: node(s) had no available volume zone';
  const ok = 'Success';
  const only = (...claims: ReturnType<typeof claim>[]) => storageOf(claims, []);
  const pod = podUsing('c');
  const hopeless = (reason: string): string => `UnschedulableAndUnresolvable: ${reason}`;
  const immediate = {
    ...only(claim('c', { storageClassName: 'i' })),
    storageClass: () => storageClass('i', 'p', { volumeBindingMode: 'Immediate' }),
  };
  const cases: [string, unknown, unknown][] = [
    ['no volumes', said(makePod(), only()), 'Skip'],
    ['no zones', said(pod, labelled({})), 'Skip'],
    ['the zone', said(pod, labelled({ [zone]: 'x' })), { x: ok, y: other, none: ok }],
    ['the old label of the volume', said(pod, labelled({ [oldZone]: 'x' })), { x: ok, y: other, none: ok }],
    ['the old label of both', said(pod, labelled({ [oldZone]: 'y' })), { x: other, y: ok, none: ok }],
    ['several zones', said(pod, labelled({ [oldZone]: 'x__y' })), { x: ok, y: ok, none: ok }],
    ['no claim', said(pod, only()), hopeless('persistentvolumeclaim "c" not found')],
    ['no volume', said(pod, only(boundTo('pv1', 'c'))), hopeless('persistentvolume "pv1" not found')],
    [
      'no class',
      said(pod, only(claim('c'))),
      hopeless('PersistentVolumeClaim had no pv name and storageClass name'),
    ],
    [
      'an unknown class',
      said(pod, only(claim('c', { storageClassName: 'x' }))),
      hopeless('storageclass.storage.k8s.io "x" not found'),
    ],
    ['a class that binds at once', said(pod, immediate), hopeless('PersistentVolume had no name')],
    ['a class that waits', said(pod, only(claim('c', { storageClassName: 'wffc' }))), 'Skip'],
  ];
  for (const [name, answer, expected] of cases) assert.deepEqual(answer, expected, name);
});

test('queueing hints', () => {
  const plugin = createVolumeZone(storageOf([], []));
  const { add, update } = Action;
  const hint = (resource: Parameters<typeof hinted>[2]['resource'], action: number, objects: object) =>
    hinted(plugin, podUsing('c'), { resource, action }, objects);
  const zoned = (zone: string) => volume('v', {}, { 'topology.kubernetes.io/zone': zone });
  const cases: [string, string][] = [
    [hint('storage.k8s.io/StorageClass', add, { after: storageClass('s', 'p') }), 'Queue'],
    [
      hint('storage.k8s.io/StorageClass', add, {
        after: storageClass('s', 'p', { volumeBindingMode: 'Immediate' }),
      }),
      'QueueSkip',
    ],
    [hint('storage.k8s.io/StorageClass', update, {}), 'not registered'],
    [hint('Node', add, { after: node('n') }), 'Queue'],
    [hint('Node', Action.updateNodeTaint, {}), 'not registered'],
    [hint('PersistentVolumeClaim', update, { before: claim('c'), after: claim('c') }), 'Queue'],
    [hint('PersistentVolumeClaim', add, { after: claim('d') }), 'QueueSkip'],
    [hint('PersistentVolume', add, { after: zoned('x') }), 'Queue'],
    [hint('PersistentVolume', update, { before: zoned('x'), after: zoned('y') }), 'Queue'],
    [hint('PersistentVolume', update, { before: zoned('x'), after: zoned('x') }), 'QueueSkip'],
  ];
  for (const [index, [answer, expected]] of cases.entries()) assert.equal(answer, expected, `case ${index}`);
});
