/** A Pod as a Deployment's replica looks once it runs: about 4 KB of JSON, half of it managedFields. */
export function samplePod(): Record<string, unknown> {
  const started = '2026-11-21T10:41:07Z';
  const condition = (type: string): Record<string, unknown> => ({
    type,
    status: 'True',
    observedGeneration: 1,
    lastProbeTime: null,
    lastTransitionTime: started,
  });
  const tokenMount = {
    name: 'kube-api-access-7xk2p',
    readOnly: true,
    mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
  };
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      name: 'web-6f7d9c5b8-4xk2p',
      generateName: 'web-6f7d9c5b8-',
      namespace: 'default',
      uid: '0b9f3f6c-7c2d-4c7e-9d39-0f2b7d0a8a11',
      resourceVersion: '184467',
      generation: 1,
      creationTimestamp: '2026-11-21T10:41:00Z',
      labels: { app: 'web', 'app.kubernetes.io/part-of': 'shop', 'pod-template-hash': '6f7d9c5b8' },
      annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8080' },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: 'web-6f7d9c5b8',
          uid: '6f0a2f0e-1e43-4c6a-8d53-9f6a1b5e9f10',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
      managedFields: [
        {
          manager: 'kube-controller-manager',
          operation: 'Update',
          apiVersion: 'v1',
          time: '2026-11-21T10:41:00Z',
          fieldsType: 'FieldsV1',
          fieldsV1: {
            'f:metadata': {
              'f:generateName': {},
              'f:labels': { '.': {}, 'f:app': {}, 'f:pod-template-hash': {} },
              'f:ownerReferences': { '.': {}, 'k:{"uid":"6f0a2f0e-1e43-4c6a-8d53-9f6a1b5e9f10"}': {} },
            },
            'f:spec': {
              'f:containers': {
                'k:{"name":"web"}': {
                  '.': {},
                  'f:env': { '.': {}, 'k:{"name":"LISTEN"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
                  'f:image': {},
                  'f:imagePullPolicy': {},
                  'f:name': {},
                  'f:ports': { '.': {}, 'k:{"containerPort":8080,"protocol":"TCP"}': { '.': {} } },
                  'f:resources': { '.': {}, 'f:limits': {}, 'f:requests': {} },
                },
              },
              'f:dnsPolicy': {},
              'f:restartPolicy': {},
              'f:schedulerName': {},
              'f:terminationGracePeriodSeconds': {},
            },
          },
        },
        {
          manager: 'kubelet',
          operation: 'Update',
          apiVersion: 'v1',
          time: started,
          fieldsType: 'FieldsV1',
          fieldsV1: {
            'f:status': {
              'f:conditions': {
                'k:{"type":"Ready"}': {
                  '.': {},
                  'f:lastTransitionTime': {},
                  'f:status': {},
                  'f:type': {},
                },
              },
              'f:containerStatuses': {},
              'f:hostIP': {},
              'f:phase': {},
              'f:podIP': {},
              'f:startTime': {},
            },
          },
          subresource: 'status',
        },
      ],
    },
    spec: {
      volumes: [
        {
          name: 'kube-api-access-7xk2p',
          projected: {
            sources: [
              { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
              { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
            ],
            defaultMode: 420,
          },
        },
        { name: 'cache', emptyDir: { sizeLimit: '512Mi' } },
      ],
      containers: [
        {
          name: 'web',
          image: 'registry.example.com/shop/web:1.27.3',
          args: ['--listen', ':8080', '--metrics'],
          ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
          env: [
            { name: 'LISTEN', value: ':8080' },
            { name: 'NODE', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'spec.nodeName' } } },
          ],
          resources: {
            limits: { cpu: '500m', memory: '256Mi' },
            requests: { cpu: '100m', memory: '128Mi' },
          },
          volumeMounts: [{ name: 'cache', mountPath: '/var/cache/web' }, tokenMount],
          livenessProbe: {
            httpGet: { path: '/healthz', port: 'http', scheme: 'HTTP' },
            timeoutSeconds: 1,
            periodSeconds: 10,
            successThreshold: 1,
            failureThreshold: 3,
          },
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
          imagePullPolicy: 'IfNotPresent',
        },
      ],
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      serviceAccountName: 'default',
      serviceAccount: 'default',
      nodeName: 'node-1',
      securityContext: {},
      schedulerName: 'default-scheduler',
      tolerations: [
        {
          key: 'node.kubernetes.io/not-ready',
          operator: 'Exists',
          effect: 'NoExecute',
          tolerationSeconds: 300,
        },
        {
          key: 'node.kubernetes.io/unreachable',
          operator: 'Exists',
          effect: 'NoExecute',
          tolerationSeconds: 300,
        },
      ],
      priority: 0,
      enableServiceLinks: true,
      preemptionPolicy: 'PreemptLowerPriority',
    },
    status: {
      observedGeneration: 1,
      phase: 'Running',
      conditions: [
        'PodReadyToStartContainers',
        'Initialized',
        'Ready',
        'ContainersReady',
        'PodScheduled',
      ].map(condition),
      hostIP: '10.0.0.11',
      hostIPs: [{ ip: '10.0.0.11' }],
      podIP: '10.244.1.17',
      podIPs: [{ ip: '10.244.1.17' }],
      startTime: '2026-11-21T10:41:01Z',
      containerStatuses: [
        {
          name: 'web',
          state: { running: { startedAt: '2026-11-21T10:41:06Z' } },
          lastState: {},
          ready: true,
          restartCount: 0,
          image: 'registry.example.com/shop/web:1.27.3',
          imageID:
            'registry.example.com/shop/web@sha256:9c1b2d7e8f40a3f5b6c7d8e9fa0b1c2d3e4f5061728394a5b6c7d8e9fa0b1c2d',
          containerID: 'containerd://4f8b2c1d9e7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c',
          started: true,
        },
      ],
      qosClass: 'Burstable',
    },
  };
}
