import type { KubeObject } from '@pg8s/k8s-proto/object';
import { podOfClaim } from '@pg8s/k8s-proto/quota/claim-owner';
import { podUsage } from '@pg8s/k8s-proto/quota/pods';
import type { ClaimLookups } from '@pg8s/k8s-proto/quota/resource-claims';
import type { ReadonlyStore } from '../../runtime/cache/store.ts';
import type { ApiObject } from '../../runtime/client/api-object.ts';
import type { Pod } from '../../runtime/client/resource.ts';

/** The caches that claims of devices are counted by. */
export interface ClaimCaches {
  deviceClasses: ReadonlyStore<ApiObject>;
  pods: ReadonlyStore<Pod>;
  resourceClaims: ReadonlyStore<ApiObject>;
  /** Milliseconds since the epoch. */
  now: () => number;
}

function extendedResource(deviceClass: ApiObject | undefined): string | undefined {
  const { spec } = (deviceClass ?? {}) as { spec?: { extendedResourceName?: string } };
  return spec?.extendedResourceName;
}

/** What claims of devices are counted by, from the caches. */
export function claimLookups({ deviceClasses, pods, resourceClaims, now }: ClaimCaches): ClaimLookups {
  return {
    extendedResourceOf: (name) => extendedResource(deviceClasses.get(name)),
    isDeviceClass: (resource) => deviceClasses.list().some((each) => extendedResource(each) === resource),
    usageOfPod(claim) {
      const pod = podOfClaim(claim, {
        pod: (namespace, name) => pods.get(`${namespace}/${name}`) as KubeObject | undefined,
        claims: (namespace) => resourceClaims.inNamespace(namespace) as unknown as KubeObject[],
      });
      return pod === undefined ? undefined : podUsage(pod, now());
    },
  };
}
