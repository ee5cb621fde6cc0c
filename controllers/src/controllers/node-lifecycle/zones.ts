/** How much of a zone is not ready. */
type ZoneState = 'Initial' | 'Normal' | 'PartialDisruption' | 'FullDisruption';

/** kube-controller-manager's flags of the same names. */
export interface EvictionRates {
  /** Nodes a second that are tainted in a healthy zone. */
  nodeEvictionRate: number;
  /** The same in an unhealthy zone; 0 where the zone is not large. */
  secondaryNodeEvictionRate: number;
  /** A zone with more nodes is large. */
  largeClusterSizeThreshold: number;
  /** From this fraction of nodes on that are not ready, and three, a zone is unhealthy. */
  unhealthyZoneThreshold: number;
}

interface Zone {
  state: ZoneState;
  ratePerSecond: number;
  /** One at most. */
  tokens: number;
  filledAtMs: number;
  /** Nodes that are to be tainted, oldest first. */
  waiting: Set<string>;
}

/** What `judge` found, beside the rates. */
export interface Judgement {
  /** No node is ready any more: the fault is likely here, so nothing is evicted. */
  lostAll: boolean;
  /** Some are ready again. */
  foundAgain: boolean;
}

/**
 * Limits how fast nodes are tainted `NoExecute`: when many fail at once, the fault is more likely in the
 * network or here (Kubernetes: `handleDisruption`, `RateLimitedTimedQueue`).
 */
export class Zones {
  readonly #zones = new Map<string, Zone>();
  readonly #rates: EvictionRates;
  readonly #nowMs: () => number;

  constructor(rates: EvictionRates, nowMs: () => number) {
    this.#rates = rates;
    this.#nowMs = nowMs;
  }

  /** The node waits for its turn to be tainted. */
  want(zone: string, node: string): void {
    this.#of(zone).waiting.add(node);
  }

  /** The node is not to be tainted any more. */
  cancel(zone: string, node: string): void {
    this.#zones.get(zone)?.waiting.delete(node);
  }

  /** Takes the nodes that may be tainted now. */
  take(): string[] {
    const taken: string[] = [];
    for (const zone of this.#zones.values()) {
      const now = this.#nowMs();
      zone.tokens = Math.min(1, zone.tokens + ((now - zone.filledAtMs) / 1000) * zone.ratePerSecond);
      zone.filledAtMs = now;
      for (const node of zone.waiting) {
        // In floating point, ten tenths are not always one.
        if (zone.ratePerSecond <= 0 || zone.tokens < 1 - 1e-9) break;
        zone.tokens -= 1;
        zone.waiting.delete(node);
        taken.push(node);
      }
    }
    return taken;
  }

  /** Milliseconds until `take` may return a node; undefined when none waits or none may be tainted. */
  nextMs(): number | undefined {
    const waits = [...this.#zones.values()]
      .filter(({ waiting, ratePerSecond }) => waiting.size > 0 && ratePerSecond > 0)
      .map(({ tokens, ratePerSecond }) => Math.ceil(Math.max(0, (1 - tokens) / ratePerSecond) * 1000));
    return waits.length === 0 ? undefined : Math.min(...waits);
  }

  /** Sets the rates by what is ready in each zone; `readiness` has the nodes of each zone. */
  judge(readiness: ReadonlyMap<string, readonly boolean[]>): Judgement {
    const next = new Map<string, ZoneState>();
    for (const [name, nodes] of readiness) {
      this.#of(name);
      next.set(name, this.#stateOf(nodes));
    }
    const isLost = [...next.values()].every((state) => state === 'FullDisruption');
    for (const [name, zone] of this.#zones)
      if (!readiness.has(name) && zone.waiting.size === 0) this.#zones.delete(name);
    const wasLost = [...this.#zones.values()].every(({ state }) => state === 'FullDisruption');
    if (isLost && wasLost) return { lostAll: false, foundAgain: false };
    if (isLost) {
      for (const zone of this.#zones.values()) {
        zone.state = 'FullDisruption';
        zone.ratePerSecond = 0;
      }
      return { lostAll: true, foundAgain: false };
    }
    for (const [name, state] of next) {
      const zone = this.#of(name);
      if (zone.state === state && !wasLost) continue;
      zone.state = state;
      zone.ratePerSecond = this.#rateOf(state, readiness.get(name)?.length ?? 0);
    }
    return { lostAll: false, foundAgain: wasLost };
  }

  #stateOf(ready: readonly boolean[]): ZoneState {
    const failed = ready.filter((one) => !one).length;
    if (failed === ready.length && failed > 0) return 'FullDisruption';
    const isPartial = failed > 2 && failed / ready.length >= this.#rates.unhealthyZoneThreshold;
    return isPartial ? 'PartialDisruption' : 'Normal';
  }

  #rateOf(state: ZoneState, size: number): number {
    const { nodeEvictionRate, secondaryNodeEvictionRate, largeClusterSizeThreshold } = this.#rates;
    if (state !== 'PartialDisruption') return nodeEvictionRate;
    return size > largeClusterSizeThreshold ? secondaryNodeEvictionRate : 0;
  }

  #of(name: string): Zone {
    let zone = this.#zones.get(name);
    if (zone === undefined) {
      const ratePerSecond = this.#rates.nodeEvictionRate;
      zone = { state: 'Initial', ratePerSecond, tokens: 1, filledAtMs: this.#nowMs(), waiting: new Set() };
      this.#zones.set(name, zone);
    }
    return zone;
  }
}
