import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { applyMergePatch } from '../../../endpoints/patch/merge-patch.ts';
import { StatusError } from '../../../api-errors/status-error.ts';
import { applyDefaults } from '../../defaults/apply-defaults.ts';
import { create, podSpec, testRegistry, workloadSpec } from '../test-registry.ts';
import { accepted } from '../accepted.ts';

/*
 * What may not change once an object is there: the object, a change of it as a merge patch, and what is said
 * of it.
 */
interface Case {
  name: string;
  place: string;
  object: object;
  change: object;
  found: string[];
}

const metadata = { name: 'x' };
const batch = { spec: podSpec({ restartPolicy: 'Never' }) };
const immutable = 'field is immutable';

const cases: Case[] = [
  {
    name: 'the selector of a Deployment',
    place: 'apps/v1/deployments',
    object: { spec: workloadSpec() },
    change: {
      spec: {
        selector: { matchLabels: { app: null, tier: 'a' } },
        template: { metadata: { labels: { tier: 'a' } } },
      },
    },
    found: [`spec.selector: Invalid value: {"matchLabels":{"tier":"a"}}: ${immutable}`],
  },
  {
    name: 'the selector of a DaemonSet',
    place: 'apps/v1/daemonsets',
    object: { spec: workloadSpec() },
    change: {
      spec: {
        selector: { matchLabels: { tier: 'a' } },
        template: { metadata: { labels: { tier: 'a' } } },
      },
    },
    found: [`spec.selector: Invalid value: {"matchLabels":{"app":"web","tier":"a"}}: ${immutable}`],
  },
  {
    name: 'the selector of a ReplicaSet',
    place: 'apps/v1/replicasets',
    object: { spec: workloadSpec() },
    change: {
      spec: { selector: { matchLabels: { app: 'b' } }, template: { metadata: { labels: { app: 'b' } } } },
    },
    found: [`spec.selector: Invalid value: {"matchLabels":{"app":"b"}}: ${immutable}`],
  },
  {
    name: 'what a StatefulSet is made of',
    place: 'apps/v1/statefulsets',
    object: { spec: workloadSpec({ serviceName: 'web' }) },
    change: { spec: { serviceName: 'other', replicas: 2, revisionHistoryLimit: 3, minReadySeconds: 1 } },
    found: [
      "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ],
  },
  {
    name: 'how much a Job has to do, and how',
    place: 'batch/v1/jobs',
    object: { spec: { template: batch, completions: 1, managedBy: 'example.com/a' } },
    change: { spec: { completions: 2, managedBy: 'example.com/b', parallelism: 3 } },
    found: [
      `spec.completions: Invalid value: 2: ${immutable}`,
      `spec.managedBy: Invalid value: "example.com/b": ${immutable}`,
    ],
  },
  {
    name: 'the indexes of a Job, which grow with its Pods',
    place: 'batch/v1/jobs',
    object: { spec: { template: batch, completions: 2, parallelism: 2, completionMode: 'Indexed' } },
    change: { spec: { completions: 3, completionMode: 'Indexed', backoffLimitPerIndex: 1 } },
    found: [
      'spec.completions: Invalid value: 3: can only be modified in tandem with spec.parallelism',
      `spec.backoffLimitPerIndex: Invalid value: 1: ${immutable}`,
    ],
  },
  {
    name: 'when a Job succeeds and fails',
    place: 'batch/v1/jobs',
    object: {
      spec: { template: batch, completions: 2, completionMode: 'Indexed', podReplacementPolicy: 'Failed' },
    },
    change: {
      spec: {
        podFailurePolicy: { rules: [] },
        successPolicy: { rules: [{ succeededCount: 1 }] },
      },
    },
    found: [
      `spec.podFailurePolicy: Invalid value: {"Rules":[]}: ${immutable}`,
      `spec.successPolicy: Invalid value: {"Rules":[{"SucceededIndexes":null,"SucceededCount":1}]}: ${immutable}`,
    ],
  },
  {
    name: 'the address of a Service',
    place: '/v1/services',
    object: { spec: { ports: [{ port: 80 }], clusterIP: '10.96.0.10' } },
    change: { spec: { clusterIP: '10.96.0.11', clusterIPs: ['10.96.0.11'] } },
    found: ['spec.clusterIPs[0]: Invalid value: ["10.96.0.11"]: may not change once set'],
  },
  {
    name: 'the class of a balancer',
    place: '/v1/services',
    object: { spec: { ports: [{ port: 80 }], type: 'LoadBalancer', loadBalancerClass: 'example.com/a' } },
    change: { spec: { loadBalancerClass: 'example.com/b' } },
    found: ['spec.loadBalancerClass: Invalid value: "example.com/b": may not change once set'],
  },
  {
    name: 'the type of a Secret, before what is frozen in it',
    place: '/v1/secrets',
    object: { type: 'a', immutable: true, data: { a: 'YQ==' } },
    change: { type: 'b', immutable: false, data: { a: 'Yg==' } },
    found: [
      `type: Invalid value: "b": ${immutable}`,
      'immutable: Forbidden: field is immutable when `immutable` is set',
      'data: Forbidden: field is immutable when `immutable` is set',
    ],
  },
  {
    name: 'a frozen ConfigMap',
    place: '/v1/configmaps',
    object: { immutable: true, data: { a: '1' } },
    change: { data: { a: '2' }, binaryData: { b: 'YQ==' }, immutable: null },
    found: ['immutable', 'data', 'binaryData'].map(
      (field) => `${field}: Forbidden: field is immutable when \`immutable\` is set`,
    ),
  },
  {
    name: 'how storage is provided',
    place: 'storage.k8s.io/v1/storageclasses',
    object: { provisioner: 'example.com/a', parameters: { a: '1' } },
    change: {
      provisioner: 'example.com/b',
      parameters: { a: '2' },
      reclaimPolicy: 'Retain',
      volumeBindingMode: 'WaitForFirstConsumer',
    },
    found: [
      `parameters: Invalid value: {"a":"2"}: ${immutable}`,
      `provisioner: Invalid value: "example.com/b": ${immutable}`,
      `reclaimPolicy: Invalid value: "Retain": ${immutable}`,
      `volumeBindingMode: Invalid value: "WaitForFirstConsumer": ${immutable}`,
    ],
  },
  {
    name: 'where a volume is',
    place: '/v1/persistentvolumes',
    object: {
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        hostPath: { path: '/a' },
      },
    },
    change: { spec: { hostPath: { path: '/b' }, volumeMode: 'Block' } },
    found: [
      [
        'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation',
        '@@ -2,7 +2,7 @@',
        '  "GCEPersistentDisk": null,',
        '  "AWSElasticBlockStore": null,',
        '  "HostPath": {',
        '-  "Path": "/a",',
        '+  "Path": "/b",',
        '   "Type": ""',
        '  },',
        '  "Glusterfs": null,',
        '',
      ].join('\n'),
      `volumeMode: Invalid value: "Block": ${immutable}`,
    ],
  },
  {
    name: 'the role of a binding',
    place: 'rbac.authorization.k8s.io/v1/rolebindings',
    object: { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'a' } },
    change: { roleRef: { name: 'b' } },
    found: [
      'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"b"}: cannot change roleRef',
    ],
  },
  {
    name: 'the value of a priority',
    place: 'scheduling.k8s.io/v1/priorityclasses',
    object: { value: 1 },
    change: { value: 2, preemptionPolicy: 'Never' },
    found: [
      'value: Forbidden: may not be changed in an update.',
      `preemptionPolicy: Invalid value: "Never": ${immutable}`,
    ],
  },
  {
    name: 'the handler of a runtime',
    place: 'node.k8s.io/v1/runtimeclasses',
    object: { handler: 'a' },
    change: { handler: 'b' },
    found: [`handler: Invalid value: "b": ${immutable}`],
  },
  {
    name: 'who stands behind a class of Ingresses',
    place: 'networking.k8s.io/v1/ingressclasses',
    object: { spec: { controller: 'example.com/a' } },
    change: { spec: { controller: 'example.com/b' } },
    found: [`spec.controller: Invalid value: "example.com/b": ${immutable}`],
  },
  {
    name: 'the family of addresses of a slice',
    place: 'discovery.k8s.io/v1/endpointslices',
    object: { addressType: 'IPv4', endpoints: [] },
    change: { addressType: 'IPv6' },
    found: [`addressType: Invalid value: "IPv6": ${immutable}`],
  },
  {
    name: 'the scopes of a quota',
    place: '/v1/resourcequotas',
    object: { spec: { hard: { pods: 1 }, scopes: ['BestEffort'] } },
    change: { spec: { scopes: ['NotBestEffort'] } },
    found: [`spec.scopes: Invalid value: ["NotBestEffort"]: ${immutable}`],
  },
  {
    name: 'of a Pod anything but images and tolerations',
    place: '/v1/pods',
    object: { spec: podSpec({ activeDeadlineSeconds: 10 }) },
    change: { spec: { activeDeadlineSeconds: null } },
    found: [
      'spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value',
    ],
  },
  {
    name: 'gates of a Pod, which only go, and the nodes for it, which only get fewer',
    place: '/v1/pods',
    object: { spec: podSpec({ schedulingGates: [{ name: 'a' }], nodeSelector: { a: 'b' } }) },
    change: { spec: { schedulingGates: [{ name: 'a' }, { name: 'b' }], nodeSelector: { a: 'c' } } },
    found: [
      "spec.schedulingGates[1].name: Forbidden: only deletion is allowed, but found new scheduling gate 'b'",
      'spec.nodeSelector: Invalid value: {"a":"c"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)',
    ],
  },
];

async function refused(api: Awaited<ReturnType<typeof testRegistry>>, place: string, change: object) {
  try {
    await api.rest(place).update?.(
      api.context(),
      'x',
      (current) => {
        const next = applyMergePatch(structuredClone(current ?? {}), change as Record<string, unknown>);
        applyDefaults(next as KubeObject);
        return next as KubeObject;
      },
      accepted,
    );
  } catch (error) {
    assert.ok(error instanceof StatusError, String((error as Error).stack));
    assert.equal(error.status.reason, 'Invalid', error.message);
    return (error.status.details?.causes ?? []).map(({ field, message }) => `${field}: ${message}`);
  }
  return [];
}

const roles = { authorize: async () => ({ decision: 'allow' as const, reason: '' }) };

for (const { name, place, object, change, found } of cases) {
  test(`${place}: ${name}`, async () => {
    const api = await testRegistry({
      authorizer: {
        ...roles,
        rulesFor: async () => ({ resourceRules: [], nonResourceRules: [], incomplete: false }),
      },
    });
    await create(api, place, { metadata, ...object });
    assert.deepEqual(await refused(api, place, change), found);
  });
}

test('a gated Pod may be told to go to fewer nodes', async () => {
  const api = await testRegistry();
  const spec = podSpec({ schedulingGates: [{ name: 'a' }], nodeSelector: { a: 'b' } });
  await create(api, '/v1/pods', { metadata, spec });
  const term = (key: string) => ({ matchExpressions: [{ key, operator: 'Exists' }] });
  const terms = (list: object[]) => ({
    spec: {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: list },
        },
      },
    },
  });
  assert.deepEqual(await refused(api, '/v1/pods', { spec: { nodeSelector: { c: 'd' } } }), []);
  assert.deepEqual(await refused(api, '/v1/pods', terms([term('a')])), []);
  const [first = '', ...more] = await refused(api, '/v1/pods', terms([term('a'), term('b')]));
  assert.deepEqual(more, []);
  assert.match(
    first,
    /^spec\.affinity\.nodeAffinity\.requiredDuringSchedulingIgnoredDuringExecution\.nodeSelectorTerms: Invalid value: \[\{"MatchExpressions":\[\{"Key":"a",.*\]: no additions\/deletions to non-empty NodeSelectorTerms list are allowed$/,
  );
});
