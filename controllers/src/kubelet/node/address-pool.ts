/**
 * The addresses of one node's Pods: a /24 of 10.244.0.0/16 by the node's number.
 */
export class AddressPool {
  readonly #base: number;
  readonly #size: number;
  readonly #taken = new Set<string>();
  #next = 0;

  /**
   * Node `index` of a cluster counts from 0; each has `size` addresses (kube-controller-manager's default is
   * a /24).
   */
  constructor(index: number, size = 256) {
    this.#base = ((10 << 24) | (244 << 16)) + index * size;
    this.#size = size;
  }

  /** `10.244.0.0/24` */
  get cidr(): string {
    return `${format(this.#base)}/${32 - Math.log2(this.#size)}`;
  }

  /**
   * A free address, the longest unused first; the network's own, the gateway's and the last are not used.
   */
  take(): string | undefined {
    const usable = this.#size - 3;
    for (let tried = 0; tried < usable; tried++) {
      const address = format(this.#base + 2 + (this.#next++ % usable));
      if (this.#taken.has(address)) continue;
      this.#taken.add(address);
      return address;
    }
    return undefined;
  }

  /** Marks an address that a Pod has already. */
  reserve(address: string): void {
    this.#taken.add(address);
  }

  release(address: string): void {
    this.#taken.delete(address);
  }
}

function format(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}
