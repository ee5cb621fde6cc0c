import type { DefaultsRow } from './defaults-row.ts';

const image = 'a:1';

/** A container with what every container gets. */
function container(extra: object = {}): object {
  return {
    name: 'c',
    image,
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: 'IfNotPresent',
    resources: {},
    ...extra,
  };
}

/** The spec of a template with what every Pod's spec gets. */
export function templateSpec(extra: object = {}): object {
  return {
    containers: [container()],
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    terminationGracePeriodSeconds: 30,
    securityContext: {},
    ...extra,
  };
}

export const plainContainers = { containers: [{ name: 'c', image }] };

const podSpec = (extra: object = {}) => ({ spec: templateSpec({ enableServiceLinks: true, ...extra }) });

function pod(says: string, given: object, gives: object): DefaultsRow {
  return { kind: 'v1/Pod', says, given: { spec: { ...plainContainers, ...given } }, gives: podSpec(gives) };
}

function inContainer(says: string, given: object, gives: object): DefaultsRow {
  return pod(
    says,
    { containers: [{ name: 'c', image, ...given }] },
    { containers: [container({ ...given, ...gives })] },
  );
}

function volume(says: string, given: object, gives: object): DefaultsRow {
  return pod(says, { volumes: [{ name: 'v', ...given }] }, { volumes: [{ name: 'v', ...gives }] });
}

const probeTimes = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };
const hour = 3600;
const digest = `sha256:${'0a'.repeat(32)}`;

const pulled = (name: string, imagePullPolicy: string): DefaultsRow =>
  inContainer(`the image ${name}`, { image: name }, { imagePullPolicy });

/** Every default of a Pod. */
export const rows: readonly DefaultsRow[] = [
  pod('nothing but a container', {}, {}),
  pod(
    'what says otherwise',
    {
      dnsPolicy: 'None',
      restartPolicy: 'Never',
      schedulerName: 's',
      terminationGracePeriodSeconds: 0,
      enableServiceLinks: false,
    },
    {
      dnsPolicy: 'None',
      restartPolicy: 'Never',
      schedulerName: 's',
      terminationGracePeriodSeconds: 0,
      enableServiceLinks: false,
    },
  ),
  pod(
    'the older name of the account',
    { serviceAccount: 'a' },
    { serviceAccount: 'a', serviceAccountName: 'a' },
  ),
  pod('the account', { serviceAccountName: 'a' }, { serviceAccount: 'a', serviceAccountName: 'a' }),
  pod(
    'init and ephemeral containers',
    { initContainers: [{ name: 'c', image }], ephemeralContainers: [{ name: 'c', image }] },
    { initContainers: [container()], ephemeralContainers: [container()] },
  ),
  pulled('nginx', 'Always'),
  pulled('nginx:latest', 'Always'),
  pulled('nginx:1.14.2', 'IfNotPresent'),
  pulled('registry.example.com:5000/a/nginx', 'Always'),
  pulled('localhost/nginx', 'Always'),
  pulled(`nginx@${digest}`, 'IfNotPresent'),
  pulled(`nginx:latest@${digest}`, 'Always'),
  pulled('Nginx', 'IfNotPresent'),
  pulled('nginx@sha256:00', 'IfNotPresent'),
  inContainer('ports', { ports: [{ containerPort: 1 }] }, { ports: [{ containerPort: 1, protocol: 'TCP' }] }),
  pod(
    'ports of a host network',
    {
      hostNetwork: true,
      containers: [{ name: 'c', image, ports: [{ containerPort: 1 }, { containerPort: 2, hostPort: 2 }] }],
      initContainers: [{ name: 'i', image, ports: [{ containerPort: 3, hostPort: 0 }] }],
    },
    {
      hostNetwork: true,
      containers: [
        container({
          ports: [
            { containerPort: 1, hostPort: 1, protocol: 'TCP' },
            { containerPort: 2, hostPort: 2, protocol: 'TCP' },
          ],
        }),
      ],
      initContainers: [container({ name: 'i', ports: [{ containerPort: 3, hostPort: 3, protocol: 'TCP' }] })],
    },
  ),
  inContainer(
    'environment',
    {
      env: [
        { name: 'A', valueFrom: { fieldRef: { fieldPath: 'p' } } },
        { name: 'B', valueFrom: { fileKeyRef: { volumeName: 'v', path: 'p', key: 'k' } } },
      ],
    },
    {
      env: [
        { name: 'A', valueFrom: { fieldRef: { fieldPath: 'p', apiVersion: 'v1' } } },
        { name: 'B', valueFrom: { fileKeyRef: { volumeName: 'v', path: 'p', key: 'k', optional: false } } },
      ],
    },
  ),
  inContainer(
    'probes',
    {
      livenessProbe: { httpGet: { port: 1 } },
      readinessProbe: { grpc: { port: 1 }, timeoutSeconds: 0, periodSeconds: 7 },
      startupProbe: { exec: {} },
    },
    {
      livenessProbe: { httpGet: { port: 1, path: '/', scheme: 'HTTP' }, ...probeTimes },
      readinessProbe: { grpc: { port: 1, service: '' }, ...probeTimes, periodSeconds: 7 },
      startupProbe: { exec: {}, ...probeTimes },
    },
  ),
  inContainer(
    'hooks',
    { lifecycle: { postStart: { httpGet: { port: 1 } }, preStop: { httpGet: { port: 1, path: '/x' } } } },
    {
      lifecycle: {
        postStart: { httpGet: { port: 1, path: '/', scheme: 'HTTP' } },
        preStop: { httpGet: { port: 1, path: '/x', scheme: 'HTTP' } },
      },
    },
  ),
  inContainer(
    'requests follow limits',
    { resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } } },
    { resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m', memory: '1Gi' } } },
  ),
  inContainer(
    'amounts are rounded up to thousandths',
    { resources: { limits: { cpu: '100u' }, requests: { cpu: '1n', memory: '1.5Gi' } } },
    { resources: { limits: { cpu: '1m' }, requests: { cpu: '1m', memory: '1.5Gi' } } },
  ),
  pod('overhead is rounded up', { overhead: { cpu: '1500u' } }, { overhead: { cpu: '2m' } }),
  pod(
    'requests of the whole Pod come from its containers, then from its limits',
    {
      containers: [
        { name: 'c', image, resources: { requests: { cpu: '100m', 'example.com/x': '1' } } },
        { name: 'd', image, resources: { requests: { cpu: '200m' } } },
      ],
      initContainers: [
        { name: 'i', image, resources: { requests: { cpu: '1' } } },
        { name: 's', image, restartPolicy: 'Always', resources: { requests: { cpu: '800m' } } },
      ],
      resources: { limits: { cpu: '2', memory: '1Gi' } },
    },
    {
      containers: [
        container({ resources: { requests: { cpu: '100m', 'example.com/x': '1' } } }),
        container({ name: 'd', resources: { requests: { cpu: '200m' } } }),
      ],
      initContainers: [
        container({ name: 'i', resources: { requests: { cpu: '1' } } }),
        container({ name: 's', restartPolicy: 'Always', resources: { requests: { cpu: '800m' } } }),
      ],
      resources: { limits: { cpu: '2', memory: '1Gi' }, requests: { cpu: '1100m', memory: '1Gi' } },
    },
  ),
  pod(
    'huge pages of containers are limits of a Pod that has resources',
    {
      containers: [{ name: 'c', image, resources: { limits: { 'hugepages-2Mi': '4Mi' } } }],
      resources: { requests: { cpu: '1' } },
    },
    {
      containers: [
        container({
          resources: { limits: { 'hugepages-2Mi': '4Mi' }, requests: { 'hugepages-2Mi': '4Mi' } },
        }),
      ],
      resources: { requests: { cpu: '1', 'hugepages-2Mi': '4Mi' }, limits: { 'hugepages-2Mi': '4Mi' } },
    },
  ),
  volume('no source', {}, { emptyDir: {} }),
  volume('secret', { secret: {} }, { secret: { defaultMode: 420 } }),
  volume('mode 0 is a mode', { secret: { defaultMode: 0 } }, { secret: { defaultMode: 0 } }),
  volume('configMap', { configMap: { name: 'm' } }, { configMap: { name: 'm', defaultMode: 420 } }),
  volume(
    'downwardAPI',
    { downwardAPI: { items: [{ path: 'p', fieldRef: { fieldPath: 'f' } }] } },
    {
      downwardAPI: {
        defaultMode: 420,
        items: [{ path: 'p', fieldRef: { fieldPath: 'f', apiVersion: 'v1' } }],
      },
    },
  ),
  volume(
    'projected',
    {
      projected: {
        sources: [
          { serviceAccountToken: { path: 't' } },
          { downwardAPI: { items: [{ path: 'p', fieldRef: { fieldPath: 'f' } }] } },
        ],
      },
    },
    {
      projected: {
        defaultMode: 420,
        sources: [
          { serviceAccountToken: { path: 't', expirationSeconds: hour } },
          { downwardAPI: { items: [{ path: 'p', fieldRef: { fieldPath: 'f', apiVersion: 'v1' } }] } },
        ],
      },
    },
  ),
  volume('hostPath', { hostPath: { path: '/p' } }, { hostPath: { path: '/p', type: '' } }),
  volume('iscsi', { iscsi: { lun: 0 } }, { iscsi: { lun: 0, iscsiInterface: 'default' } }),
  volume(
    'rbd',
    { rbd: { image: 'i' } },
    { rbd: { image: 'i', pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' } },
  ),
  volume(
    'azureDisk',
    { azureDisk: { diskName: 'd' } },
    {
      azureDisk: { diskName: 'd', cachingMode: 'ReadWrite', kind: 'Shared', fsType: 'ext4', readOnly: false },
    },
  ),
  volume(
    'scaleIO',
    { scaleIO: { system: 's' } },
    { scaleIO: { system: 's', storageMode: 'ThinProvisioned', fsType: 'xfs' } },
  ),
  volume(
    'ephemeral',
    { ephemeral: { volumeClaimTemplate: { spec: { resources: { requests: { storage: '1u' } } } } } },
    {
      ephemeral: {
        volumeClaimTemplate: {
          spec: { volumeMode: 'Filesystem', resources: { requests: { storage: '1m' } } },
        },
      },
    },
  ),
  volume('image', { image: { reference: 'a' } }, { image: { reference: 'a', pullPolicy: 'Always' } }),
];
