import type { Pod } from '../../../controllers/src/runtime/client/resource.ts';

const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * The Pod with the token of its account in all containers, as the admission plugin ServiceAccount makes it;
 * the same Pod where it has one.
 */
export function withAccountVolume(pod: Pod): Pod {
  const { spec } = pod;
  if (spec === undefined || spec.automountServiceAccountToken === false) return pod;
  const hasOne = ({ volumeMounts = [] }: { volumeMounts?: { mountPath: string }[] }): boolean =>
    volumeMounts.some(({ mountPath }) => mountPath === accountFolder);
  if (spec.containers.every(hasOne)) return pod;
  const name = 'kube-api-access';
  const sources = [
    { serviceAccountToken: { path: 'token', expirationSeconds: 3607 } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
  ];
  return {
    ...pod,
    spec: {
      ...spec,
      volumes: [...(spec.volumes ?? []), { name, projected: { sources } }],
      containers: spec.containers.map((container) =>
        hasOne(container)
          ? container
          : {
              ...container,
              volumeMounts: [...(container.volumeMounts ?? []), { name, mountPath: accountFolder }],
            },
      ),
    },
  };
}
