const probe = {
  httpGet: {
    path: '/healthy',
    port: 'http',
    scheme: 'HTTPS',
    httpHeaders: [{ name: 'Accept', value: 'text/plain' }],
  },
  initialDelaySeconds: 3,
  timeoutSeconds: 2,
  periodSeconds: 5,
  failureThreshold: 4,
};

const env = [
  { name: 'PLAIN', value: 'text' },
  { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
  { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '1m' } } },
  { name: 'FROM_MAP', valueFrom: { configMapKeyRef: { name: 'walk', key: 'a', optional: true } } },
  { name: 'FROM_SECRET', valueFrom: { secretKeyRef: { name: 'walk', key: 'a' } } },
];

const main = {
  name: 'main',
  image: 'example.com/walk:1',
  command: ['/walk', '--far'],
  args: ['one', 'two'],
  workingDir: '/srv',
  ports: [
    { name: 'http', containerPort: 8080 },
    { name: 'dns', containerPort: 53, protocol: 'UDP' },
    { name: 'dns-tcp', containerPort: 53, protocol: 'TCP' },
  ],
  env,
  envFrom: [
    { prefix: 'P_', configMapRef: { name: 'walk' } },
    { secretRef: { name: 'walk', optional: true } },
  ],
  resources: {
    requests: { cpu: '0.5', memory: '64Mi' },
    limits: { cpu: '1.5', memory: '128Mi', 'example.com/leg': '1' },
  },
  resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }],
  volumeMounts: [
    { name: 'scratch', mountPath: '/scratch' },
    { name: 'config', mountPath: '/config', readOnly: true, subPath: 'a' },
  ],
  volumeDevices: [{ name: 'block', devicePath: '/dev/walk' }],
  livenessProbe: probe,
  readinessProbe: { tcpSocket: { port: 8080 } },
  startupProbe: { exec: { command: ['true'] } },
  lifecycle: { preStop: { sleep: { seconds: 1 } }, postStart: { exec: { command: ['true'] } } },
  terminationMessagePath: '/dev/walk-log',
  terminationMessagePolicy: 'FallbackToLogsOnError',
  imagePullPolicy: 'Always',
  securityContext: {
    capabilities: { add: ['NET_ADMIN'], drop: ['ALL'] },
    runAsUser: 1000,
    runAsNonRoot: true,
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: true,
    seccompProfile: { type: 'RuntimeDefault' },
  },
  stdin: true,
};

const volumes = [
  { name: 'scratch', emptyDir: { sizeLimit: '1Gi', medium: 'Memory' } },
  {
    name: 'config',
    configMap: { name: 'walk', items: [{ key: 'a', path: 'a', mode: 256 }], defaultMode: 420 },
  },
  { name: 'block', persistentVolumeClaim: { claimName: 'walk' } },
  { name: 'secret', secret: { secretName: 'walk', optional: true } },
  {
    name: 'all',
    projected: {
      sources: [
        { serviceAccountToken: { path: 'token', audience: 'walk' } },
        { configMap: { name: 'walk' } },
        { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
      ],
    },
  },
  { name: 'host', hostPath: { path: '/srv', type: 'Directory' } },
  { name: 'csi', csi: { driver: 'walk.example.com', volumeAttributes: { far: 'yes' } } },
  {
    name: 'own',
    ephemeral: {
      volumeClaimTemplate: {
        metadata: { labels: { own: 'yes' } },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
    },
  },
];

/** The spec of a Pod that uses most of what it may have, without defaults. */
export const fullPodSpec = {
  volumes,
  initContainers: [
    { name: 'prepare', image: 'example.com/prepare:1', command: ['true'] },
    {
      name: 'beside',
      image: 'example.com/beside:1',
      restartPolicy: 'Always',
      env: [{ name: 'A', value: 'b' }],
    },
  ],
  containers: [main, { name: 'second', image: 'example.com/second:1', ports: [{ containerPort: 9090 }] }],
  terminationGracePeriodSeconds: 7,
  dnsPolicy: 'None',
  dnsConfig: {
    nameservers: ['192.0.2.53'],
    searches: ['example.com'],
    options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }],
  },
  nodeSelector: { disk: 'fast', 'example.com/zone': 'a' },
  serviceAccountName: 'walker',
  automountServiceAccountToken: false,
  shareProcessNamespace: true,
  securityContext: {
    fsGroup: 2000,
    supplementalGroups: [1, 2],
    sysctls: [{ name: 'kernel.shm_rmid_forced', value: '1' }],
    fsGroupChangePolicy: 'OnRootMismatch',
  },
  imagePullSecrets: [{ name: 'registry' }, { name: 'mirror' }],
  hostname: 'walk',
  subdomain: 'walks',
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a', 'b'] }] }],
      },
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 3, preference: { matchExpressions: [{ key: 'disk', operator: 'Exists' }] } },
      ],
    },
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { walk: 'yes' } } },
      ],
    },
  },
  schedulerName: 'nobody',
  tolerations: [
    { key: 'walk', operator: 'Equal', value: 'yes', effect: 'NoSchedule' },
    { key: 'run', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 },
  ],
  hostAliases: [
    { ip: '192.0.2.1', hostnames: ['one.example.com', 'uno.example.com'] },
    { ip: '192.0.2.2', hostnames: ['two.example.com'] },
  ],
  enableServiceLinks: false,
  preemptionPolicy: 'Never',
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'zone',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: { walk: 'yes' } },
      matchLabelKeys: ['version'],
    },
    {
      maxSkew: 2,
      topologyKey: 'zone',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { walk: 'yes' } },
    },
  ],
  readinessGates: [{ conditionType: 'example.com/ready' }],
  schedulingGates: [{ name: 'example.com/gate' }, { name: 'example.com/other' }],
  setHostnameAsFQDN: false,
  os: { name: 'linux' },
};

const { schedulingGates: _gates, ...withoutGates } = fullPodSpec;

/** The same in a template of a workload. */
export const fullTemplate = {
  metadata: { labels: { walk: 'yes', version: '1' }, annotations: { note: 'template' } },
  spec: withoutGates,
};

/** A template for Pods that end. */
export const fullJobTemplate = {
  metadata: { labels: { walk: 'yes' } },
  spec: { ...withoutGates, restartPolicy: 'OnFailure' },
};
