import type { KubeObject } from '@pg8s/k8s-proto/object';
import { isExtendedResourceClaim, podOfClaim } from '@pg8s/k8s-proto/quota/claim-owner';
import { podUsage } from '@pg8s/k8s-proto/quota/pods';
import type { ClaimLookups } from '@pg8s/k8s-proto/quota/resource-claims';
import type { Clock } from '../../../storage/clock.ts';
import type { FollowedResource, SharedInformers } from '../../../storage/follow/shared-informers.ts';

interface DeviceClass extends KubeObject {
  spec?: { extendedResourceName?: string };
}

const deviceClasses = { group: 'resource.k8s.io', resource: 'deviceclasses' };
const resourceClaims = { group: 'resource.k8s.io', resource: 'resourceclaims' };
const pods = { group: '', resource: 'pods' };

/** Looks up what claims of devices are counted by, followed from the first claim on. */
export class FollowedClaims implements ClaimLookups {
  readonly #informers: SharedInformers;
  readonly #clock: Clock;
  #classes: FollowedResource<DeviceClass> | undefined;
  #owners: { pods: FollowedResource<KubeObject>; claims: FollowedResource<KubeObject> } | undefined;

  constructor(informers: SharedInformers, clock: Clock) {
    this.#informers = informers;
    this.#clock = clock;
  }

  /** Resolves when what a claim is counted by is known. */
  async ready(claim: KubeObject | undefined): Promise<void> {
    this.#classes ??= this.#informers.follow<DeviceClass>(deviceClasses);
    await this.#classes.synced;
    if (claim === undefined || !isExtendedResourceClaim(claim)) return;
    this.#owners ??= {
      pods: this.#informers.follow<KubeObject>(pods),
      claims: this.#informers.follow<KubeObject>(resourceClaims),
    };
    await Promise.all([this.#owners.pods.synced, this.#owners.claims.synced]);
  }

  extendedResourceOf(deviceClass: string): string | undefined {
    return this.#classes?.get('', deviceClass)?.spec?.extendedResourceName;
  }

  isDeviceClass(extendedResource: string): boolean {
    for (const { spec } of this.#classes?.list() ?? []) {
      if (spec?.extendedResourceName === extendedResource) return true;
    }
    return false;
  }

  usageOfPod(claim: KubeObject) {
    const owners = this.#owners;
    if (owners === undefined) return undefined;
    const pod = podOfClaim(claim, {
      pod: (namespace, name) => owners.pods.get(namespace, name) as KubeObject | undefined,
      *claims(namespace) {
        for (const each of owners.claims.list()) {
          if (each.metadata.namespace === namespace) yield each as KubeObject;
        }
      },
    });
    return pod === undefined ? undefined : podUsage(pod, this.#clock.now());
  }
}
