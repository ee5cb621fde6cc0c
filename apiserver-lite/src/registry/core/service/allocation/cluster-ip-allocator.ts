import type { KubeObject } from '@pg8s/k8s-proto/object';
import { randomUUID } from 'node:crypto';
import { isReason } from '../../../../api-errors/status-error.ts';
import type { AllocatorMetrics } from '../../../../metrics/allocator-metrics.ts';
import type { ResourceStorage } from '../../../../storage/storage.ts';
import { serverManager } from '../../../server-writes.ts';
import { timestamp } from '../../../generic/timestamp.ts';
import {
  addressAt,
  familyOf,
  formatAddress,
  isInNetwork,
  isUsable,
  parseAddress,
  usableSize,
  type IpFamily,
  type IpRange,
} from './ip-range.ts';
import type { ServiceRanges } from './service-ranges.ts';

export interface ServiceRef {
  namespace: string;
  name: string;
}

/** Why an address or a port was not given; the words are kube-apiserver's. */
export class AllocationError extends Error {
  override readonly name = 'AllocationError';
}

interface ClusterIpAllocatorOptions {
  /** Where IPAddress objects live. */
  storage: ResourceStorage;
  ranges: ServiceRanges;
  clock: () => number;
  random: () => number;
  /** Default: nothing is counted. */
  metrics?: AllocatorMetrics | undefined;
}

const managedBy = 'ipallocator.k8s.io';
const attempts = 64;

/** What the server owns of each of these objects; the same for all. */
const ipAddressFields = {
  'f:metadata': {
    'f:labels': {
      '.': {},
      'f:ipaddress.kubernetes.io/ip-family': {},
      'f:ipaddress.kubernetes.io/managed-by': {},
    },
  },
  'f:spec': { 'f:parentRef': { '.': {}, 'f:name': {}, 'f:namespace': {}, 'f:resource': {} } },
};

function ipAddress(address: string, { namespace, name }: ServiceRef, nowMs: number): KubeObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: {
      name: address,
      uid: randomUUID(),
      creationTimestamp: timestamp(nowMs),
      labels: {
        'ipaddress.kubernetes.io/ip-family': familyOf(address),
        'ipaddress.kubernetes.io/managed-by': managedBy,
      },
      managedFields: [
        {
          manager: serverManager,
          operation: 'Update',
          apiVersion: 'networking.k8s.io/v1',
          time: timestamp(nowMs),
          fieldsType: 'FieldsV1',
          fieldsV1: ipAddressFields,
        },
      ],
    },
    spec: { parentRef: { group: '', resource: 'services', namespace, name } },
  };
}

function objectName(address: string): string {
  return formatAddress(parseAddress(address));
}

/**
 * Gives each Service addresses of its own (Kubernetes: `registry/core/service/ipallocator`, KEP-1880). An
 * address is taken by creating the IPAddress object that bears its name, so even several apiservers cannot
 * give it twice.
 *
 * As there, the lower part of a range (between 16 and 256 addresses) is left to those who ask for a certain
 * address.
 */
export class ClusterIpAllocator {
  readonly #options: ClusterIpAllocatorOptions;

  constructor(options: ClusterIpAllocatorOptions) {
    this.#options = options;
  }

  /** The families of the cluster, that of Services which name none first. */
  get families(): readonly IpFamily[] {
    return this.#options.ranges.families;
  }

  /** Throws an AllocationError where the address is in none of the ranges. */
  async check(address: string): Promise<void> {
    const ranges = await this.#options.ranges.of(familyOf(address));
    const around = ranges.find((range) => isInNetwork(range, address));
    if (around === undefined) {
      throw new AllocationError('the provided network does not match the current range');
    }
    if (isUsable(around, address)) return;
    throw new AllocationError(
      `the provided IP (${objectName(address)}) is not in the valid range. The range of valid IPs is ${around.text}`,
    );
  }

  /** Takes this very address; throws an AllocationError where it is taken or out of range. */
  async take(address: string, service: ServiceRef): Promise<void> {
    await this.check(address);
    const { metrics, ranges } = this.#options;
    const began = performance.now();
    const around = (await ranges.of(familyOf(address))).find((range) => isInNetwork(range, address));
    const cidr = around?.text ?? '';
    if (!(await this.#create(objectName(address), service))) {
      metrics?.addressFailed(cidr, 'static');
      throw new AllocationError('provided IP is already allocated');
    }
    metrics?.addressAllocated(cidr, 'static');
    metrics?.addressTimed(cidr, (performance.now() - began) / 1000);
  }

  /** How many addresses of each range are given, by the watch cache, and how many are left. */
  async usage(): Promise<{ cidr: string; allocated: number; available: number }[]> {
    const taken = (await this.#list('0')).map(({ metadata }) => metadata.name ?? '');
    const ranges = await Promise.all(this.families.map((family) => this.#options.ranges.of(family)));
    return ranges.flat().map((range) => {
      const own = taken.filter((address) => familyOf(address) === range.family);
      const allocated = own.filter((address) => isInNetwork(range, address)).length;
      return { cidr: range.text, allocated, available: Number(usableSize(range)) - allocated };
    });
  }

  /** Takes a free address; throws an AllocationError when all ranges of the family are full. */
  async next(family: IpFamily, service: ServiceRef): Promise<string> {
    for (const range of await this.#options.ranges.of(family)) {
      const { metrics } = this.#options;
      const began = performance.now();
      const address = await this.#nextIn(range, service);
      if (address === undefined) metrics?.addressFailed(range.text, 'dynamic');
      else {
        metrics?.addressAllocated(range.text, 'dynamic');
        metrics?.addressTimed(range.text, (performance.now() - began) / 1000);
        return address;
      }
    }
    throw new AllocationError('range is full');
  }

  /** What a dry run shows instead of an address that would be given: the network's own. */
  async example(family: IpFamily): Promise<string> {
    const [range] = await this.#options.ranges.of(family);
    return range === undefined ? '' : addressAt(range, 0n);
  }

  /** Gives an address back, if it is still this service's. */
  async release(address: string, service: ServiceRef): Promise<void> {
    try {
      await this.#options.storage.delete(
        { namespace: '', name: objectName(address) },
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

  async #nextIn(range: IpRange, service: ServiceRef): Promise<string | undefined> {
    const usable = usableSize(range);
    const sixteenth = range.size / 16n;
    const reserved = sixteenth < 16n ? 16n : sixteenth > 256n ? 256n : sixteenth;
    const start = usable > reserved ? reserved : 0n;
    // Randomness is a fraction of 2^53: enough to spread addresses, even over 2^64.
    const width = usable - start;
    const wide = BigInt(2 ** 52);
    for (let attempt = 0; attempt < attempts; attempt++) {
      const fraction = BigInt(Math.floor(this.#options.random() * 2 ** 52));
      const address = addressAt(range, 1n + start + (width * fraction) / wide);
      if (await this.#create(address, service)) return address;
    }
    // Crowded: look at what is taken, and walk, the reserved part last.
    const taken = new Set((await this.#list()).map(({ metadata }) => metadata.name));
    for (let step = 0n; step < usable; step++) {
      const address = addressAt(range, 1n + ((start + step) % usable));
      if (!taken.has(address) && (await this.#create(address, service))) return address;
    }
    return undefined;
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

  async #list(resourceVersion = ''): Promise<KubeObject[]> {
    const page = await this.#options.storage.list({
      namespace: '',
      resourceVersion,
      resourceVersionMatch: '',
      limit: 0,
      continueToken: '',
    });
    return page.items.map(({ object }) => object);
  }
}
