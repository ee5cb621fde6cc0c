import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { MetricRegistry } from '../../../metrics/exposition/metric-registry.ts';
import { admissionMetrics } from '../../../metrics/admission-metrics.ts';
import type { AdmissionAttributes } from '../../attributes.ts';
import { pluginDependencies } from '../../testing/plugin-dependencies.ts';
import { checkTable } from './check-table.ts';
import { existingPodWarnings } from './existing-pods.ts';
import { podSecurity } from './pod-security.ts';
import { podSecuritySettings } from './pod-security-configuration.ts';
import { policyOf, privileged } from './policy.ts';

const prefix = 'pod-security.kubernetes.io/';
const type = { apiVersion: 'pod-security.admission.config.k8s.io/v1', kind: 'PodSecurityConfiguration' };
const container = { name: 'c', image: 'i' };
const hostPod = { containers: [container], hostNetwork: true };

interface Asked {
  labels?: Record<string, string>;
  resource?: string;
  operation?: 'CREATE' | 'UPDATE';
  spec?: object;
  oldSpec?: object;
  subresource?: string;
  userName?: string;
  settings?: object;
}

/** What the plugin says of a request. */
async function asked({ labels = {}, resource = 'pods', operation = 'CREATE', settings, ...more }: Asked) {
  const registry = new MetricRegistry();
  const prefixed = Object.fromEntries(Object.entries(labels).map(([name, value]) => [prefix + name, value]));
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n', labels: prefixed } };
  const dependencies = {
    ...pluginDependencies({ namespaces: [namespace as KubeObject] }),
    metrics: admissionMetrics(registry),
  };
  const plugin = podSecurity({
    ...dependencies,
    storageOf: () => ({ get: async () => ({ object: namespace }) }) as never,
    configuration: settings === undefined ? {} : { PodSecurity: { ...type, ...settings } },
  });
  const annotations: Record<string, string> = {};
  const warnings: string[] = [];
  const objectOf = (spec: object) => ({ apiVersion: 'v1', kind: 'X', metadata: { name: 'x' }, spec });
  const attributes = {
    operation,
    kind: { group: '', version: 'v1', kind: 'Pod' },
    resource: { group: resource === 'deployments' ? 'apps' : '', version: 'v1', resource },
    subresource: more.subresource ?? '',
    namespace: 'n',
    name: 'x',
    object: objectOf(more.spec ?? hostPod),
    oldObject: operation === 'UPDATE' ? objectOf(more.oldSpec ?? hostPod) : undefined,
    user: { name: more.userName ?? 'jane' },
    annotate: (key: string, value: string) => (annotations[key] = value),
    warn: (text: string) => warnings.push(text),
  } as unknown as AdmissionAttributes;
  let refusal = '';
  try {
    await plugin.validate?.(attributes);
  } catch (error) {
    refusal = (error as Error).message;
  }
  const text = await registry.text();
  const counted = text.split('\n').filter((line) => line.startsWith('pod_security') && !line.endsWith(' 0'));
  return { refusal, warnings, annotations, counted };
}

test('a Pod that violates what is enforced is refused, audited, and not warned about', async () => {
  const { refusal, warnings, annotations, counted } = await asked({
    labels: { enforce: 'baseline', audit: 'baseline', warn: 'restricted' },
  });
  const detail = 'host namespaces (hostNetwork=true)';
  assert.equal(refusal, `pods "x" is forbidden: violates PodSecurity "baseline:latest": ${detail}`);
  assert.deepEqual(warnings, []);
  assert.deepEqual(annotations, {
    [`${prefix}enforce-policy`]: 'baseline:latest',
    [`${prefix}audit-violations`]: `would violate PodSecurity "baseline:latest": ${detail}`,
  });
  assert.deepEqual(counted, [
    'pod_security_evaluations_total{decision="deny",mode="audit",policy_level="baseline",policy_version="latest",request_operation="create",resource="pod",subresource=""} 1',
    'pod_security_evaluations_total{decision="deny",mode="enforce",policy_level="baseline",policy_version="latest",request_operation="create",resource="pod",subresource=""} 1',
  ]);
});

test('templates are warned about only', async () => {
  const { refusal, warnings } = await asked({
    labels: { enforce: 'baseline', 'enforce-version': 'v1.30' },
    resource: 'deployments',
    spec: { template: { spec: hostPod } },
  });
  assert.equal(refusal, '');
  assert.deepEqual(warnings, [
    'would violate PodSecurity "baseline:v1.30": host namespaces (hostNetwork=true)',
  ]);
});

test('updates are judged where they change images or containers', async () => {
  const update: Asked = { labels: { enforce: 'restricted' }, operation: 'UPDATE' };
  assert.equal((await asked(update)).refusal, '');
  const image = { ...hostPod, containers: [{ ...container, image: 'other' }] };
  assert.match((await asked({ ...update, spec: image })).refusal, /violates PodSecurity "restricted:latest"/);
  assert.equal((await asked({ ...update, spec: image, subresource: 'status' })).refusal, '');
  const debugged = { ...hostPod, ephemeralContainers: [{ name: 'd', image: 'i' }] };
  const debug = await asked({ ...update, spec: debugged, subresource: 'ephemeralcontainers' });
  assert.match(debug.refusal, /"c", "d"|host namespaces/);
});

test('labels that cannot be read enforce the strictest policy, and are an error', async () => {
  const { refusal, annotations, counted } = await asked({ labels: { enforce: 'strict' } });
  assert.match(refusal, /violates PodSecurity "restricted:latest"/);
  assert.equal(
    annotations[`${prefix}error`],
    `Failed to parse policy: metadata.labels[${prefix}enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted`,
  );
  assert.ok(counted.some((line) => line.startsWith('pod_security_errors_total{fatal="false"')));
});

test('who is exempt is not judged, and that is counted', async () => {
  const labels = { enforce: 'restricted' };
  const exemptions = { usernames: ['jane'], namespaces: [], runtimeClasses: ['kata'] };
  const user = await asked({ labels, settings: { exemptions } });
  assert.equal(user.refusal, '');
  assert.deepEqual(user.annotations, { [`${prefix}exempt`]: 'user' });
  assert.match(user.counted.join(), /^pod_security_exemptions_total\{[^}]*resource="pod"/);
  const spec = { ...hostPod, runtimeClassName: 'kata' };
  const runtimeClass = await asked({ labels, settings: { exemptions }, userName: 'joe', spec });
  assert.deepEqual(runtimeClass.annotations, { [`${prefix}exempt`]: 'runtimeClass' });
  const namespace = await asked({ labels, settings: { exemptions: { namespaces: ['n'] } } });
  assert.deepEqual(namespace.annotations, { [`${prefix}exempt`]: 'namespace' });
});

test('a configuration has defaults, and says all that is wrong with it', async () => {
  const { refusal } = await asked({
    settings: { defaults: { enforce: 'baseline', 'enforce-version': 'v1.7' } },
  });
  assert.match(refusal, /"baseline:v1.7"/);
  assert.throws(
    () =>
      podSecuritySettings({ ...type, defaults: { warn: 'x' }, exemptions: { usernames: ['', 'a', 'a'] } }),
    {
      message:
        '[defaults.warn: Invalid value: "x": must be one of privileged, baseline, restricted, exemptions.usernames[0]: Invalid value: "": username must not be empty, exemptions.usernames[2]: Duplicate value: "a"]',
    },
  );
});

test('a configuration is of its kind, and has no other fields', () => {
  assert.throws(() => podSecuritySettings({ ...type, kind: 'Other' }), {
    message: 'no kind "Other" is registered for version "pod-security.admission.config.k8s.io/v1"',
  });
  assert.throws(() => podSecuritySettings({ ...type, defaults: { enforced: 'x' }, more: 1 }), {
    message: 'strict decoding error: unknown field "defaults.enforced", unknown field "more"',
  });
});

test('a namespace warns about what it enforces, unless it says otherwise', () => {
  const warned = (labels: Record<string, string>) =>
    policyOf(
      Object.fromEntries(Object.entries(labels).map(([name, value]) => [prefix + name, value])),
      privileged,
    ).policy.warn;
  assert.deepEqual(warned({ enforce: 'baseline', 'enforce-version': 'v1.2' }), {
    level: 'baseline',
    version: 'v1.2',
  });
  assert.deepEqual(warned({ enforce: 'baseline', 'warn-version': 'v1.3' }), {
    level: 'baseline',
    version: 'v1.3',
  });
  assert.equal(warned({ enforce: 'baseline', warn: 'privileged' }).level, 'privileged');
  assert.equal(warned({ enforce: 'strict' }).level, 'privileged');
});

test('Pods that exist are told by what they do, at most 3,000 of them in a second', () => {
  const pod = (name: string, uid?: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      ...(uid
        ? { ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid, controller: true }] }
        : {}),
    },
    spec: hostPod,
  });
  const enforce = { level: 'baseline', version: 'latest' } as const;
  const options = { namespace: 'n', isExempt: () => false, now: () => 0 };
  const head = 'existing pods in namespace "n" violate the new PodSecurity enforce level "baseline:latest"';
  assert.deepEqual(existingPodWarnings(enforce, { ...options, pods: [pod('b'), pod('a'), pod('c')] }), [
    head,
    'a (and 2 other pods): host namespaces',
  ]);
  const many = Array.from({ length: 3001 }, (_, index) => pod(`p${index}`, 'same'));
  assert.deepEqual(
    existingPodWarnings(enforce, { ...options, pods: many })[0],
    'new PodSecurity enforce level only checked against the first 3000 of 3001 existing pods',
  );
  let time = 0;
  const slow = existingPodWarnings(enforce, { ...options, pods: many, now: () => (time += 500) });
  assert.match(slow[0] ?? '', /the first 2 of 3001/);
});

test('checks have versions that rise, and override checks that there are', () => {
  const ids = new Set(checkTable.map(({ id }) => id));
  assert.equal(ids.size, checkTable.length);
  for (const { versions, level } of checkTable) {
    const since = versions.map((each) => each.since);
    assert.deepEqual(
      since,
      [...new Set(since)].sort((one, other) => one - other),
    );
    for (const { overrides = [] } of versions) {
      assert.ok(overrides.every((id) => ids.has(id)) && (level === 'restricted' || overrides.length === 0));
    }
  }
});
