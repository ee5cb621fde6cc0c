import { isAlreadyExists, isConflict, isNotFound, retryAfterOf } from '../../runtime/client/api-error.ts';
import { type Lease, leases, type Node, nodes } from '../../runtime/client/resource.ts';
import { delay, formatMicroTime } from '../../runtime/clock.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { newNode, type NodeFacts, nodeStatus } from './node-object.ts';

/** kubelet: `nodeLeaseDurationSeconds`; renewed four times as often. */
const leaseDurationSeconds = 40;
const renewIntervalMs = 10_000;
/** kubelet: `nodeStatusReportFrequency`, for a status in which nothing but times would change. */
const reportIntervalMs = 5 * 60 * 1000;
const leaseNamespace = 'kube-node-lease';
const retryMs = 500;
const readyReasons = [
  'NodeHasSufficientMemory',
  'NodeHasNoDiskPressure',
  'NodeHasSufficientPID',
  'NodeReady',
];

/**
 * Registers one Node, renews its Lease and reports its status, from `start` until `stop`. Failures are logged
 * and tried again; a Node that was deleted is registered again.
 */
export class NodeHeartbeat {
  /** Resolves when the Node is registered and ready. */
  readonly registered: Promise<void>;
  readonly #context: ControllerContext;
  readonly #facts: NodeFacts;
  readonly #nodeNow: () => Node | undefined;
  readonly #registered = Promise.withResolvers<void>();
  readonly #stop = new AbortController();
  #beating: Promise<void> | undefined;
  /** The Lease as it was written last. */
  #lease: Lease | undefined;
  #lastReportMs = -Infinity;
  /** The status that was reported last, without its times, as JSON. */
  #reported = '';

  /** `nodeNow` is the Node as a watch shows it; it is called only after the Node has been registered. */
  constructor(context: ControllerContext, facts: NodeFacts, nodeNow: () => Node | undefined) {
    this.registered = this.#registered.promise;
    this.#context = context;
    this.#facts = facts;
    this.#nodeNow = nodeNow;
  }

  /** Begins at once; calling it again changes nothing. */
  start(): void {
    this.#beating ??= this.#begin();
  }

  /** The Node changed: its status is reported where it shows something else. */
  changed(node: Node): void {
    void this.registered.then(() => this.#persist('status', () => this.#report(node)));
  }

  /** Ends the heartbeat; the Node stays. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#beating;
  }

  async #begin(): Promise<void> {
    await this.#register();
    this.#registered.resolve();
    await this.#beat();
  }

  /** Registers the Node and reports for the first time. */
  async #register(): Promise<void> {
    const node = await this.#persist('registering', () => this.#createNode());
    if (node === undefined) return;
    this.#event(node, 'Starting', 'Starting kubelet.');
    await this.#persist('first status', () => this.#report(node));
    for (const reason of readyReasons)
      this.#event(node, reason, `Node ${this.#facts.name} status is now: ${reason}`);
    await this.#persist('first lease', () => this.#renew(node));
  }

  async #createNode(): Promise<Node> {
    const { client } = this.#context;
    try {
      return await client.create(nodes, newNode(this.#facts));
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      return client.get(nodes, { name: this.#facts.name });
    }
  }

  async #beat(): Promise<void> {
    const { clock, random } = this.#context;
    const { signal } = this.#stop;
    // Nodes that start together should not renew together.
    await delay(clock, renewIntervalMs * random(), signal);
    while (!signal.aborted) {
      await this.#beatOnce();
      await delay(clock, renewIntervalMs, signal);
    }
  }

  async #beatOnce(): Promise<void> {
    const { client, log } = this.#context;
    try {
      // The watch may be behind: only the API can say that the Node is gone.
      const node = this.#nodeNow() ?? (await client.get(nodes, { name: this.#facts.name }));
      // A Lease that a busy server refused is renewed as soon as it may be.
      await this.#retryWhileBusy(() => this.#renew(node));
      await this.#retryWhileBusy(() => this.#report(node));
    } catch (error) {
      if (isNotFound(error)) {
        this.#reported = '';
        this.#lease = undefined;
        await this.#register();
      } else if (!isConflict(error)) {
        log.warn({ err: error, node: this.#facts.name }, 'heartbeat failed');
      }
    }
  }

  /**
   * Writes the status where it changed, where it was not written for long, and where the Node shows another
   * one.
   */
  async #report(node: Node): Promise<void> {
    const { client, clock } = this.#context;
    const status = nodeStatus(this.#facts, node, clock.now());
    const withoutTimes = JSON.stringify(status, (key, value: unknown) =>
      key === 'lastHeartbeatTime' || key === 'lastTransitionTime' ? undefined : value,
    );
    const isRecent = clock.monotonicMs() - this.#lastReportMs < reportIntervalMs;
    if (withoutTimes === this.#reported && isRecent && showsConditions(node, status)) return;
    await client.patch(nodes, {
      name: this.#facts.name,
      type: 'strategic',
      subresource: 'status',
      body: { status },
    });
    this.#reported = withoutTimes;
    this.#lastReportMs = clock.monotonicMs();
  }

  /** One request where the Lease is as it was written last; it is read again only after a conflict. */
  async #renew(node: Node): Promise<void> {
    const { client } = this.#context;
    const ref = { namespace: leaseNamespace, name: this.#facts.name };
    try {
      this.#lease ??= await client.get(leases, ref);
      this.#lease = await this.#update(this.#lease);
    } catch (error) {
      this.#lease = undefined;
      if (isConflict(error)) this.#lease = await this.#update(await client.get(leases, ref));
      else if (isNotFound(error)) this.#lease = await this.#createLease(node);
      else throw error;
    }
  }

  #update(lease: Lease): Promise<Lease> {
    return this.#context.client.update(leases, { ...lease, spec: { ...lease.spec, ...this.#leaseSpec() } });
  }

  #createLease(node: Node): Promise<Lease> {
    const { name } = this.#facts;
    const owner = { apiVersion: 'v1', kind: 'Node', name, uid: node.metadata.uid ?? '' };
    return this.#context.client.create(leases, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace: leaseNamespace, name, ownerReferences: [owner] },
      spec: this.#leaseSpec(),
    });
  }

  #leaseSpec() {
    const renewTime = formatMicroTime(this.#context.clock.now());
    return { holderIdentity: this.#facts.name, leaseDurationSeconds, renewTime };
  }

  /** Tries until it works or the heartbeat stops. */
  async #persist<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    const { clock, log } = this.#context;
    while (!this.#stop.signal.aborted) {
      try {
        return await work();
      } catch (error) {
        log.debug({ err: error, node: this.#facts.name }, what);
        await delay(clock, retryAfterOf(error) ?? retryMs, this.#stop.signal);
      }
    }
    return undefined;
  }

  async #retryWhileBusy(work: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        const busyMs = retryAfterOf(error);
        if (busyMs === undefined || this.#stop.signal.aborted) throw error;
        await delay(this.#context.clock, busyMs, this.#stop.signal);
      }
    }
  }

  #event(node: Node, reason: string, message: string): void {
    // As kubelet does: the node's name is in place of the uid.
    const metadata = { ...node.metadata, uid: this.#facts.name };
    const about = { ...node, kind: 'Node', apiVersion: 'v1', metadata };
    this.#context.recorder.event(about, { type: 'Normal', reason, message });
  }
}

/**
 * Whether the Node, as the API has it, shows the conditions of a status: node-lifecycle-controller changes
 * those of a node that did not report for too long to Unknown.
 */
function showsConditions(node: Node, status: object): boolean {
  const wanted = (status as { conditions: { type: string; status: string }[] }).conditions;
  const shown = new Map((node.status?.conditions ?? []).map(({ type, status }) => [type, status]));
  return wanted.every(({ type, status }) => shown.get(type) === status);
}
