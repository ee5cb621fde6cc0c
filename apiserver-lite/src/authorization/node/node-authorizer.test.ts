import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { parseRequestTarget } from '../../http/request-target.ts';
import { requestInfoOf } from '../../filters/request-info.ts';
import { nodeRole } from '../../bootstrap/rbac-policy/policy.ts';
import { nodeAuthorizer } from './node-authorizer.ts';
import { NodeIndex } from './node-index.ts';

function pod(name: string, nodeName: string, spec: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'a', uid: `uid-${name}` },
    spec: { nodeName, serviceAccountName: 'default', containers: [{ name: 'c' }], ...spec },
  };
}

const full = pod('full', 'n1', {
  imagePullSecrets: [{ name: 'pull' }],
  containers: [
    {
      name: 'c',
      envFrom: [{ secretRef: { name: 'env-from' } }, { configMapRef: { name: 'map-from' } }],
      env: [
        { name: 'A', valueFrom: { secretKeyRef: { name: 'env', key: 'k' } } },
        { name: 'B', valueFrom: { configMapKeyRef: { name: 'map', key: 'k' } } },
      ],
    },
  ],
  initContainers: [{ name: 'i', envFrom: [{ secretRef: { name: 'init' } }] }],
  volumes: [
    { name: 'v1', secret: { secretName: 'volume' } },
    { name: 'v2', configMap: { name: 'volume-map' } },
    {
      name: 'v3',
      projected: { sources: [{ secret: { name: 'part' } }, { configMap: { name: 'part-map' } }] },
    },
    { name: 'v4', persistentVolumeClaim: { claimName: 'claim' } },
    { name: 'v5', ephemeral: {} },
    { name: 'v6', csi: { driver: 'd', nodePublishSecretRef: { name: 'csi' } } },
  ],
  resourceClaims: [{ name: 'r', resourceClaimName: 'device' }],
});

const volume: KubeObject = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'pv' },
  spec: {
    claimRef: { namespace: 'a', name: 'claim' },
    csi: { driver: 'd', nodeStageSecretRef: { name: 'stage', namespace: 'vault' } },
  },
};

function fill(): NodeIndex {
  const index = new NodeIndex();
  index.set('pods', full);
  index.set('pods', pod('other', 'n2', { volumes: [{ name: 'v', secret: { secretName: 'theirs' } }] }));
  index.set('persistentvolumes', volume);
  index.set('volumeattachments', {
    apiVersion: 'v1',
    kind: 'X',
    metadata: { name: 'va' },
    spec: { nodeName: 'n1' },
  });
  return index;
}

function ask(index: NodeIndex, question: string, groups = ['system:nodes']): string {
  const [method = '', target = ''] = question.split(' ');
  const info = requestInfoOf(method, parseRequestTarget(target));
  const answer = nodeAuthorizer(index, nodeRole()).authorize({
    ...info,
    user: { name: 'system:node:n1', groups },
  });
  assert.ok(!(answer instanceof Promise));
  return answer.decision === 'allow' ? 'yes' : answer.reason;
}

const unrelated = "no relationship found between node 'n1' and this object";

/** Words are those of kube-apiserver 1.36. */
const answers: readonly (readonly [question: string, answer: string])[] = [
  ...['pull', 'env-from', 'env', 'init', 'volume', 'part', 'csi'].map(
    (name) => [`GET /api/v1/namespaces/a/secrets/${name}`, 'yes'] as const,
  ),
  ...['map-from', 'map', 'volume-map', 'part-map'].map(
    (name) => [`GET /api/v1/namespaces/a/configmaps/${name}`, 'yes'] as const,
  ),
  ['GET /api/v1/namespaces/vault/secrets/stage', 'yes'],
  ['GET /api/v1/namespaces/a/secrets?fieldSelector=metadata.name%3Dpull&watch=1', 'yes'],
  ['GET /api/v1/namespaces/a/secrets/theirs', unrelated],
  ['GET /api/v1/namespaces/b/secrets/pull', unrelated],
  ['GET /api/v1/secrets', 'can only read namespaced object of this type'],
  ['GET /api/v1/namespaces/a/secrets', 'No Object name found'],
  ['PUT /api/v1/namespaces/a/secrets/pull', 'can only read resources of this type'],
  ['GET /api/v1/namespaces/a/persistentvolumeclaims/claim', 'yes'],
  ['GET /api/v1/namespaces/a/persistentvolumeclaims/full-v5', 'yes'],
  ['PATCH /api/v1/namespaces/a/persistentvolumeclaims/claim/status', 'yes'],
  ['GET /api/v1/namespaces/a/persistentvolumeclaims', 'can only get individual resources of this type'],
  ['GET /api/v1/persistentvolumes/pv', 'yes'],
  ['GET /api/v1/persistentvolumes/other', unrelated],
  ['GET /apis/resource.k8s.io/v1/namespaces/a/resourceclaims/device', 'yes'],
  ['GET /apis/storage.k8s.io/v1/volumeattachments/va', 'yes'],
  ['POST /api/v1/namespaces/a/serviceaccounts/default/token', 'yes'],
  ['GET /api/v1/namespaces/a/serviceaccounts/default', 'yes'],
  ['POST /api/v1/namespaces/a/serviceaccounts/root/token', unrelated],
  ['POST /api/v1/namespaces/a/serviceaccounts', 'can only create tokens for individual service accounts'],
  ['GET /api/v1/nodes/n1', 'yes'],
  ['GET /api/v1/nodes?watch=1&fieldSelector=metadata.name%3Dn1', 'yes'],
  ['GET /api/v1/nodes/n2', "node 'n1' cannot read 'n2', only its own Node object"],
  ['GET /api/v1/nodes', "node 'n1' cannot read all nodes, only its own Node object"],
  ['PATCH /api/v1/nodes/n1/status', 'yes'],
  ['DELETE /api/v1/nodes/n1', ''],
  ['GET /api/v1/namespaces/a/pods/full', 'yes'],
  ['GET /api/v1/namespaces/a/pods/other', unrelated],
  ['GET /api/v1/pods?watch=1&fieldSelector=spec.nodeName%3Dn1', 'yes'],
  [
    'GET /api/v1/pods?fieldSelector=spec.nodeName%3Dn2',
    'can only list/watch pods with spec.nodeName field selector',
  ],
  ['GET /api/v1/pods', 'can only list/watch pods with spec.nodeName field selector'],
  ['PATCH /api/v1/namespaces/a/pods/full/status', 'yes'],
  ['PATCH /api/v1/namespaces/a/pods/full', ''],
  ['POST /api/v1/namespaces/a/pods/full/exec', ''],
  ['PUT /apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n1', 'yes'],
  [
    'PUT /apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n2',
    'can only access node lease with the same name as the requesting node',
  ],
  [
    'GET /apis/coordination.k8s.io/v1/namespaces/kube-system/leases/n1',
    'can only access leases in the "kube-node-lease" system namespace',
  ],
  ['POST /api/v1/namespaces/a/events', 'yes'],
  ['GET /api/v1/services', 'yes'],
  ['GET /apis/apps/v1/deployments', ''],
  ['GET /healthz', ''],
];

for (const [question, answer] of answers) {
  test(question, () => assert.equal(ask(fill(), question), answer));
}

test('somebody who is called as a node, but is none, is nobody', () => {
  assert.equal(ask(fill(), 'GET /api/v1/nodes/n1', ['system:authenticated']), '');
});

test('what goes, goes: a Pod that moves or ends takes its rights with it', () => {
  const index = fill();
  const secret = 'GET /api/v1/namespaces/a/secrets/pull';
  index.set('pods', pod('second', 'n1', { imagePullSecrets: [{ name: 'pull' }] }));
  index.delete('pods', full);
  assert.equal(ask(index, secret), 'yes');
  index.delete('pods', pod('second', 'n1'));
  assert.equal(ask(index, secret), unrelated);
  assert.equal(ask(index, 'GET /api/v1/persistentvolumes/pv'), unrelated);
  index.set('pods', full);
  index.delete('persistentvolumes', volume);
  assert.equal(ask(index, 'GET /api/v1/namespaces/vault/secrets/stage'), unrelated);
  index.set('pods', { ...full, metadata: { ...full.metadata, uid: 'new' }, spec: { nodeName: 'n2' } });
  assert.equal(ask(index, secret), unrelated);
});

test('an ephemeral container may bring a secret later', () => {
  const index = fill();
  const debug = { name: 'd', envFrom: [{ secretRef: { name: 'late' } }] };
  index.set('pods', { ...full, spec: { ...(full['spec'] as object), ephemeralContainers: [debug] } });
  assert.equal(ask(index, 'GET /api/v1/namespaces/a/secrets/late'), 'yes');
});
