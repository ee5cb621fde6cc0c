import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { ResourceStorage } from '../../../../storage/storage.ts';
import { parseRange, parseServiceRanges, type IpFamily, type IpRange } from './ip-range.ts';

interface Condition {
  type: string;
  status: string;
}

/** A ServiceCIDR gives addresses unless it is going, or says that it is not ready. */
function isReady(object: KubeObject): boolean {
  if (object.metadata.deletionTimestamp !== undefined) return false;
  const { conditions = [] } = (object['status'] ?? {}) as { conditions?: Condition[] };
  const ready = conditions.find(({ type }) => type === 'Ready');
  return ready === undefined || ready.status === 'True';
}

/**
 * Where addresses of Services come from: the server's own ranges, then those of the ServiceCIDRs of the
 * cluster, in the families that the server has (Kubernetes: `ipallocator.MetaAllocator`, KEP-1880).
 */
export class ServiceRanges {
  readonly own: readonly IpRange[];
  readonly families: readonly IpFamily[];
  readonly #cidrs: ResourceStorage;

  /** Throws on a `text` that is no `--service-cluster-ip-range`. */
  constructor(text: string, cidrs: ResourceStorage) {
    this.own = parseServiceRanges(text);
    this.families = this.own.map(({ family }) => family);
    this.#cidrs = cidrs;
  }

  /** The ranges of a family that give addresses now. */
  async of(family: IpFamily): Promise<readonly IpRange[]> {
    if (!this.families.includes(family)) return [];
    const page = await this.#cidrs.list({
      namespace: '',
      resourceVersion: '0',
      resourceVersionMatch: '',
      limit: 0,
      continueToken: '',
    });
    const further = page.items
      .map(({ object }) => object)
      .filter(isReady)
      .flatMap((object) => (object['spec'] as { cidrs?: string[] } | undefined)?.cidrs ?? [])
      .map(parseRange);
    const all = new Map([...this.own, ...further].map((range) => [range.text, range]));
    return [...all.values()].filter((range) => range.family === family);
  }
}
