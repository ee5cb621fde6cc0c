import type { ControllerContext } from '../../../runtime/context.ts';
import type { Timer } from '../../../runtime/clock.ts';
import { objectKey } from '../../../runtime/client/api-object.ts';
import {
  type Node,
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  storageClasses,
} from '../../../runtime/client/resource.ts';
import { isUsableOn } from './match-volume.ts';
import type { VolumePlan } from './plan-volumes.ts';
import { annotationsOf, classOf, isBound, nodeOfClaim, selectedNode, type Storage } from './storage.ts';

/** kube-scheduler: `bindTimeoutSeconds` of VolumeBinding. */
const bindTimeoutMs = 600_000;
const boundByController = 'pv.kubernetes.io/bound-by-controller';

/** Follows claims, volumes and classes, and gives claims volumes where that waits for the scheduler. */
export interface VolumeBinder {
  storage: Storage;
  /** Counts what the plan takes as taken, from now until the returned function is called. */
  assume(plan: VolumePlan, node: Node): () => void;
  /**
   * Writes the plan and waits until the volume controller has bound the claims; rejects in kube-scheduler's words when
   * that fails or takes longer than ten minutes, or when `signal` aborts.
   */
  bind(plan: VolumePlan, node: Node, signal: AbortSignal): Promise<void>;
}

/** `changed` is called when something may help a Pod that waits for storage. */
export function createVolumeBinder(
  { client, clock, informers }: ControllerContext,
  changed: () => void,
): VolumeBinder {
  const claims = informers.of(persistentVolumeClaims);
  const volumes = informers.of(persistentVolumes);
  const classes = informers.of(storageClasses);
  const assumedNodes = new Map<string, string>();
  const assumedClaims = new Map<string, string>();
  const waiting = new Set<() => void>();

  volumes.addIndex('class', (volume) => [classOf(volume)]);
  const tell = (): void => {
    for (const look of waiting) look();
    changed();
  };
  for (const informer of [claims, volumes, classes])
    informer.addHandler({ add: tell, update: tell, delete: tell });

  const storage: Storage = {
    claim: (namespace, name) => claims.store.get(`${namespace}/${name}`),
    volume: (name) => volumes.store.get(name),
    volumesOfClass: (className) => volumes.store.byIndex('class', className),
    storageClass: (name) => classes.store.get(name),
    assumedNode: (claim) => assumedNodes.get(objectKey(claim)),
    assumedClaim: (name) => assumedClaims.get(name),
  };

  /** Whether all is bound; throws when it never will be. */
  function areBound({ bindings, provisions }: VolumePlan, node: Node): boolean {
    const nodeName = node.metadata.name ?? '';
    const current = (claim: PersistentVolumeClaim): PersistentVolumeClaim => {
      const found = claims.store.get(objectKey(claim));
      if (found === undefined) throw new Error(`could not find object "${objectKey(claim)}"`);
      return found;
    };
    for (const { claim, volume } of bindings) {
      const found = volumes.store.get(volume.metadata.name ?? '');
      if (found !== undefined && !isUsableOn(found, node))
        throw new Error(
          `pv "${found.metadata.name}" node affinity doesn't match node "${nodeName}": no matching NodeSelectorTerms`,
        );
      if (!isBound(current(claim))) return false;
    }
    for (const claim of provisions) {
      const found = current(claim);
      // The provisioner takes the node away from a claim that it could not serve.
      if (nodeOfClaim(found, { ...storage, assumedNode: () => undefined }) !== nodeName)
        throw new Error(`provisioning failed for PVC "${found.metadata.name}"`);
      if (!isBound(found)) return false;
    }
    return true;
  }

  async function write({ bindings, provisions }: VolumePlan, nodeName: string): Promise<void> {
    for (const { claim, volume } of bindings) {
      const { name, namespace, uid, resourceVersion } = claim.metadata;
      if (volume.spec?.claimRef?.uid === uid) continue;
      const claimRef = { apiVersion: 'v1', kind: claim.kind, namespace, name, uid, resourceVersion };
      const annotations = { ...annotationsOf(volume.metadata), [boundByController]: 'yes' };
      await client.update(persistentVolumes, {
        ...volume,
        metadata: {
          ...volume.metadata,
          annotations: volume.spec?.claimRef ? volume.metadata.annotations : annotations,
        },
        spec: { ...volume.spec, claimRef },
      } as PersistentVolume);
    }
    for (const claim of provisions) {
      if (annotationsOf(claim.metadata)[selectedNode] === nodeName) continue;
      const annotations = { ...annotationsOf(claim.metadata), [selectedNode]: nodeName };
      await client.update(persistentVolumeClaims, {
        ...claim,
        metadata: { ...claim.metadata, annotations },
      } as PersistentVolumeClaim);
    }
  }

  /** What was just written has reached the caches: before that they cannot tell that it was taken back. */
  function isSeen({ provisions }: VolumePlan, nodeName: string | undefined): boolean {
    return provisions.every((claim) => {
      if (annotationsOf(claim.metadata)[selectedNode] === nodeName) return true;
      const found = claims.store.get(objectKey(claim));
      return found === undefined || found.metadata.resourceVersion !== claim.metadata.resourceVersion;
    });
  }

  function whenBound(plan: VolumePlan, node: Node, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      let timer: Timer | undefined;
      const end = (error?: Error): void => {
        waiting.delete(look);
        timer?.cancel();
        signal.removeEventListener('abort', stop);
        if (error) reject(error);
        else resolve();
      };
      const look = (): void => {
        try {
          if (isSeen(plan, node.metadata.name) && areBound(plan, node)) end();
        } catch (error) {
          end(error as Error);
        }
      };
      const stop = (): void => end(new Error('context canceled'));
      signal.addEventListener('abort', stop);
      timer = clock.after(bindTimeoutMs, () => end(new Error('context deadline exceeded')));
      waiting.add(look);
      if (signal.aborted) stop();
      else look();
    });
  }

  return {
    storage,
    assume({ bindings, provisions }, node) {
      const keys = provisions.map(objectKey);
      const names = bindings.map(({ volume }) => volume.metadata.name ?? '');
      for (const key of keys) assumedNodes.set(key, node.metadata.name ?? '');
      for (const { claim, volume } of bindings)
        assumedClaims.set(volume.metadata.name ?? '', claim.metadata.uid ?? '');
      return () => {
        for (const key of keys) assumedNodes.delete(key);
        for (const name of names) assumedClaims.delete(name);
      };
    },
    async bind(plan, node, signal) {
      await write(plan, node.metadata.name ?? '');
      await whenBound(plan, node, signal);
    },
  };
}
