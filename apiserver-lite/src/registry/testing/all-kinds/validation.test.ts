import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { applyDefaults } from '../../defaults/apply-defaults.ts';
import { StatusError } from '../../../api-errors/status-error.ts';
import { create, podSpec, testRegistry, workloadSpec, type TestRegistry } from '../test-registry.ts';
import { accepted } from '../accepted.ts';

/** The causes of a refusal, as `field: message`. */
async function findings(attempt: Promise<unknown>): Promise<string[]> {
  try {
    await attempt;
  } catch (error) {
    assert.ok(error instanceof StatusError, String(error));
    assert.equal(error.status.code, 422, error.message);
    assert.equal(error.status.reason, 'Invalid');
    return (error.status.details?.causes ?? []).map(({ field = '', message = '' }) => `${field}: ${message}`);
  }
  return [];
}

const subdomainRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const labelRule =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

interface Case {
  name: string;
  place: string;
  fields: Partial<KubeObject>;
  found: string[];
}

const meta = { name: 'x' };

const cases: Case[] = [
  {
    name: 'a name is needed',
    place: '/v1/configmaps',
    fields: { metadata: {} },
    found: ['metadata.name: Required value: name or generateName is required'],
  },
  {
    name: 'a name is a subdomain',
    place: '/v1/configmaps',
    fields: { metadata: { name: 'A_b' } },
    found: [`metadata.name: Invalid value: "A_b": ${subdomainRule}`],
  },
  {
    name: 'a namespace is a label',
    place: '/v1/namespaces',
    fields: { metadata: { name: 'a.b' } },
    found: ['metadata.name: Invalid value: "a.b": must not contain dots'],
  },
  {
    name: 'a role is what a path can hold',
    place: 'rbac.authorization.k8s.io/v1/roles',
    fields: { metadata: { name: 'system:a/b' } },
    found: ['metadata.name: Invalid value: "system:a/b": may not contain \'/\''],
  },
  {
    name: 'labels, annotations, owners and finalizers, all at once',
    place: '/v1/configmaps',
    fields: {
      metadata: {
        name: 'x',
        labels: { 'a/b/c': 'ok', ok: '-' },
        annotations: { 'has space': 'x' },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: '', uid: 'u' }],
        finalizers: ['/x'],
      },
    },
    found: [
      "metadata.labels: Invalid value: \"a/b/c\": a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
      "metadata.labels: Invalid value: \"-\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
      "metadata.annotations: Invalid value: \"has space\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      'metadata.ownerReferences.name: Invalid value: "": must not be empty',
      'metadata.finalizers: Invalid value: "/x": prefix part must be non-empty',
    ],
  },
  {
    name: 'annotations have a size',
    place: '/v1/configmaps',
    fields: { metadata: { name: 'x', annotations: { big: 'x'.repeat(256 * 1024) } } },
    found: ['metadata.annotations: Too long: may not be more than 262144 bytes'],
  },
  {
    name: 'a container has a name and an image',
    place: '/v1/pods',
    fields: { metadata: meta, spec: { containers: [{ name: 'A' }, { image: 'x', name: '' }] } },
    found: [
      `spec.containers[0].name: Invalid value: "A": ${labelRule}`,
      'spec.containers[0].image: Required value',
      'spec.containers[1].name: Required value',
    ],
  },
  {
    name: 'a Pod has containers',
    place: '/v1/pods',
    fields: { metadata: meta, spec: {} },
    found: ['spec.containers: Required value'],
  },
  {
    name: 'enums, ports, mounts and quantities of a container',
    place: '/v1/pods',
    fields: {
      metadata: meta,
      spec: {
        restartPolicy: 'Sometimes',
        dnsPolicy: 'Mine',
        volumes: [{ name: 'v' }, { name: 'v', emptyDir: {} }],
        containers: [
          {
            name: 'a',
            image: ' x',
            imagePullPolicy: 'Now',
            ports: [{ containerPort: 70000, protocol: 'TCPP' }],
            volumeMounts: [
              { name: 'w', mountPath: '/a' },
              { name: 'v', mountPath: '/a' },
            ],
            resources: { limits: { cpu: '1' }, requests: { cpu: '2', memory: '-1' } },
            env: [{ name: 'a=b' }],
            livenessProbe: { httpGet: { port: 80 }, successThreshold: 2 },
          },
        ],
      },
    },
    found: [
      'spec.volumes[1].name: Duplicate value: "v"',
      'spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
      'spec.containers[0].ports[0].protocol: Unsupported value: "TCPP": supported values: "SCTP", "TCP", "UDP"',
      'spec.containers[0].env[0].name: Invalid value: "a=b": a valid environment variable name must consist only of printable ASCII characters other than \'=\'',
      'spec.containers[0].volumeMounts[0].name: Not found: "w"',
      'spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/a": must be unique',
      'spec.containers[0].imagePullPolicy: Unsupported value: "Now": supported values: "Always", "IfNotPresent", "Never"',
      'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
      'spec.containers[0].resources.requests[memory]: Invalid value: "-1": must be greater than or equal to 0',
      'spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1',
      'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
      'spec.dnsPolicy: Unsupported value: "Mine": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"',
      'spec.containers[0].image: Invalid value: " x": must not have leading or trailing whitespace',
    ],
  },
  {
    name: 'a Deployment selects what it makes',
    place: 'apps/v1/deployments',
    fields: { metadata: meta, spec: workloadSpec({ selector: { matchLabels: { app: 'other' } } }) },
    found: [
      'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
    ],
  },
  {
    name: 'a Deployment rolls by some step',
    place: 'apps/v1/deployments',
    fields: {
      metadata: meta,
      spec: workloadSpec({
        replicas: -1,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } },
      }),
    },
    found: [
      'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0',
    ],
  },
  {
    name: 'a ReplicaSet has a selector, and its Pods always restart',
    place: 'apps/v1/replicasets',
    fields: {
      metadata: meta,
      spec: { template: { metadata: { labels: { a: 'b' } }, spec: podSpec({ restartPolicy: 'Never' }) } },
    },
    found: [
      'spec.selector: Required value',
      'spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`',
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    ],
  },
  {
    name: 'a Service has ports, and names where there are several',
    place: '/v1/services',
    fields: { metadata: meta, spec: { ports: [{ port: 80 }, { port: 0, name: 'b' }] } },
    found: [
      'spec.ports[0].name: Required value',
      'spec.ports[1].port: Invalid value: 0: must be between 1 and 65535, inclusive',
      'spec.ports[1].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive',
    ],
  },
  {
    name: 'a rule says what it allows, and a binding whom',
    place: 'rbac.authorization.k8s.io/v1/rolebindings',
    fields: { metadata: meta, roleRef: { kind: 'Thing', name: '' }, subjects: [{ kind: 'User', name: '' }] },
    found: [
      'roleRef.kind: Unsupported value: "Thing": supported values: "Role", "ClusterRole"',
      'roleRef.name: Required value',
      'subjects[0].name: Required value',
    ],
  },
  {
    name: 'a rule of a Role',
    place: 'rbac.authorization.k8s.io/v1/roles',
    fields: { metadata: meta, rules: [{ verbs: [] }] },
    found: [
      'rules[0].verbs: Required value: verbs must contain at least one value',
      'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
      'rules[0].resources: Required value: resource rules must supply at least one resource',
    ],
  },
  {
    name: 'keys of a ConfigMap are file names',
    place: '/v1/configmaps',
    fields: { metadata: meta, data: { 'a/b': '' } },
    found: [
      "data[a/b]: Invalid value: \"a/b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    ],
  },
  {
    name: 'an Ingress leads somewhere',
    place: 'networking.k8s.io/v1/ingresses',
    fields: {
      metadata: meta,
      spec: {
        rules: [
          {
            host: '10.0.0.1',
            http: { paths: [{ path: 'a', backend: { service: { name: 'web', port: {} } } }] },
          },
        ],
      },
    },
    found: [
      'spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address',
      'spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified',
    ],
  },
  {
    name: 'a taint has an effect',
    place: '/v1/nodes',
    fields: { metadata: meta, spec: { taints: [{ key: 'a', effect: 'Never' }] } },
    found: [
      'metadata.taints[0].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
    ],
  },
];

for (const { name, place, fields, found } of cases) {
  test(`${place}: ${name}`, async () => {
    const api = await testRegistry();
    assert.deepEqual(await findings(create(api, place, fields)), found);
  });
}

async function change(
  api: TestRegistry,
  place: string,
  edit: (object: KubeObject) => void,
): Promise<string[]> {
  return findings(
    api.rest(place).update?.(
      api.context(),
      'x',
      (current) => {
        const next = structuredClone(current) as KubeObject;
        edit(next);
        applyDefaults(next);
        return next;
      },
      accepted,
    ) ?? Promise.reject(new Error('no update')),
  );
}

interface PodLike {
  spec: { containers: { image: string; name: string }[]; nodeName?: string; tolerations?: object[] };
}

test('of a Pod the image may change, and hardly anything else', async () => {
  const api = await testRegistry();
  await create(api, '/v1/pods', { metadata: meta, spec: podSpec() });
  assert.deepEqual(
    await change(api, '/v1/pods', (object) => {
      const { spec } = object as unknown as PodLike;
      for (const container of spec.containers) container.image = 'nginx:2';
      spec.tolerations = [{ key: 'a', operator: 'Exists' }];
    }),
    [],
  );
  const [found = '', ...more] = await change(api, '/v1/pods', (object) => {
    (object as unknown as PodLike).spec.nodeName = 'n1';
  });
  assert.deepEqual(more, []);
  assert.match(
    found,
    /^spec: Forbidden: pod updates may not change fields other than `spec\.containers\[\*\]\.image`,`spec\.initContainers\[\*\]\.image`,`spec\.activeDeadlineSeconds`,`spec\.tolerations` \(only additions to existing tolerations\),`spec\.terminationGracePeriodSeconds` \(allow it to be set to 1 if it was previously negative\)\n/,
  );
  assert.deepEqual(
    await change(api, '/v1/pods', (object) => {
      (object as unknown as PodLike).spec.containers.push({ name: 'b', image: 'b' });
    }),
    ['spec.containers: Forbidden: pod updates may not add or remove containers'],
  );
});

test('a selector never changes', async () => {
  const api = await testRegistry();
  await create(api, 'apps/v1/deployments', { metadata: meta, spec: workloadSpec() });
  const labels = { app: 'other' };
  const found = await change(api, 'apps/v1/deployments', (object) => {
    Object.assign(
      object['spec'] as object,
      workloadSpec({
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: podSpec() },
      }),
    );
  });
  assert.ok(
    found.some((text) => /^spec\.selector: Invalid value: .*: field is immutable$/.test(text)),
    found.join('\n'),
  );
});

test('a uid that is not the object’s own is refused', async () => {
  const api = await testRegistry();
  const { metadata } = await create(api, '/v1/configmaps', { metadata: meta });
  assert.ok(metadata.uid);
  assert.deepEqual(
    await change(api, '/v1/configmaps', (object) => {
      object.metadata.uid = 'other';
    }),
    Array.from({ length: 2 }, () => 'metadata.uid: Invalid value: "other": field is immutable'),
  );
});

test('what is immutable stays', async () => {
  const api = await testRegistry();
  await create(api, '/v1/configmaps', { metadata: meta, data: { a: '1' }, immutable: true });
  assert.deepEqual(
    await change(api, '/v1/configmaps', (object) => {
      object['data'] = { a: '2' };
    }),
    ['data: Forbidden: field is immutable when `immutable` is set'],
  );
});

test('oddities are warned of, and let through', async () => {
  const api = await testRegistry();
  const [container] = podSpec()['containers'] as object[];
  const env = [
    { name: 'A', value: '1' },
    { name: 'A', value: '2' },
  ];
  await create(api, '/v1/pods', {
    metadata: meta,
    spec: podSpec({
      containers: [{ ...container, env }],
      nodeSelector: { 'beta.kubernetes.io/os': 'linux' },
    }),
  });
  assert.deepEqual(api.warnings, [
    'spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
    'spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
  ]);
});

test('a DaemonSet counts its templates in an annotation, a Deployment its annotations as generations', async () => {
  const api = await testRegistry();
  const place = 'apps/v1/daemonsets';
  await create(api, place, { metadata: meta, spec: workloadSpec() });
  await change(api, place, (object) => {
    delete object.metadata.annotations;
    const { template } = object['spec'] as { template: { spec: { containers: { image: string }[] } } };
    for (const container of template.spec.containers) container.image = 'nginx:2';
  });
  const daemonSet = await api.rest(place).get?.(api.context(), 'x', '');
  assert.deepEqual(daemonSet?.object.metadata.annotations, {
    'deprecated.daemonset.template.generation': '2',
  });
  await create(api, 'apps/v1/deployments', { metadata: meta, spec: workloadSpec() });
  await change(api, 'apps/v1/deployments', (object) => {
    object.metadata.annotations = { a: 'b' };
  });
  const deployment = await api.rest('apps/v1/deployments').get?.(api.context(), 'x', '');
  assert.equal(deployment?.object.metadata.generation, 2);
});
