import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { DeepReadonly } from '../../storage/follow/deep-readonly.ts';
import { podReferences } from './pod-references.ts';

/** The resources that say what belongs to which node. */
export const nodeResources = [
  { group: '', resource: 'pods' },
  { group: '', resource: 'persistentvolumes' },
  { group: 'storage.k8s.io', resource: 'volumeattachments' },
  { group: 'resource.k8s.io', resource: 'resourceslices' },
  { group: 'certificates.k8s.io', resource: 'podcertificaterequests' },
] as const;

export type NodeResource = (typeof nodeResources)[number]['resource'];

interface Volume {
  /** `persistentvolumeclaims/NAMESPACE/NAME` of the claim that it is bound to. */
  claim: string | undefined;
  secrets: readonly string[];
}

/**
 * What is related to each node (Kubernetes: `plugin/pkg/auth/authorizer/node/graph.go`): its Pods, what these
 * name, the volumes behind their claims, attachments, slices and certificate requests.
 *
 *     secret ← Pod → node      volume → claim ← Pod → node
 */
export class NodeIndex {
  /** `kind/namespace/name` → node → how many Pods of the node name it. */
  readonly #nodesOf = new Map<string, Map<string, number>>();
  /** `resource/namespace/name` of what was taken in → its node, and what it names. */
  readonly #taken = new Map<string, { node: string; uid: string; names: readonly string[] }>();
  readonly #volumes = new Map<string, Volume>();
  readonly #volumesOfSecret = new Map<string, Set<string>>();

  set(resource: NodeResource, object: DeepReadonly<KubeObject>): void {
    if (resource === 'persistentvolumes') {
      this.#setVolume(object);
      return;
    }
    const { namespace = '', name = '', uid = '' } = object.metadata;
    const key = keyOf(resource, namespace, name);
    const node = nodeOf(object);
    const known = this.#taken.get(key);
    // What a Pod names is settled with its node, but for what ephemeral containers and claims bring.
    if (known?.node === node && known.uid === uid && !maySettleLater(object)) return;
    this.#forget(key);
    if (node === '') return;
    const isMirror = object.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;
    const names = new Set([key]);
    if (resource === 'pods' && !isMirror) {
      for (const { kind, name: other } of podReferences(object)) names.add(keyOf(kind, namespace, other));
    }
    this.#taken.set(key, { node, uid, names: [...names] });
    for (const named of names) this.#count(named, node, 1);
  }

  delete(resource: NodeResource, object: DeepReadonly<KubeObject>): void {
    const { namespace = '', name = '' } = object.metadata;
    if (resource === 'persistentvolumes') this.#deleteVolume(name);
    else this.#forget(keyOf(resource, namespace, name));
  }

  /** Whether the object has to do with the node. */
  isRelated(node: string, resource: string, namespace: string, name: string): boolean {
    const key = keyOf(resource, namespace, name);
    if (resource === 'persistentvolumes') return this.#isVolumeOf(node, name);
    if (this.#nodesOf.get(key)?.has(node) === true) return true;
    if (resource !== 'secrets') return false;
    return [...(this.#volumesOfSecret.get(key) ?? [])].some((volume) => this.#isVolumeOf(node, volume));
  }

  #isVolumeOf(node: string, name: string): boolean {
    const claim = this.#volumes.get(name)?.claim;
    return claim !== undefined && this.#nodesOf.get(claim)?.has(node) === true;
  }

  #count(key: string, node: string, change: number): void {
    let nodes = this.#nodesOf.get(key);
    if (nodes === undefined) this.#nodesOf.set(key, (nodes = new Map()));
    const count = (nodes.get(node) ?? 0) + change;
    if (count > 0) nodes.set(node, count);
    else nodes.delete(node);
    if (nodes.size === 0) this.#nodesOf.delete(key);
  }

  #forget(key: string): void {
    const known = this.#taken.get(key);
    if (known === undefined) return;
    this.#taken.delete(key);
    for (const named of known.names) this.#count(named, known.node, -1);
  }

  #setVolume(object: DeepReadonly<KubeObject>): void {
    const { name = '' } = object.metadata;
    this.#deleteVolume(name);
    const spec = (object['spec'] ?? {}) as { claimRef?: { namespace?: string; name?: string } };
    const { claimRef } = spec;
    const claim =
      claimRef === undefined
        ? undefined
        : keyOf('persistentvolumeclaims', claimRef.namespace ?? '', claimRef.name ?? '');
    const secrets = volumeSecrets(spec, claimRef?.namespace ?? '');
    this.#volumes.set(name, { claim, secrets });
    for (const secret of secrets) {
      const volumes = this.#volumesOfSecret.get(secret) ?? new Set();
      this.#volumesOfSecret.set(secret, volumes.add(name));
    }
  }

  #deleteVolume(name: string): void {
    for (const secret of this.#volumes.get(name)?.secrets ?? []) {
      const volumes = this.#volumesOfSecret.get(secret);
      volumes?.delete(name);
      if (volumes?.size === 0) this.#volumesOfSecret.delete(secret);
    }
    this.#volumes.delete(name);
  }
}

function keyOf(resource: string, namespace: string, name: string): string {
  return `${resource}/${namespace}/${name}`;
}

function nodeOf(object: DeepReadonly<KubeObject>): string {
  const spec = (object['spec'] ?? {}) as { nodeName?: unknown };
  return typeof spec.nodeName === 'string' ? spec.nodeName : '';
}

function maySettleLater(object: DeepReadonly<KubeObject>): boolean {
  const spec = (object['spec'] ?? {}) as { ephemeralContainers?: unknown; resourceClaims?: unknown };
  const status = (object['status'] ?? {}) as { extendedResourceClaimStatus?: unknown };
  return (
    spec.ephemeralContainers !== undefined ||
    spec.resourceClaims !== undefined ||
    status.extendedResourceClaimStatus !== undefined
  );
}

/** Fields of a volume's source that name a secret of the node's business, with or without a namespace. */
const secretFields: ReadonlySet<string> = new Set([
  'secretRef',
  'controllerExpandSecretRef',
  'nodeExpandSecretRef',
  'nodePublishSecretRef',
  'nodeStageSecretRef',
]);

function volumeSecrets(spec: object, claimNamespace: string): string[] {
  const secrets: string[] = [];
  const add = (namespace: unknown, name: unknown): void => {
    if (typeof name !== 'string' || name === '') return;
    secrets.push(
      keyOf('secrets', typeof namespace === 'string' && namespace !== '' ? namespace : claimNamespace, name),
    );
  };
  for (const source of Object.values(spec) as unknown[]) {
    if (typeof source !== 'object' || source === null || Array.isArray(source)) continue;
    const fields = source as Record<string, unknown>;
    for (const [field, reference] of Object.entries(fields)) {
      if (!secretFields.has(field) || typeof reference !== 'object' || reference === null) continue;
      const { namespace, name } = reference as { namespace?: unknown; name?: unknown };
      add(namespace, name);
    }
    add(fields['secretNamespace'], fields['secretName']);
  }
  return secrets;
}
