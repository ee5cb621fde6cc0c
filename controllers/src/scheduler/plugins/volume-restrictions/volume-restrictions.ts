import { stateKey } from '../../framework/cycle-state.ts';
import { Action, on } from '../../framework/events/cluster-event.ts';
import type { NodeSnapshot } from '../../framework/nodes/node-snapshot.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { skip, unresolvable, unschedulable } from '../../framework/status.ts';
import { claimNotFound, claimsNamedBy, type Storage, usesClaim } from '../../framework/storage.ts';

const preFilterState = stateKey<{ isInUse: boolean }>('PreFilterVolumeRestrictions');
const inUse = unschedulable(
  'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
);

/**
 * A claim that one Pod alone may use must have no other user (kube-scheduler: `VolumeRestrictions`). It is
 * also the first plugin to miss a claim.
 */
export function createVolumeRestrictions({
  snapshot,
  storage,
}: {
  snapshot: NodeSnapshot;
  storage: Pick<Storage, 'claim'>;
}) {
  return {
    name: 'VolumeRestrictions',

    preFilter(state, pod) {
      const { namespace = '' } = pod.metadata;
      let isInUse = false;
      for (const { name, isEphemeral } of claimsNamedBy(pod)) {
        if (isEphemeral) continue;
        const claim = storage.claim(namespace, name);
        if (claim === undefined) return unresolvable(claimNotFound(name));
        if (claim.spec?.accessModes?.includes('ReadWriteOncePod'))
          isInUse ||= snapshot.isClaimUsed(`${namespace}/${name}`);
      }
      if (!isInUse) return skip;
      state.write(preFilterState, { isInUse });
      return undefined;
    },

    filter: (state) => (state.read(preFilterState).isInUse ? inUse : undefined),

    eventsToRegister: () => [
      on('Pod', Action.delete, (pod, before) => {
        if (before?.metadata.namespace !== pod.metadata.namespace) return 'QueueSkip';
        const names = (of: typeof pod): string[] =>
          claimsNamedBy(of)
            .filter(({ isEphemeral }) => !isEphemeral)
            .map(({ name }) => name);
        const freed = new Set(names(before!));
        return names(pod).some((name) => freed.has(name)) ? 'Queue' : 'QueueSkip';
      }),
      on('Node', Action.add),
      on('PersistentVolumeClaim', Action.add, (pod, _before, after) =>
        usesClaim(pod, after) ? 'Queue' : 'QueueSkip',
      ),
    ],
  } satisfies Plugin;
}
