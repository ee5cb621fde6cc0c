import type { Node, PersistentVolumeClaim, Pod } from '../../../runtime/client/resource.ts';
import { controllerOf } from '../../../runtime/workload/controller-ref.ts';
import { semanticEqual } from '../../../runtime/semantic-equal.ts';
import { stateKey } from '../../framework/cycle-state.ts';
import { Action, on, type RegisteredEvent } from '../../framework/events/cluster-event.ts';
import type { NodeSnapshot } from '../../framework/nodes/node-snapshot.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { errorStatus, skip, Status, unresolvable } from '../../framework/status.ts';
import {
  claimNotFound,
  claimsNamedBy,
  isBound,
  type NamedClaim,
  type Storage,
  usesClaim,
  waitsForConsumer,
} from '../../framework/storage.ts';
import { isUsableOn } from './match-volume.ts';
import { planVolumes, type VolumePlan } from './plan-volumes.ts';
import type { VolumeBinder } from './volume-binder.ts';

/** The claims of a Pod, and how they can be bound on each node that passed the filter. */
interface VolumeState {
  readonly bound: readonly PersistentVolumeClaim[];
  readonly unbound: readonly PersistentVolumeClaim[];
  readonly plans: Map<string, VolumePlan>;
  /** Gives back what `reserve` counted as taken. */
  release?: () => void;
}

const volumeState = stateKey<VolumeState>('VolumeBinding');
const unboundImmediate = unresolvable('pod has unbound immediate PersistentVolumeClaims');

/** Why a claim cannot be used by a Pod, whatever the node; undefined: it can. */
function problemOf(
  claim: PersistentVolumeClaim | undefined,
  pod: Pod,
  { name, isEphemeral }: NamedClaim,
): string | undefined {
  if (claim === undefined) {
    return isEphemeral
      ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
      : claimNotFound(name);
  }
  if (claim.status?.phase === 'Lost')
    return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec?.volumeName ?? ''}"`;
  if (claim.metadata.deletionTimestamp) return `persistentvolumeclaim "${name}" is being deleted`;
  if (isEphemeral && controllerOf(claim)?.uid !== pod.metadata.uid) {
    const { namespace } = claim.metadata;
    return `PVC ${namespace}/${name} was not created for pod ${pod.metadata.namespace}/${pod.metadata.name} (pod is not owner)`;
  }
  return undefined;
}

/** The claims of a Pod, bound or to be bound on its node; or why the Pod must wait for them. */
function claimsOf(pod: Pod, storage: Storage): Status | Pick<VolumeState, 'bound' | 'unbound'> {
  const claims: PersistentVolumeClaim[] = [];
  for (const named of claimsNamedBy(pod)) {
    const claim = storage.claim(pod.metadata.namespace ?? '', named.name);
    const problem = problemOf(claim, pod, named);
    if (claim === undefined || problem !== undefined)
      return unresolvable(problem ?? claimNotFound(named.name));
    claims.push(claim);
  }
  const bound = claims.filter(isBound);
  const unbound = claims.filter((claim) => !isBound(claim));
  if (unbound.some((claim) => claim.spec?.volumeName || !waitsForConsumer(claim, storage)))
    return unboundImmediate;
  return { bound, unbound };
}

/** What speaks against a node: bound volumes that cannot be used there, and claims that get none there. */
function reasonsAgainst(
  { bound }: VolumeState,
  { node, plan, storage }: { node: Node; plan: VolumePlan | undefined; storage: Storage },
): string[] {
  const volumes = bound.map((claim) => storage.volume(claim.spec?.volumeName ?? ''));
  const reasons: string[] = [];
  if (volumes.some((volume) => volume !== undefined && !isUsableOn(volume, node)))
    reasons.push("node(s) didn't match PersistentVolume's node affinity");
  if (plan === undefined) reasons.push("node(s) didn't find available persistent volumes to bind");
  if (volumes.includes(undefined))
    reasons.push('node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)');
  return reasons;
}

/** Any new or changed volume may be the one that a claim waits for. */
const registeredEvents: readonly RegisteredEvent[] = [
  on('storage.k8s.io/StorageClass', Action.add | Action.update, (_pod, before, after) =>
    before === undefined ||
    !semanticEqual({ terms: before.allowedTopologies }, { terms: after?.allowedTopologies })
      ? 'Queue'
      : 'QueueSkip',
  ),
  on('PersistentVolumeClaim', Action.add | Action.update, (pod, _before, after) =>
    usesClaim(pod, after, true) ? 'Queue' : 'QueueSkip',
  ),
  on('PersistentVolume', Action.add | Action.update),
  on('Node', Action.add | Action.updateNodeLabel),
];

const isEmpty = ({ bindings, provisions }: VolumePlan): boolean =>
  bindings.length === 0 && provisions.length === 0;

/**
 * Bound claims have volumes that can be used on the node; others get one there before the Pod is bound;
 * claims that do not wait for a consumer must be bound before (kube-scheduler: `VolumeBinding`).
 */
export function createVolumeBinding({
  snapshot,
  storage,
  binder,
}: {
  snapshot: NodeSnapshot;
  storage: Storage;
  binder: Pick<VolumeBinder, 'assume' | 'bind'>;
}) {
  return {
    name: 'VolumeBinding',

    preFilter(state, pod) {
      const claims = claimsOf(pod, storage);
      if (claims instanceof Status) return claims;
      state.write(volumeState, { ...claims, plans: new Map() });
      return claims.bound.length + claims.unbound.length === 0 ? skip : undefined;
    },

    filter(state, _pod, { node, name }) {
      if (node === undefined) return undefined;
      const found = state.read(volumeState);
      const plan = planVolumes(found.unbound, node, storage);
      const reasons = reasonsAgainst(found, { node, plan, storage });
      if (reasons.length > 0) return unresolvable(...reasons);
      if (plan !== undefined && !isEmpty(plan)) found.plans.set(name, plan);
      return undefined;
    },

    reserve(state, _pod, nodeName) {
      const found = state.read(volumeState);
      const plan = found.plans.get(nodeName);
      const node = snapshot.node(nodeName)?.node;
      if (plan !== undefined && node !== undefined) found.release = binder.assume(plan, node);
      return undefined;
    },

    unreserve(state) {
      const found = state.find(volumeState);
      found?.release?.();
      delete found?.release;
    },

    preBindPreFlight: (state, _pod, nodeName) =>
      state.read(volumeState).plans.has(nodeName) ? undefined : skip,

    async preBind(state, _pod, nodeName, signal) {
      const found = state.read(volumeState);
      const plan = found.plans.get(nodeName);
      const node = snapshot.node(nodeName)?.node;
      if (plan === undefined || node === undefined)
        return errorStatus(new Error(`no pod volume found for node "${nodeName}"`));
      try {
        await binder.bind(plan, node, signal);
        return undefined;
      } catch (error) {
        return errorStatus(new Error(`binding volumes: ${(error as Error).message}`, { cause: error }));
      } finally {
        // The informers show the volumes as they are now; before the Pod may be taken up again.
        found.release?.();
        delete found.release;
      }
    },

    eventsToRegister: () => registeredEvents,
  } satisfies Plugin;
}
