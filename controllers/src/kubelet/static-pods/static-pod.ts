import { createHash } from 'node:crypto';
import type { Node, Pod } from '../../runtime/client/resource.ts';

/** Present on a Pod in the API that shows a static Pod of a kubelet, and its value is that Pod's hash. */
export const mirrorAnnotation = 'kubernetes.io/config.mirror';
const hashAnnotation = 'kubernetes.io/config.hash';

type Container = NonNullable<Pod['spec']>['containers'][number];

/**
 * A component of the control plane as a kubelet would have it from a manifest: one container, on the host's
 * network.
 */
export interface StaticPod {
  /** `etcd`, `kube-apiserver` … */
  name: string;
  image: string;
  /** The program and its arguments. */
  command: readonly string[];
  requests: Readonly<Record<string, string>>;
  /** Name of a volume → folder on this machine. */
  folders: Readonly<Record<string, string>>;
  ports?: Container['ports'];
  probes?: Pick<Container, 'livenessProbe' | 'readinessProbe' | 'startupProbe'>;
  /** What keeps the component from working now; undefined: nothing. */
  problem(): Promise<string | undefined>;
}

/** kubelet: name and node make the name. */
export function mirrorName({ name }: StaticPod, nodeName: string): string {
  return `${name}-${nodeName}`;
}

/** Whether a Pod shows a static Pod of its kubelet. */
export function isMirrorPod({ metadata }: Pod): boolean {
  return metadata.annotations?.[mirrorAnnotation] !== undefined;
}

/**
 * The mirror Pod of a static one, as kubeadm and the kubelet create it; `seenMs` is when the kubelet read the
 * static one (kubeadm: `staticpod.ComponentPod`, kubelet: `config.applyDefaults`, `CreateMirrorPod`).
 */
export function mirrorPod(pod: StaticPod, node: Node, seenMs: number): Pod {
  const nodeName = node.metadata.name ?? '';
  const spec = specOf(pod, nodeName);
  const hash = createHash('md5')
    .update(JSON.stringify([nodeName, pod.name, spec]))
    .digest('hex');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: mirrorName(pod, nodeName),
      namespace: 'kube-system',
      labels: { component: pod.name, tier: 'control-plane' },
      annotations: {
        [hashAnnotation]: hash,
        [mirrorAnnotation]: hash,
        'kubernetes.io/config.seen': new Date(seenMs).toISOString().replace('Z', '000000Z'),
        'kubernetes.io/config.source': 'file',
      },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Node', name: nodeName, uid: node.metadata.uid ?? '', controller: true },
      ],
    },
    spec,
  };
}

function specOf(pod: StaticPod, nodeName: string): NonNullable<Pod['spec']> {
  const folders = Object.entries(pod.folders);
  return {
    nodeName,
    hostNetwork: true,
    priority: 2_000_001_000,
    priorityClassName: 'system-node-critical',
    securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    tolerations: [{ operator: 'Exists', effect: 'NoExecute' }],
    volumes: folders.map(([name, path]) => ({ name, hostPath: { path, type: 'DirectoryOrCreate' } })),
    containers: [
      {
        name: pod.name,
        image: pod.image,
        // There is no image to pull.
        imagePullPolicy: 'Never',
        command: [...pod.command],
        resources: { requests: { ...pod.requests } },
        volumeMounts: folders.map(([name, mountPath]) => ({ name, mountPath })),
        ...(pod.ports === undefined ? {} : { ports: pod.ports }),
        ...pod.probes,
      },
    ],
  };
}
