import type { KubeObject } from '@pg8s/k8s-proto/object';
import { randomUUID } from 'node:crypto';
import { isReason } from '../../../server/status-error.ts';
import type { ResourceStorage } from '../../../storage/storage.ts';
import { timestamp } from '../../generic/timestamp.ts';
import { addressAt, isInRange, type IpRange } from './ip-range.ts';

export interface ServiceRef {
  namespace: string;
  name: string;
}

/** Why an address was not given. */
export class AllocationError extends Error {
  override readonly name = 'AllocationError';
}

interface ClusterIpAllocatorOptions {
  /** Where IPAddress objects live. */
  storage: ResourceStorage;
  range: IpRange;
  clock: () => number;
  random: () => number;
}

const managedBy = 'ipallocator.k8s.io';
const attempts = 64;

function ipAddress(address: string, { namespace, name }: ServiceRef, nowMs: number): KubeObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: {
      name: address,
      uid: randomUUID(),
      creationTimestamp: timestamp(nowMs),
      generation: 1,
      labels: {
        'ipaddress.kubernetes.io/ip-family': 'IPv4',
        'ipaddress.kubernetes.io/managed-by': managedBy,
      },
    },
    spec: { parentRef: { group: '', resource: 'services', namespace, name } },
  };
}

/**
 * Gives each Service an address of its own (Kubernetes: `registry/core/service/ipallocator`, KEP-1880). An address is
 * taken by creating the IPAddress object that bears its name, so even several apiservers cannot give it twice.
 *
 * As there, the lower part of the range (between 16 and 256 addresses) is left to those who ask for a certain address.
 */
export class ClusterIpAllocator {
  readonly #options: ClusterIpAllocatorOptions;

  constructor(options: ClusterIpAllocatorOptions) {
    this.#options = options;
  }

  /** Takes this very address; throws an AllocationError where it is taken or out of range. */
  async take(address: string, service: ServiceRef): Promise<void> {
    const { range } = this.#options;
    if (!isInRange(range, address)) {
      throw new AllocationError(
        `the provided IP (${address}) is not in the valid range. The range of valid IPs is ${addressAt(range, 0)}/${32 - Math.log2(range.size)}`,
      );
    }
    if (!(await this.#create(address, service)))
      throw new AllocationError('provided IP is already allocated');
  }

  /** Takes a free address; throws an AllocationError when the range is full. */
  async next(service: ServiceRef): Promise<string> {
    const { range, random } = this.#options;
    const usable = range.size - 2;
    const reserved = Math.min(Math.max(16, Math.floor(range.size / 16)), 256);
    const start = usable > reserved ? reserved : 0;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const address = addressAt(range, 1 + start + Math.floor(random() * (usable - start)));
      if (await this.#create(address, service)) return address;
    }
    // Crowded: look at what is taken, and walk, the reserved part last.
    const taken = new Set((await this.#list()).map(({ metadata }) => metadata.name));
    for (let step = 0; step < usable; step++) {
      const address = addressAt(range, 1 + ((start + step) % usable));
      if (!taken.has(address) && (await this.#create(address, service))) return address;
    }
    throw new AllocationError('range is full');
  }

  /** Gives an address back, if it is still this service's. */
  async release(address: string, service: ServiceRef): Promise<void> {
    try {
      await this.#options.storage.delete(
        { namespace: '', name: address },
        {
          validate: ({ object }) => {
            const { parentRef } = (object['spec'] ?? {}) as { parentRef?: ServiceRef };
            if (parentRef?.name !== service.name || parentRef.namespace !== service.namespace) {
              throw new AllocationError(`IP ${address} belongs to another service`);
            }
          },
        },
      );
    } catch (error) {
      if (!isReason(error, 'NotFound') && !(error instanceof AllocationError)) throw error;
    }
  }

  async #create(address: string, service: ServiceRef): Promise<boolean> {
    const { storage, clock } = this.#options;
    try {
      await storage.create({ namespace: '', name: address }, ipAddress(address, service, clock()));
      return true;
    } catch (error) {
      if (isReason(error, 'AlreadyExists')) return false;
      throw error;
    }
  }

  async #list(): Promise<KubeObject[]> {
    const page = await this.#options.storage.list({
      namespace: '',
      resourceVersion: '',
      resourceVersionMatch: '',
      limit: 0,
      continueToken: '',
    });
    return page.items.map(({ object }) => object);
  }
}
