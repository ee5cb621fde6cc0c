import { objectKey } from '../../../runtime/client/api-object.ts';
import {
  type Node,
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  storageClasses,
} from '../../../runtime/client/resource.ts';
import type { Clock } from '../../../runtime/clock.ts';
import type { ControllerContext } from '../../../runtime/context.ts';
import { annotationsOf, classOf, isBound, type Storage } from '../../framework/storage.ts';
import { isUsableOn } from './match-volume.ts';
import type { VolumePlan } from './plan-volumes.ts';
import { nodeOfClaim, selectedNode } from './selected-node.ts';

/** kube-scheduler: `bindTimeoutSeconds` of VolumeBinding. */
const bindTimeoutMs = 600_000;
const boundByController = 'pv.kubernetes.io/bound-by-controller';

/** Claims and volumes as the informers show them. */
type VolumeStores = Pick<Storage, 'volume' | 'claim'>;

/** Follows claims, volumes and classes, and gives claims volumes where that waits for the scheduler. */
export class VolumeBinder {
  /** What the informers show, with what was assumed here. */
  readonly storage: Storage;
  readonly #client: ControllerContext['client'];
  readonly #clock: Clock;
  readonly #assumedNodes = new Map<string, string>();
  readonly #assumedClaims = new Map<string, string>();
  /** Look again whether their claims are bound; called after every change. */
  readonly #waiting = new Set<() => void>();

  /** Has the informers of all three resources made; create it before they start. */
  constructor({ client, clock, informers }: Pick<ControllerContext, 'client' | 'clock' | 'informers'>) {
    this.#client = client;
    this.#clock = clock;
    const claims = informers.of(persistentVolumeClaims);
    const volumes = informers.of(persistentVolumes);
    const classes = informers.of(storageClasses);
    volumes.addIndex('class', (volume) => [classOf(volume)]);
    const changed = (): void => {
      for (const look of this.#waiting) look();
    };
    for (const informer of [claims, volumes])
      informer.addHandler({ add: changed, update: changed, delete: changed });
    this.storage = {
      claim: (namespace, name) => claims.store.get(`${namespace}/${name}`),
      volume: (name) => volumes.store.get(name),
      volumesOfClass: (className) => volumes.store.byIndex('class', className),
      storageClass: (name) => classes.store.get(name),
      assumedNode: (claim) => this.#assumedNodes.get(objectKey(claim)),
      assumedClaim: (name) => this.#assumedClaims.get(name),
    };
  }

  /** Counts what the plan takes as taken, from now until the returned function is called. */
  assume({ bindings, provisions }: VolumePlan, node: Node): () => void {
    const keys = provisions.map(objectKey);
    const names = bindings.map(({ volume }) => volume.metadata.name ?? '');
    for (const key of keys) this.#assumedNodes.set(key, node.metadata.name ?? '');
    for (const { claim, volume } of bindings)
      this.#assumedClaims.set(volume.metadata.name ?? '', claim.metadata.uid ?? '');
    return () => {
      for (const key of keys) this.#assumedNodes.delete(key);
      for (const name of names) this.#assumedClaims.delete(name);
    };
  }

  /**
   * Writes the plan and waits until the volume controller has bound the claims; rejects in kube-scheduler's
   * words when that fails or takes longer than ten minutes, or when `signal` aborts.
   */
  async bind(plan: VolumePlan, node: Node, signal: AbortSignal): Promise<void> {
    for (const { claim, volume } of plan.bindings) await this.#giveVolume(claim, volume);
    for (const claim of plan.provisions) await this.#selectNode(claim, node.metadata.name ?? '');
    await this.#whenBound(plan, node, signal);
  }

  async #giveVolume(claim: PersistentVolumeClaim, volume: PersistentVolume): Promise<void> {
    const { name, namespace, uid, resourceVersion } = claim.metadata;
    if (volume.spec?.claimRef?.uid === uid) return;
    const claimRef = { apiVersion: 'v1', kind: claim.kind, namespace, name, uid, resourceVersion };
    const annotations = { ...annotationsOf(volume.metadata), [boundByController]: 'yes' };
    await this.#client.update(persistentVolumes, {
      ...volume,
      metadata: {
        ...volume.metadata,
        annotations: volume.spec?.claimRef ? volume.metadata.annotations : annotations,
      },
      spec: { ...volume.spec, claimRef },
    } as PersistentVolume);
  }

  async #selectNode(claim: PersistentVolumeClaim, nodeName: string): Promise<void> {
    if (annotationsOf(claim.metadata)[selectedNode] === nodeName) return;
    const annotations = { ...annotationsOf(claim.metadata), [selectedNode]: nodeName };
    await this.#client.update(persistentVolumeClaims, {
      ...claim,
      metadata: { ...claim.metadata, annotations },
    } as PersistentVolumeClaim);
  }

  #whenBound(plan: VolumePlan, node: Node, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = (): void => {
      try {
        if (isWritten(plan, node, this.storage) && areBound(plan, node, this.storage)) resolve();
      } catch (error) {
        reject(error as Error);
      }
    };
    const stop = (): void => reject(new Error('context canceled'));
    const timer = this.#clock.after(bindTimeoutMs, () => reject(new Error('context deadline exceeded')));
    signal.addEventListener('abort', stop);
    this.#waiting.add(look);
    if (signal.aborted) stop();
    else look();
    return promise.finally(() => {
      this.#waiting.delete(look);
      timer.cancel();
      signal.removeEventListener('abort', stop);
    });
  }
}

function currentOf(claim: PersistentVolumeClaim, { claim: find }: VolumeStores): PersistentVolumeClaim {
  const found = find(claim.metadata.namespace ?? '', claim.metadata.name ?? '');
  if (found === undefined) throw new Error(`could not find object "${objectKey(claim)}"`);
  return found;
}

/** Whether the informers show what was written: before that they cannot show that it was taken back. */
function isWritten({ provisions }: VolumePlan, { metadata }: Node, { claim: find }: VolumeStores): boolean {
  return provisions.every((claim) => {
    if (annotationsOf(claim.metadata)[selectedNode] === metadata.name) return true;
    const found = find(claim.metadata.namespace ?? '', claim.metadata.name ?? '');
    return found === undefined || found.metadata.resourceVersion !== claim.metadata.resourceVersion;
  });
}

/** Whether all claims are bound (kube-scheduler: `checkBindings`); throws when they never will be. */
function areBound({ bindings, provisions }: VolumePlan, node: Node, stores: VolumeStores): boolean {
  const nodeName = node.metadata.name ?? '';
  for (const { claim, volume } of bindings) {
    const found = stores.volume(volume.metadata.name ?? '');
    if (found !== undefined && !isUsableOn(found, node))
      throw new Error(
        `pv "${found.metadata.name}" node affinity doesn't match node "${nodeName}": no matching NodeSelectorTerms`,
      );
    if (!isBound(currentOf(claim, stores))) return false;
  }
  for (const claim of provisions) {
    const found = currentOf(claim, stores);
    // The provisioner takes the node away from a claim that it could not serve.
    if (nodeOfClaim(found, { assumedNode: () => undefined }) !== nodeName)
      throw new Error(`provisioning failed for PVC "${found.metadata.name}"`);
    if (!isBound(found)) return false;
  }
  return true;
}
