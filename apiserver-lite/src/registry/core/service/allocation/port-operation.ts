import { AllocationError } from './cluster-ip-allocator.ts';
import type { NodePortAllocator } from './node-port-allocator.ts';

/** Where a dry run begins to count: no port of a usual range. */
const firstExample = 32769;

/** The ports that one request takes: at once, so that nobody else can, and given back if it fails. */
export class PortOperation {
  readonly #ports: NodePortAllocator;
  readonly #dryRun: boolean;
  readonly #taken: number[] = [];

  constructor(ports: NodePortAllocator, dryRun: boolean) {
    this.#ports = ports;
    this.#dryRun = dryRun;
  }

  /** Takes this very port. @throws AllocationError */
  async take(port: number): Promise<void> {
    if (!this.#dryRun) await this.#ports.take([port]);
    else if (this.#taken.includes(port) || (await this.#ports.isTaken(port))) {
      throw new AllocationError('provided port is already allocated');
    }
    this.#taken.push(port);
  }

  /** Takes any port; in a dry run one that only shows where it would be. @throws AllocationError */
  async next(): Promise<number> {
    const port = this.#dryRun
      ? Math.max(firstExample, ...this.#taken.map((taken) => taken + 1))
      : await this.#ports.next();
    this.#taken.push(port);
    return port;
  }

  /** Gives back what the request took. */
  async undo(): Promise<void> {
    if (!this.#dryRun) await this.#ports.release(this.#taken);
  }
}
