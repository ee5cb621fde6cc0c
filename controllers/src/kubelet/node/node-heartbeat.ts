import { isAlreadyExists, isConflict, isNotFound, retryAfterOf } from '../../runtime/client/api-error.ts';
import { delay, formatMicroTime } from '../../runtime/clock.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { type Lease, leases, type Node, nodes } from '../../runtime/client/resource.ts';
import { newNode, type NodeFacts, nodeStatus } from './node-object.ts';

/** kubelet: `nodeLeaseDurationSeconds`; renewed four times as often. */
const leaseDurationSeconds = 40;
const renewIntervalMs = 10_000;
/** kubelet: `nodeStatusReportFrequency`, for a status in which nothing but times would change. */
const reportIntervalMs = 5 * 60 * 1000;
const leaseNamespace = 'kube-node-lease';
const retryMs = 500;

/** Keeps one Node known and alive: registers it, renews its Lease, reports its status. */
export interface NodeHeartbeat {
  /** Resolves when the Node is registered and ready. */
  readonly registered: Promise<void>;
  /** The Node changed: its status is reported anew where that makes a difference. */
  changed(node: Node): void;
  stop(): Promise<void>;
}

/**
 * Whether the Node, as the API has it, shows the conditions of a status: the node lifecycle controller makes those of a
 * node Unknown that was silent for too long.
 */
function showsConditions(node: Node, status: object): boolean {
  const wanted = (status as { conditions: { type: string; status: string }[] }).conditions;
  const shown = new Map((node.status?.conditions ?? []).map(({ type, status }) => [type, status]));
  return wanted.every(({ type, status }) => shown.get(type) === status);
}

/**
 * Starts at once and goes on until `stop`; failures are logged and tried again. `nodeNow` is the Node as a watch shows
 * it; it is asked only when the Node has been registered.
 */
export function startHeartbeat(
  context: ControllerContext,
  facts: NodeFacts,
  nodeNow: () => Node | undefined,
): NodeHeartbeat {
  const { client, clock, log, recorder } = context;
  const stop = new AbortController();
  /** The Lease as it was written last. */
  let known: Lease | undefined;
  let lastReportMs = -Infinity;
  let reported = '';

  async function register(): Promise<Node> {
    try {
      return await client.create(nodes, newNode(facts));
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      return client.get(nodes, { name: facts.name });
    }
  }

  async function report(node: Node): Promise<void> {
    const status = nodeStatus(facts, node, clock.now());
    const substance = JSON.stringify(status, (key, value: unknown) =>
      key === 'lastHeartbeatTime' || key === 'lastTransitionTime' ? undefined : value,
    );
    const isRecent = clock.monotonicMs() - lastReportMs < reportIntervalMs;
    if (substance === reported && isRecent && showsConditions(node, status)) return;
    await client.patch(nodes, {
      name: facts.name,
      type: 'strategic',
      subresource: 'status',
      body: { status },
    });
    reported = substance;
    lastReportMs = clock.monotonicMs();
  }

  /** One request where the Lease is as it was left; it is read again only when that turns out otherwise. */
  async function renew(node: Node): Promise<void> {
    const ref = { namespace: leaseNamespace, name: facts.name };
    const spec = {
      holderIdentity: facts.name,
      leaseDurationSeconds,
      renewTime: formatMicroTime(clock.now()),
    };
    try {
      known ??= await client.get(leases, ref);
      known = await client.update(leases, { ...known, spec: { ...known.spec, ...spec } });
    } catch (error) {
      known = undefined;
      if (isConflict(error)) {
        const current = await client.get(leases, ref);
        known = await client.update(leases, { ...current, spec: { ...current.spec, ...spec } });
        return;
      }
      if (!isNotFound(error)) throw error;
      const owner = { apiVersion: 'v1', kind: 'Node', name: facts.name, uid: node.metadata.uid ?? '' };
      const fresh: Lease = {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { ...ref, ownerReferences: [owner] },
        spec,
      };
      known = await client.create(leases, fresh);
    }
  }

  /** Tries until it works or the heartbeat stops. */
  async function insist<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    while (!stop.signal.aborted) {
      try {
        return await work();
      } catch (error) {
        log.debug({ err: error, node: facts.name }, what);
        await delay(clock, retryAfterOf(error) ?? retryMs, stop.signal);
      }
    }
    return undefined;
  }

  async function insistWhileBusy(work: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        const busyMs = retryAfterOf(error);
        if (busyMs === undefined || stop.signal.aborted) throw error;
        await delay(clock, busyMs, stop.signal);
      }
    }
  }

  function tell(node: Node, reason: string, message: string): void {
    // kubelet puts the node's name where the uid goes.
    const about = {
      ...node,
      kind: 'Node',
      apiVersion: 'v1',
      metadata: { ...node.metadata, uid: facts.name },
    };
    recorder.event(about, { type: 'Normal', reason, message });
  }

  async function first(): Promise<void> {
    const node = await insist('registering', register);
    if (node === undefined) return;
    tell(node, 'Starting', 'Starting kubelet.');
    await insist('first status', () => report(node));
    for (const reason of [
      'NodeHasSufficientMemory',
      'NodeHasNoDiskPressure',
      'NodeHasSufficientPID',
      'NodeReady',
    ]) {
      tell(node, reason, `Node ${facts.name} status is now: ${reason}`);
    }
    await insist('first lease', () => renew(node));
  }

  async function beat(): Promise<void> {
    // Nodes that start together shall not beat together.
    await delay(clock, renewIntervalMs * context.random(), stop.signal);
    while (!stop.signal.aborted) {
      try {
        // The watch may be behind: only the API knows that the Node is gone.
        const node = nodeNow() ?? (await client.get(nodes, { name: facts.name }));
        // A Lease that a busy server refused is renewed as soon as it may be.
        await insistWhileBusy(() => renew(node));
        await insistWhileBusy(() => report(node));
      } catch (error) {
        if (isNotFound(error)) {
          // Somebody deleted the Node: a kubelet that lives registers again.
          reported = '';
          known = undefined;
          await first();
        } else if (!isConflict(error)) {
          log.warn({ err: error, node: facts.name }, 'heartbeat failed');
        }
      }
      await delay(clock, renewIntervalMs, stop.signal);
    }
  }

  const registered = first();
  const beating = registered.then(beat);
  return {
    registered,
    changed(node) {
      void registered.then(() => insist('status', () => report(node)));
    },
    async stop() {
      stop.abort();
      await beating;
    },
  };
}
