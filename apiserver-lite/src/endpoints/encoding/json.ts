import { goJson } from '@pg8s/k8s-proto/go-json';
import type { KubeObject, ObjectMeta } from '@pg8s/k8s-proto/object';
import type { CachedObject } from '../../storage/cached-object.ts';

const metadataOrder = [
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
] as const satisfies (keyof ObjectMeta | 'selfLink')[];

/** Metadata in Go's order: what the server filled in last doesn't stand last. */
function orderedMetadata(metadata: ObjectMeta): ObjectMeta {
  const ordered: Record<string, unknown> = {};
  for (const name of metadataOrder) {
    const value = (metadata as ObjectMeta & { selfLink?: string })[name];
    if (value !== undefined) ordered[name] = value;
  }
  return ordered;
}

/** The object's top level in Go's order: kind, apiVersion, metadata, the rest. */
export function inGoOrder(object: KubeObject): KubeObject {
  const { kind, apiVersion, metadata, ...rest } = object;
  return { kind, apiVersion, metadata: orderedMetadata(metadata), ...rest };
}

function encodeItem(object: KubeObject): Uint8Array {
  const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = object;
  return Buffer.from(goJson({ metadata: orderedMetadata(metadata), ...rest }));
}

/** The JSON of an object without kind and apiVersion, as it stands in a list; made once a revision. */
export function jsonItem(cached: CachedObject): Uint8Array {
  return cached.encoded('json', encodeItem);
}

/** What comes before an item's bytes (less their brace) to make it a whole object. */
export function typeHead(kind: string, apiVersion: string): string {
  return `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},`;
}

/** A whole object, ending in the newline that Go's encoder writes. */
export function jsonDocument(cached: CachedObject): Uint8Array {
  const { kind, apiVersion } = cached.object;
  return Buffer.concat([Buffer.from(typeHead(kind, apiVersion)), jsonItem(cached).subarray(1), newline]);
}

const newline = Buffer.from('\n');
