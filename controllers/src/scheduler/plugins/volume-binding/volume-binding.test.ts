import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../../runtime/client/resource.ts';
import { CycleState } from '../../framework/cycle-state.ts';
import { Action } from '../../framework/events/cluster-event.ts';
import type { Storage } from '../../framework/storage.ts';
import { clusterOf, makeNode, makePod } from '../../testing/cluster.ts';
import { filtered, hinted } from '../../testing/plugin-cases.ts';
import {
  boundTo,
  claim,
  decide,
  everywhere,
  onHost,
  podUsing,
  refused,
  storageClass,
  storageOf,
  volume,
} from '../../testing/volumes.ts';
import type { VolumePlan } from './plan-volumes.ts';
import { createVolumeBinding } from './volume-binding.ts';

// Each message is kube-scheduler 1.36.3's own, for the same objects.
test('a claim that is missing, unbound or lost keeps the Pod pending, whatever the nodes', () => {
  const unbound = 'pod has unbound immediate PersistentVolumeClaims';
  const missing = refused('persistentvolumeclaim "nope" not found');
  assert.equal(decide({ pod: podUsing('nope') }), missing);
  const plain = claim('plain', { storageClassName: '' });
  assert.equal(decide({ pod: podUsing('plain'), claims: [plain] }), refused(unbound));
  assert.equal(decide({ pod: podUsing('plain', 'nope'), claims: [plain] }), missing);
  const noClass = claim('c', { storageClassName: 'missing' });
  assert.equal(decide({ pod: podUsing('c'), claims: [noClass] }), refused(unbound));
  const named = claim('c', { storageClassName: 'wffc', volumeName: 'pv1' });
  assert.equal(
    decide({ pod: podUsing('c'), claims: [named], volumes: [volume('pv1')] }),
    refused(unbound),
    'a volume that is only named is not bound',
  );
  const lost = { ...boundTo('gone', 'c'), status: { phase: 'Lost' } } as PersistentVolumeClaim;
  assert.equal(
    decide({ pod: podUsing('c'), claims: [lost] }),
    refused('persistentvolumeclaim "c" bound to non-existent persistentvolume "gone"'),
  );
  assert.equal(
    decide({ pod: podUsing('c'), claims: [boundTo('gone', 'c')] }),
    refused('persistentvolume "gone" not found'),
  );
  const going = claim('c', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' });
  assert.equal(
    decide({ pod: podUsing('c'), claims: [going] }),
    refused('persistentvolumeclaim "c" is being deleted'),
  );
});

test('ephemeral volumes have claims of their own, by the name of the Pod', () => {
  const pod = podUsing();
  pod.spec!.volumes = [{ name: 'v', ephemeral: { volumeClaimTemplate: { spec: {} } } }] as never;
  assert.equal(
    decide({ pod }),
    refused('waiting for ephemeral volume controller to create the persistentvolumeclaim "p-v"'),
  );
  assert.equal(
    decide({ pod, claims: [boundTo('pv1', 'p-v')], volumes: [volume('pv1')] }),
    refused('PVC default/p-v was not created for pod default/p (pod is not owner)'),
  );
  const ownerReferences = [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'pod-p', controller: true }];
  const owned = boundTo('pv1', 'p-v');
  Object.assign(owned.metadata, { ownerReferences });
  assert.equal(decide({ pod, claims: [owned], volumes: [volume('pv1')] }), 'placed on n1');
});

test('a bound claim leads to the nodes where its volume can be used', () => {
  const at = (...volumes: PersistentVolume[]) =>
    decide({ pod: podUsing('c'), claims: [boundTo('pv1', 'c')], volumes });
  assert.equal(at(volume('pv1', onHost('n2'))), 'placed on n2');
  assert.equal(
    at(volume('pv1', onHost('n9'))),
    everywhere("node(s) didn't match PersistentVolume's node affinity"),
  );
});

test('a claim that waits for its first Pod finds a volume on the node, or has one made', () => {
  const waiting = claim('c', { storageClassName: 'wffc' });
  const none = everywhere("node(s) didn't find available persistent volumes to bind");
  const pod = podUsing('c');
  assert.equal(decide({ pod, claims: [waiting] }), none);
  const small = volume('small', { storageClassName: 'wffc', capacity: { storage: '500Mi' } });
  const taken = volume('taken', {
    storageClassName: 'wffc',
    claimRef: { name: 'other', namespace: 'x', uid: 'o' },
  });
  const other = volume('other', { storageClassName: 'else' });
  assert.equal(decide({ pod, claims: [waiting], volumes: [small, taken, other] }), none);
  const fitting = volume('fit', { storageClassName: 'wffc', capacity: { storage: '2Gi' }, ...onHost('n2') });
  assert.equal(decide({ pod, claims: [waiting], volumes: [small, fitting] }), 'placed on n2');

  const two = podUsing('c', 'd');
  const claims = [waiting, claim('d', { storageClassName: 'wffc' })];
  assert.equal(decide({ pod: two, claims, volumes: [fitting] }), none, 'one volume serves one claim');

  assert.equal(decide({ pod, claims: [claim('c', { storageClassName: 'dyn' })] }), 'placed on n1');
  assert.equal(decide({ pod, claims: [claim('c', { storageClassName: 'there' })] }), 'placed on n2');
  const chosen = claim(
    'c',
    { storageClassName: 'dyn' },
    {
      annotations: { 'volume.kubernetes.io/selected-node': 'n2' },
    },
  );
  assert.equal(decide({ pod, claims: [chosen] }), 'placed on n2');
});

const cluster = clusterOf([makeNode('n1'), makeNode('n2')]);
const idle = { assume: () => () => undefined, bind: () => Promise.resolve() };
const pluginWith = (storage: Storage, binder: Parameters<typeof createVolumeBinding>[0]['binder'] = idle) =>
  createVolumeBinding({ snapshot: cluster, storage, binder });

test('preFilter and filter', () => {
  const said = (pod: Pod, claims: PersistentVolumeClaim[] = [], volumes: PersistentVolume[] = []) =>
    filtered(pluginWith(storageOf(claims, volumes)), pod, cluster);
  const hopeless = (reason: string): string => `UnschedulableAndUnresolvable: ${reason}`;
  const affinity = hopeless("node(s) didn't match PersistentVolume's node affinity");
  const none = hopeless("node(s) didn't find available persistent volumes to bind");
  const gone = hopeless('node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)');
  const ok = 'Success';
  const waiting = claim('d', { storageClassName: 'wffc' });
  const fitting = volume('fit', { storageClassName: 'wffc', ...onHost('n2') });
  const using = podUsing('c');
  const cases: [string, unknown, unknown][] = [
    ['no volumes', said(makePod()), 'Skip'],
    ['no claim', said(using), hopeless('persistentvolumeclaim "c" not found')],
    ['bound', said(using, [boundTo('pv1', 'c')], [volume('pv1')]), { n1: ok, n2: ok }],
    [
      'elsewhere',
      said(using, [boundTo('pv1', 'c')], [volume('pv1', onHost('n2'))]),
      { n1: affinity, n2: ok },
    ],
    ['to no volume', said(using, [boundTo('pv1', 'c')]), { n1: gone, n2: gone }],
    ['unbound', said(using, [claim('c')]), hopeless('pod has unbound immediate PersistentVolumeClaims')],
    ['waiting', said(podUsing('d'), [waiting], [fitting]), { n1: none, n2: ok }],
    ['provisioned', said(using, [claim('c', { storageClassName: 'there' })]), { n1: none, n2: ok }],
    [
      'two reasons',
      said(podUsing('c', 'd'), [boundTo('pv1', 'c'), waiting], [volume('pv1', onHost('n2')), fitting]),
      { n1: `${affinity}, ${none.slice(none.indexOf('node'))}`, n2: ok },
    ],
  ];
  for (const [name, answer, expected] of cases) assert.deepEqual(answer, expected, name);
});

test('reserve, unreserve and preBind: what the plan takes is counted as taken until it is bound or given back', async () => {
  const calls: string[] = [];
  const binder = {
    assume: ({ provisions }: VolumePlan) => {
      calls.push(`assume ${provisions.map(({ metadata }) => metadata.name).join()}`);
      return () => void calls.push('release');
    },
    bind: () => (calls.push('bind'), Promise.resolve()),
  };
  const pod = podUsing('c');
  const plugin = pluginWith(storageOf([claim('c', { storageClassName: 'dyn' })], []), binder);
  const reserved = (): CycleState => {
    calls.length = 0;
    const state = new CycleState();
    plugin.preFilter(state, pod);
    for (const node of cluster.nodes()) plugin.filter(state, pod, node);
    plugin.reserve(state, pod, 'n1');
    return state;
  };
  const given = reserved();
  plugin.unreserve(given);
  plugin.unreserve(given);
  assert.deepEqual(calls, ['assume c', 'release']);
  const state = reserved();
  assert.equal(plugin.preBindPreFlight(state, pod, 'n1'), undefined);
  assert.equal(await plugin.preBind(state, pod, 'n1', new AbortController().signal), undefined);
  plugin.unreserve(state);
  assert.deepEqual(calls, ['assume c', 'bind', 'release']);
  binder.bind = () => Promise.reject(new Error('context deadline exceeded'));
  const status = await plugin.preBind(reserved(), pod, 'n1', new AbortController().signal);
  assert.equal(status?.message, 'binding volumes: context deadline exceeded');
  assert.deepEqual(calls, ['assume c', 'release']);
});

test('preBind has nothing to do for Pods whose claims are bound', () => {
  const plugin = pluginWith(storageOf([boundTo('pv1', 'c')], [volume('pv1')]));
  const state = new CycleState();
  for (const pod of [podUsing('c'), makePod()]) {
    plugin.preFilter(state, pod);
    plugin.filter(state, pod, cluster.nodes()[0]!);
    plugin.reserve(state, pod, 'n1');
    assert.equal(plugin.preBindPreFlight(state, pod, 'n1')?.code, 'Skip');
  }
});

test('queueing hints', () => {
  const plugin = pluginWith(storageOf([], []));
  const pod = podUsing('c');
  const ephemeral = makePod({ volumes: [{ name: 'v', ephemeral: {} }] }, { name: 'q' });
  const { add, update } = Action;
  const hint = (
    resource: Parameters<typeof hinted>[2]['resource'],
    action: number,
    objects: object,
    of = pod,
  ) => hinted(plugin, of, { resource, action }, objects);
  const cases: [string, string][] = [
    [hint('PersistentVolumeClaim', add, { after: claim('c') }), 'Queue'],
    [hint('PersistentVolumeClaim', update, { before: claim('c'), after: boundTo('x', 'c') }), 'Queue'],
    [hint('PersistentVolumeClaim', add, { after: claim('d') }), 'QueueSkip'],
    [hint('PersistentVolumeClaim', add, { after: claim('c', {}, { namespace: 'x' }) }), 'QueueSkip'],
    [hint('PersistentVolumeClaim', add, { after: claim('q-v') }, ephemeral), 'Queue'],
    [hint('PersistentVolumeClaim', Action.delete, { before: claim('c') }), 'not registered'],
    [hint('PersistentVolume', add, { after: volume('v') }), 'Queue'],
    [hint('PersistentVolume', update, { before: volume('v'), after: volume('v') }), 'Queue'],
    [hint('storage.k8s.io/StorageClass', add, { after: storageClass('s', 'p') }), 'Queue'],
    [
      hint('storage.k8s.io/StorageClass', update, {
        before: storageClass('s', 'p'),
        after: storageClass('s', 'p', { allowedTopologies: [{ matchLabelExpressions: [] }] }),
      }),
      'Queue',
    ],
    [
      hint('storage.k8s.io/StorageClass', update, {
        before: storageClass('s', 'p'),
        after: storageClass('s', 'q'),
      }),
      'QueueSkip',
    ],
    [hint('Node', add, { after: makeNode('n3') }), 'Queue'],
    [hint('Node', Action.updateNodeLabel, {}), 'Queue'],
    [hint('Node', Action.updateNodeTaint, {}), 'not registered'],
  ];
  for (const [index, [answer, expected]] of cases.entries()) assert.equal(answer, expected, `case ${index}`);
});
