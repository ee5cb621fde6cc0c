import type { KubeObject } from '@pg8s/k8s-proto/object';
import { isReason } from '../../../../api-errors/status-error.ts';
import type { AllocationScope, AllocatorMetrics } from '../../../../metrics/allocator-metrics.ts';
import type { ResourceStorage } from '../../../../storage/storage.ts';
import { AllocationError } from './cluster-ip-allocator.ts';

interface RangeAllocation extends KubeObject {
  range: string;
  data: string;
}

export interface PortRange {
  first: number;
  last: number;
}

const key = { namespace: '', name: 'servicenodeports' };

/** `30000-32767` */
export function parsePortRange(text: string): PortRange {
  const [first = NaN, last = NaN] = text.split('-').map(Number);
  if (!(first > 0 && last >= first && last <= 65535)) throw new Error(`invalid port range: ${text}`);
  return { first, last };
}

/** The set bits of a big-endian number in base64, as Go's big.Int writes it. */
function decodeBits(data: string): Set<number> {
  const bytes = Buffer.from(data, 'base64');
  const bits = new Set<number>();
  for (const [index, byte] of bytes.entries()) {
    for (let bit = 0; bit < 8; bit++) {
      if ((byte >> bit) % 2 === 1) bits.add((bytes.length - 1 - index) * 8 + bit);
    }
  }
  return bits;
}

function encodeBits(bits: ReadonlySet<number>): string {
  let highest = -1;
  for (const bit of bits) highest = Math.max(highest, bit);
  const bytes = Buffer.alloc(Math.floor(highest / 8) + 1);
  for (const bit of bits) {
    const index = bytes.length - 1 - Math.floor(bit / 8);
    bytes[index] = (bytes[index] ?? 0) + 2 ** (bit % 8);
  }
  return bytes.toString('base64');
}

/**
 * Gives node ports to Services. All that are taken stand in one RangeAllocation object, under the key and in
 * the form that kube-apiserver uses, and change by compare-and-swap: no port is given twice.
 */
export class NodePortAllocator {
  readonly range: PortRange;
  readonly #storage: ResourceStorage;
  readonly #random: () => number;
  readonly #metrics: AllocatorMetrics | undefined;

  constructor(options: {
    storage: ResourceStorage;
    range: PortRange;
    random: () => number;
    metrics?: AllocatorMetrics | undefined;
  }) {
    this.#metrics = options.metrics;
    this.range = options.range;
    this.#storage = options.storage;
    this.#random = options.random;
  }

  contains(port: number): boolean {
    return port >= this.range.first && port <= this.range.last;
  }

  /** Whether the port is given; nobody has one out of range. */
  async isTaken(port: number): Promise<boolean> {
    if (!this.contains(port)) return false;
    return (await this.#taken()).has(port - this.range.first);
  }

  /** Takes these very ports; throws an AllocationError, and takes none, when one is taken or out of range. */
  async take(ports: readonly number[]): Promise<void> {
    const outside = ports.find((port) => !this.contains(port));
    if (outside !== undefined) {
      throw new AllocationError(
        `provided port is not in the valid range. The range of valid ports is ${this.range.first}-${this.range.last}`,
      );
    }
    if (ports.length === 0) return;
    await this.#counted('static', ports.length, (taken) => {
      for (const port of ports) {
        if (taken.has(port - this.range.first))
          throw new AllocationError('provided port is already allocated');
        taken.add(port - this.range.first);
      }
    });
  }

  /** Takes a free port; throws an AllocationError when there is none. */
  async next(): Promise<number> {
    const size = this.range.last - this.range.first + 1;
    let given = 0;
    await this.#counted('dynamic', 1, (taken) => {
      const start = Math.floor(this.#random() * size);
      for (let step = 0; step < size; step++) {
        const offset = (start + step) % size;
        if (taken.has(offset)) continue;
        taken.add(offset);
        given = this.range.first + offset;
        return;
      }
      throw new AllocationError('range is full');
    });
    return given;
  }

  async release(ports: readonly number[]): Promise<void> {
    const own = ports.filter((port) => this.contains(port));
    if (own.length === 0) return;
    await this.#change((taken) => {
      for (const port of own) taken.delete(port - this.range.first);
    });
  }

  /** How many ports are given, and how many are left. */
  async usage(): Promise<{ allocated: number; available: number }> {
    const { first, last } = this.range;
    const allocated = (await this.#taken()).size;
    return { allocated, available: last - first + 1 - allocated };
  }

  async #taken(): Promise<Set<number>> {
    try {
      const { object } = await this.#storage.get(key, '');
      return decodeBits((object as RangeAllocation).data);
    } catch (error) {
      if (isReason(error, 'NotFound')) return new Set();
      throw error;
    }
  }

  async #counted(scope: AllocationScope, count: number, edit: (taken: Set<number>) => void): Promise<void> {
    try {
      await this.#change(edit);
    } catch (error) {
      this.#metrics?.portFailed(scope);
      throw error;
    }
    for (let each = 0; each < count; each++) this.#metrics?.portAllocated(scope);
  }

  async #change(edit: (taken: Set<number>) => void): Promise<void> {
    await this.#storage.guaranteedUpdate(
      key,
      (current) => {
        const stored = current?.object as RangeAllocation | undefined;
        const taken = decodeBits(stored?.data ?? '');
        edit(taken);
        return {
          apiVersion: 'v1',
          kind: 'RangeAllocation',
          metadata: { ...stored?.metadata, creationTimestamp: stored?.metadata.creationTimestamp ?? null },
          range: `${this.range.first}-${this.range.last}`,
          data: encodeBits(taken),
        };
      },
      { ignoreNotFound: true },
    );
  }
}
