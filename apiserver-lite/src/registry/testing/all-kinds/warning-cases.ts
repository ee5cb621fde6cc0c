import { podSpec, workloadSpec } from '../test-registry.ts';

const metadata = { name: 'x' };
const label = 'must not contain dots';

const container = (fields: object, name = 'c') => ({ name, image: 'i', ...fields });

/** An object that is accepted with warnings. */
export interface WarningCase {
  name: string;
  place: string;
  fields: object;
  warnings: string[];
}

/** Every warning on new objects, with an object that brings it. */
export const warningCases: readonly WarningCase[] = [
  {
    name: 'drivers of devices are written small',
    place: 'resource.k8s.io/v1/resourceslices',
    fields: {
      metadata,
      spec: {
        driver: 'A.example.com',
        pool: { name: 'p', generation: 1, resourceSliceCount: 1 },
        nodeName: 'n',
      },
    },
    warnings: [
      'spec.driver: driver names should be lowercase; "A.example.com" contains uppercase characters',
    ],
  },
  {
    name: 'labels of nodes that have other names, in the topology of a class',
    place: 'storage.k8s.io/v1/storageclasses',
    fields: {
      metadata,
      provisioner: 'example.com/a',
      allowedTopologies: [
        { matchLabelExpressions: [{ key: 'failure-domain.beta.kubernetes.io/zone', values: ['a'] }] },
      ],
    },
    warnings: [
      'allowedTopologies[0].matchLabelExpressions[0].key: deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
    ],
  },
  {
    name: 'labels of nodes that have other names, in the topology of a capacity',
    place: 'storage.k8s.io/v1/csistoragecapacities',
    fields: {
      metadata,
      storageClassName: 'a',
      nodeTopology: {
        matchExpressions: [{ key: 'beta.kubernetes.io/os', operator: 'Exists' }],
        matchLabels: { 'beta.kubernetes.io/arch': 'x' },
      },
    },
    warnings: [
      'nodeTopology.matchExpressions[0].key: beta.kubernetes.io/os is deprecated since v1.14; use "kubernetes.io/os" instead',
      'nodeTopology.matchLabels.beta.kubernetes.io/arch: deprecated since v1.14; use "kubernetes.io/arch" instead',
    ],
  },
  {
    name: 'labels of nodes that have other names',
    place: '/v1/pods',
    fields: {
      metadata,
      spec: podSpec({
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [
                { matchExpressions: [{ key: 'node-role.kubernetes.io/master', operator: 'Exists' }] },
              ],
            },
            preferredDuringSchedulingIgnoredDuringExecution: [
              {
                weight: 1,
                preference: {
                  matchExpressions: [{ key: 'beta.kubernetes.io/arch', operator: 'Exists' }],
                },
              },
            ],
          },
          podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'a' }] },
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 1, podAffinityTerm: { topologyKey: 'a' } },
            ],
          },
        },
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'failure-domain.beta.kubernetes.io/zone',
            whenUnsatisfiable: 'DoNotSchedule',
          },
        ],
      }),
    },
    warnings: [
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].key: node-role.kubernetes.io/master is use "node-role.kubernetes.io/control-plane" instead',
      'spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference.matchExpressions[0].key: beta.kubernetes.io/arch is deprecated since v1.14; use "kubernetes.io/arch" instead',
      'spec.topologySpreadConstraints[0].topologyKey: failure-domain.beta.kubernetes.io/zone is deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
      'spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod',
      'spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector: a null labelSelector results in matching no pod',
      'spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.labelSelector: a null labelSelector results in matching no pod',
    ],
  },
  {
    name: 'annotations that nothing reads',
    place: 'apps/v1/deployments',
    fields: {
      metadata: { name: 'x.y' },
      spec: workloadSpec({
        template: {
          metadata: {
            labels: { app: 'web' },
            annotations: {
              'scheduler.alpha.kubernetes.io/critical-pod': '',
              'seccomp.security.alpha.kubernetes.io/pod': 'unconfined',
              'container.seccomp.security.alpha.kubernetes.io/nginx': 'unconfined',
              'container.apparmor.security.beta.kubernetes.io/nginx': 'unconfined',
            },
          },
          spec: podSpec(),
        },
      }),
    },
    warnings: [
      `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${label}]`,
      'spec.template.metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]: non-functional in v1.16+; use the "priorityClassName" field instead',
      'spec.template.metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: non-functional in v1.27+; use the "seccompProfile" field instead',
      'spec.template.metadata.annotations[container.seccomp.security.alpha.kubernetes.io/nginx]: non-functional in v1.27+; use the "seccompProfile" field instead',
      'spec.template.metadata.annotations[container.apparmor.security.beta.kubernetes.io/nginx]: deprecated since v1.30; use the "appArmorProfile" field instead',
    ],
  },
  {
    name: 'volumes that no node has any more, and files over tokens',
    place: '/v1/pods',
    fields: {
      metadata,
      spec: podSpec({
        serviceAccountName: 'default',
        volumes: [
          { name: 'a', gitRepo: { repository: 'r' } },
          { name: 'b', cephfs: { monitors: ['m'] } },
          {
            name: 'c',
            projected: {
              sources: [
                { serviceAccountToken: { path: 'token' } },
                { configMap: { name: 'm', items: [{ key: 'k', path: 'token' }] } },
              ],
            },
          },
        ],
      }),
    },
    warnings: [
      'spec.volumes[0].gitRepo: deprecated in v1.11, and disabled by default in v1.33+',
      'spec.volumes[1].cephfs: deprecated in v1.28, non-functional in v1.31+',
      'volume "c" (Projected): overlapping paths: "token" (ConfigMap "m") with "token" (ServiceAccountToken)',
    ],
  },
  {
    name: 'lists with the same twice, and parts of bytes',
    place: '/v1/pods',
    fields: {
      metadata: { name: 'x.y' },
      spec: {
        hostAliases: [
          { ip: '10.0.0.1', hostnames: ['a'] },
          { ip: '10.0.0.1', hostnames: ['b'] },
        ],
        imagePullSecrets: [{ name: 'a' }, { name: 'a' }, {}],
        terminationGracePeriodSeconds: -1,
        containers: [
          container({
            resources: { limits: { memory: '100m' }, requests: { 'ephemeral-storage': '1500m' } },
            env: [
              { name: 'PATH', value: '/bin' },
              { name: 'PATH', value: '$(PATH):/opt' },
              { name: 'PATH', value: '$(PATH)' },
            ],
          }),
        ],
      },
    },
    warnings: [
      `metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [${label}]`,
      'spec.hostAliases[1].ip: duplicate ip "10.0.0.1"',
      'spec.imagePullSecrets[1].name: duplicate name "a"',
      'spec.imagePullSecrets[2].name: invalid empty name ""',
      'spec.containers[0].resources.limits[memory]: fractional byte value "100m" is invalid, must be an integer',
      'spec.containers[0].resources.requests[memory]: fractional byte value "100m" is invalid, must be an integer',
      'spec.containers[0].resources.requests[ephemeral-storage]: fractional byte value "1500m" is invalid, must be an integer',
      'spec.containers[0].env[2]: hides previous definition of "PATH", which may be dropped when using apply',
    ],
  },
  {
    name: 'ports that containers share',
    place: '/v1/pods',
    fields: {
      metadata,
      spec: {
        initContainers: [container({ ports: [{ containerPort: 80 }] }, 'i')],
        containers: [
          container({
            ports: [
              { containerPort: 80, name: 'web' },
              { containerPort: 80, hostPort: 8080 },
              { containerPort: 81, hostIP: '10.0.0.1', name: 'p' },
            ],
          }),
          container({ ports: [{ containerPort: 80, hostPort: 8080, hostIP: '10.0.0.1' }] }, 'd'),
        ],
      },
    },
    warnings: [
      'spec.containers[0].ports[0]: duplicate port definition with spec.initContainers[0].ports[0]',
      'spec.containers[0].ports[1]: overlapping port definition with spec.initContainers[0].ports[0]',
      'spec.containers[0].ports[1]: overlapping port definition with spec.containers[0].ports[0]',
      'spec.containers[0].ports[2]: hostIP set without hostPort: {Name:p HostPort:0 ContainerPort:81 Protocol:TCP HostIP:10.0.0.1}',
      'spec.containers[1].ports[0]: overlapping port definition with spec.initContainers[0].ports[0]',
      'spec.containers[1].ports[0]: overlapping port definition with spec.containers[0].ports[0]',
      'spec.containers[1].ports[0]: dangerously ambiguous port definition with spec.containers[0].ports[1]',
    ],
  },
  {
    name: 'large indexed Jobs',
    place: 'batch/v1/jobs',
    fields: {
      metadata,
      spec: {
        completionMode: 'Indexed',
        completions: 200000,
        parallelism: 20000,
        template: { spec: podSpec({ restartPolicy: 'Never' }) },
      },
    },
    warnings: [
      'spec: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail',
    ],
  },
  {
    name: 'old ways to storage',
    place: '/v1/persistentvolumes',
    fields: {
      metadata: { ...metadata, annotations: { 'volume.beta.kubernetes.io/storage-class': 'a' } },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        persistentVolumeReclaimPolicy: 'Recycle',
        nfs: { server: 'a', path: '/a' },
      },
    },
    warnings: [
      'metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "storageClassName" attribute instead',
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
    ],
  },
  {
    name: 'half a byte of storage',
    place: '/v1/persistentvolumeclaims',
    fields: {
      metadata,
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1500m' } } },
    },
    warnings: [
      'spec.resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer',
    ],
  },
  {
    name: 'the class of an Ingress as an annotation',
    place: 'networking.k8s.io/v1/ingresses',
    fields: {
      metadata: { ...metadata, annotations: { 'kubernetes.io/ingress.class': 'nginx' } },
      spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
    },
    warnings: [
      `annotation "kubernetes.io/ingress.class" is deprecated, please use 'spec.ingressClassName' instead`,
    ],
  },
  {
    name: 'what a Service without an address ignores',
    place: '/v1/services',
    fields: {
      metadata: { ...metadata, annotations: { 'service.kubernetes.io/topology-aware-hints': 'Auto' } },
      spec: {
        clusterIP: 'None',
        ports: [{ port: 80 }],
        externalIPs: ['2001:DB8::1'],
        externalName: 'a',
        sessionAffinity: 'ClientIP',
        trafficDistribution: 'PreferClose',
      },
    },
    warnings: [
      'annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead',
      'spec.externalIPs is ignored for headless services',
      'spec.SessionAffinity is ignored for headless services',
      'spec.externalIPs[0]: IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format ("2001:db8::1")',
      'spec.externalName is ignored when spec.type is not "ExternalName"',
      'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
    ],
  },
  {
    name: 'addresses from outside, and odd ones',
    place: '/v1/services',
    fields: {
      metadata,
      spec: {
        type: 'LoadBalancer',
        ports: [{ port: 80 }],
        externalIPs: ['10.1.2.3'],
        loadBalancerIP: '010.1.2.3',
        loadBalancerSourceRanges: ['2001:DB8::/32'],
      },
    },
    warnings: [
      'spec.externalIPs is deprecated and may no longer be implemented in some clusters',
      'spec.loadBalancerIP: non-standard IP address "010.1.2.3" is invalid: use "10.1.2.3"',
      'spec.loadBalancerSourceRanges[0]: IPv6 CIDR value "2001:DB8::/32" should be in RFC 5952 canonical format ("2001:db8::/32")',
    ],
  },
  {
    name: 'what a template that stands alone says',
    place: '/v1/podtemplates',
    fields: {
      metadata,
      template: { spec: podSpec({ nodeSelector: { 'beta.kubernetes.io/os': 'linux' } }) },
    },
    warnings: [
      'template.spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
    ],
  },
  {
    name: 'accounts that hold secrets together',
    place: '/v1/serviceaccounts',
    fields: {
      metadata: { ...metadata, annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } },
    },
    warnings: [
      'metadata.annotations[kubernetes.io/enforce-mountable-secrets]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets',
    ],
  },
  {
    name: 'names as addresses of endpoints',
    place: 'discovery.k8s.io/v1/endpointslices',
    fields: { metadata, addressType: 'FQDN', endpoints: [{ addresses: ['a.b'] }] },
    warnings: ['spec.addressType: FQDN endpoints are deprecated'],
  },
];
