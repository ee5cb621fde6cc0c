/** A Pod to be judged. */
export interface SecurityPod {
  metadata: { name: string; annotations?: Record<string, string> };
  spec: Record<string, unknown>;
}

type Context = Record<string, unknown>;

const containerContext: Context = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };

function container(name: string, context: Context = {}, more: object = {}): object {
  return { name, image: 'busybox', securityContext: { ...containerContext, ...context }, ...more };
}

/** A Pod that every level allows, changed. */
export function securePod(
  name: string,
  spec: object,
  { podContext = {}, annotations }: { podContext?: Context; annotations?: Record<string, string> } = {},
): SecurityPod {
  return {
    metadata: { name, ...(annotations === undefined ? {} : { annotations }) },
    spec: {
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' }, ...podContext },
      containers: [container('c1')],
      initContainers: [container('i1')],
      ...spec,
    },
  };
}

/** A Pod whose containers have that in their contexts, in one or in two of them. */
function inContainers(name: string, context: Context, podContext: Context = {}): Record<string, SecurityPod> {
  return {
    [`${name} of a container`]: securePod('pod', { containers: [container('c1', context)] }, { podContext }),
    [`${name} of containers`]: securePod(
      'pod',
      { containers: [container('c1', context), container('c2')], initContainers: [container('i1', context)] },
      { podContext },
    ),
  };
}

/** The same, and in the context of the Pod. */
function inContexts(name: string, context: Context): Record<string, SecurityPod> {
  return {
    [`${name} of the Pod`]: securePod('pod', {}, { podContext: context }),
    ...inContainers(name, context),
    ...Object.fromEntries(
      Object.entries(inContainers(name, context, context)).map(([key, pod]) => [`${key} and the Pod`, pod]),
    ),
  };
}

const windows = {
  os: { name: 'windows' },
  securityContext: { runAsNonRoot: true },
  containers: [{ name: 'c1', image: 'busybox' }],
  initContainers: [],
};

const volumeTypes: Readonly<Record<string, object>> = {
  hostPath: { path: '/' },
  gcePersistentDisk: { pdName: 'a' },
  awsElasticBlockStore: { volumeID: 'a' },
  gitRepo: { repository: 'a' },
  nfs: { server: 'a', path: '/' },
  iscsi: { targetPortal: 'a', iqn: 'iqn.2001-04.com.example:storage', lun: 0 },
  glusterfs: { endpoints: 'a', path: '/' },
  rbd: { monitors: ['a'], image: 'a' },
  flexVolume: { driver: 'a/b' },
  cinder: { volumeID: 'a' },
  cephfs: { monitors: ['a'] },
  flocker: { datasetName: 'a' },
  fc: { wwids: ['a'] },
  azureFile: { secretName: 'a', shareName: 'b' },
  vsphereVolume: { volumePath: 'a' },
  quobyte: { registry: 'a:1', volume: 'b' },
  azureDisk: { diskName: 'a', diskURI: 'https://blob/b.vhd' },
  portworxVolume: { volumeID: 'a' },
  photonPersistentDisk: { pdID: 'a' },
  scaleIO: { gateway: 'https://a', system: 'b', secretRef: { name: 'c' }, volumeName: 'd' },
  storageos: { volumeName: 'a' },
  configMap: { name: 'a' },
  csi: { driver: 'a.example.com' },
  downwardAPI: {},
  emptyDir: {},
  ephemeral: {
    volumeClaimTemplate: {
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    },
  },
  image: { reference: 'a' },
  persistentVolumeClaim: { claimName: 'a' },
  projected: {},
  secret: { secretName: 'a' },
};

const volumes = Object.entries(volumeTypes).map(([type, source]) => ({
  name: type.toLowerCase(),
  [type]: source,
}));

const appArmor = 'container.apparmor.security.beta.kubernetes.io/';
const seccomp = 'seccomp.security.alpha.kubernetes.io/pod';
const http = (host: string) => ({ httpGet: { port: 80, host } });
const tcp = (host: string) => ({ tcpSocket: { port: 80, host } });
const sysctlNames = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
  'kernel.msgmax',
];

const ports = (...hostPorts: number[]) => ({
  ports: hostPorts.map((hostPort) => ({ containerPort: hostPort, hostPort })),
});

/** Pods that are right or wrong in one way, and one that is wrong in many. */
export const podsBySecurity: Readonly<Record<string, SecurityPod>> = {
  secure: securePod('pod', {}),
  plain: { metadata: { name: 'pod' }, spec: { containers: [{ name: 'c1', image: 'busybox' }] } },
  'plain of two': {
    metadata: { name: 'pod' },
    spec: { containers: ['c1', 'c2'].map((name) => ({ name, image: 'busybox' })) },
  },
  ...inContainers('privileged', { privileged: true, allowPrivilegeEscalation: true }),
  ...inContainers('escalation', { allowPrivilegeEscalation: null }),
  ...inContainers('capabilities', { capabilities: { drop: ['ALL'], add: ['SYS_ADMIN', 'CHOWN'] } }),
  ...inContainers('net bind', { capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } }),
  ...inContainers('raw and kept', { capabilities: { drop: ['KILL'], add: ['NET_RAW', 'MKNOD'] } }),
  ...inContainers('proc mount', { procMount: 'Unmasked' }),
  ...inContexts('AppArmor', { appArmorProfile: { type: 'Unconfined' } }),
  ...inContexts('AppArmor localhost', { appArmorProfile: { type: 'Localhost', localhostProfile: 'a' } }),
  ...inContexts('seccomp', { seccompProfile: { type: 'Unconfined' } }),
  ...inContexts('seccomp localhost', { seccompProfile: { type: 'Localhost', localhostProfile: 'a' } }),
  ...inContexts('SELinux type', { seLinuxOptions: { type: 'spc_t' } }),
  ...inContexts('SELinux engine', { seLinuxOptions: { type: 'container_engine_t' } }),
  ...inContexts('SELinux all', { seLinuxOptions: { type: 'a', user: 'b', role: 'c', level: 'd' } }),
  ...inContexts('root', { runAsUser: 0 }),
  ...inContexts('maybe root', { runAsNonRoot: false }),
  'silent about root': securePod('pod', {}, { podContext: { runAsNonRoot: null } }),
  'silent about seccomp': securePod('pod', {}, { podContext: { seccompProfile: null } }),
  'host network': securePod('pod', { hostNetwork: true }),
  'host namespaces': securePod('pod', { hostNetwork: true, hostPID: true, hostIPC: true }),
  'host process': securePod('pod', {
    ...windows,
    hostNetwork: true,
    securityContext: { windowsOptions: { hostProcess: true } },
  }),
  'host process of a container': securePod('pod', {
    ...windows,
    hostNetwork: true,
    containers: [
      { name: 'c1', image: 'busybox', securityContext: { windowsOptions: { hostProcess: true } } },
    ],
  }),
  Windows: securePod('pod', windows),
  Linux: securePod('pod', { os: { name: 'linux' }, containers: [{ name: 'c1', image: 'busybox' }] }),
  'host port': securePod('pod', { containers: [container('c1', {}, ports(80))] }),
  'host ports': securePod('pod', {
    containers: [container('c1', {}, ports(9090, 80)), container('c2', {}, ports(8080))],
  }),
  'a probe of a host': securePod('pod', { containers: [container('c1', {}, { livenessProbe: http('a') })] }),
  'probes of hosts': securePod('pod', {
    containers: [
      container('c2', {}, { readinessProbe: tcp('b'), startupProbe: http(''), livenessProbe: http('c') }),
      container('c1', {}, { lifecycle: { preStop: http('a'), postStart: http('b') } }),
    ],
  }),
  'a host path': securePod('pod', { volumes: volumes.slice(0, 1) }),
  'all volumes': securePod('pod', { volumes }),
  ...Object.fromEntries(
    volumes.map((volume) => [`volume ${volume.name}`, securePod('pod', { volumes: [volume] })]),
  ),
  sysctls: securePod(
    'pod',
    {},
    { podContext: { sysctls: sysctlNames.map((name) => ({ name, value: '1' })) } },
  ),
  'AppArmor annotation': securePod('pod', {}, { annotations: { [`${appArmor}c1`]: 'unconfined' } }),
  'AppArmor annotations': securePod(
    'pod',
    {},
    {
      annotations: { [`${appArmor}i1`]: 'localhost/', [`${appArmor}c1`]: 'unconfined' },
      podContext: { appArmorProfile: { type: 'Unconfined' } },
    },
  ),
  'seccomp annotation': securePod(
    'pod',
    {},
    { podContext: { seccompProfile: null }, annotations: { [seccomp]: 'unconfined' } },
  ),
  'own users': securePod(
    'pod',
    { hostUsers: false, containers: [container('c1', { procMount: 'Unmasked', runAsUser: 0 })] },
    { podContext: { runAsNonRoot: false } },
  ),
  messy: {
    metadata: { name: 'pod', annotations: { [`${appArmor}c1`]: 'unconfined' } },
    spec: {
      automountServiceAccountToken: false,
      hostNetwork: true,
      hostPID: true,
      securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }], runAsUser: 0 },
      containers: [
        { name: 'c1', image: 'busybox', securityContext: { privileged: true }, ...ports(80) },
        { name: 'c2', image: 'busybox', securityContext: { capabilities: { add: ['ALL'] } } },
      ],
      volumes: volumes.slice(0, 2),
    },
  },
};
