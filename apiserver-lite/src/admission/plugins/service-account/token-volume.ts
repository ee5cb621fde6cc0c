import type { V1PodSpec, V1Volume } from '@pg8s/k8s-proto/generated/models';
import { generatedName } from '../../../registry/generic/generated-name.ts';
import { containersOf } from '../pod-containers.ts';

const prefix = 'kube-api-access-';
const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';

/** One hour, and seven seconds by which a token of such a volume is known. */
const expirationSeconds = 3607;

/** A token of the account, the CA of the server, and the namespace: what client libraries look for. */
function tokenVolume(name: string): V1Volume {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
      defaultMode: 0o644,
    },
  };
}

/**
 * Mounts a token into every container that has nothing at its place, and adds the volume unless there is one
 * of such a name. `random` is as Math.random.
 */
export function mountToken(spec: V1PodSpec, random: () => number): void {
  const existing = (spec.volumes ?? []).find(({ name }) => name?.startsWith(prefix))?.name;
  const name = existing ?? generatedName(prefix, random);
  let isMounted = false;
  for (const { container } of containersOf(spec, ['initContainers', 'containers'])) {
    const mounts = container.volumeMounts ?? [];
    if (mounts.some((mount) => mount.mountPath === mountPath)) continue;
    container.volumeMounts = [...mounts, { name, readOnly: true, mountPath }];
    isMounted = true;
  }
  if (isMounted && existing === undefined) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
}
