/** A Pod as a ReplicaSet makes it; about 1.5 KiB of JSON as it is sent, 3 KiB as it is stored. */
export function pod(name: string): object {
  const container = (role: string, port: number): object => ({
    name: role,
    image: `registry.example.com/shop/${role}:1.42.0`,
    args: ['--listen', `:${port}`, '--log-format=json', '--config=/etc/shop/config.yaml'],
    ports: [{ name: 'http', containerPort: port, protocol: 'TCP' }],
    env: [
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'REGION', value: 'eu-central-1' },
    ],
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    readinessProbe: { httpGet: { path: '/healthz', port: 'http' }, periodSeconds: 5 },
    volumeMounts: [{ name: 'config', mountPath: '/etc/shop', readOnly: true }],
  });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      labels: { app: 'shop', tier: 'backend', 'pod-template-hash': '7d4b9c6f5' },
      annotations: { 'example.com/revision': '1' },
    },
    spec: {
      // The same Pod in both servers: only one of them mounts tokens.
      automountServiceAccountToken: false,
      containers: [container('backend', 8080), container('metrics', 9090)],
      volumes: [{ name: 'config', configMap: { name: 'shop-config' } }],
      terminationGracePeriodSeconds: 30,
    },
  };
}

const data = Object.fromEntries(
  Array.from({ length: 12 }, (_, index) => [`setting-${index}`, `${'value '.repeat(12)}${index}`]),
);

/** About 1 KiB that says nothing, as a ConfigMap or as an object of the definition below. */
export function smallObject(of: 'configmaps' | 'notes', name: string, revision: number): object {
  const metadata = { name, annotations: { 'example.com/revision': String(revision) } };
  return of === 'configmaps'
    ? { apiVersion: 'v1', kind: 'ConfigMap', metadata, data }
    : { apiVersion: 'bench.example.com/v1', kind: 'Note', metadata, spec: { data } };
}

/** Defines `notes.bench.example.com`. */
export const noteDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'notes.bench.example.com' },
  spec: {
    group: 'bench.example.com',
    scope: 'Namespaced',
    names: { plural: 'notes', kind: 'Note' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: {
                  data: { type: 'object', additionalProperties: { type: 'string', maxLength: 1024 } },
                  size: { type: 'integer', minimum: 0 },
                },
              },
            },
          },
        },
      },
    ],
  },
};

/** A Deployment as somebody keeps it in a repository and applies it. */
export function deployment(name: string, revision: number): object {
  const { metadata, spec } = pod(name) as { metadata: { labels: object }; spec: object };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels: metadata.labels, annotations: { 'example.com/revision': String(revision) } },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'shop', tier: 'backend' } },
      strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: { labels: { app: 'shop', tier: 'backend' } },
        spec,
      },
    },
  };
}
