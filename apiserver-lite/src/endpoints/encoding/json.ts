import { goJson, goMapJson } from '@pg8s/k8s-proto/go-json';
import type { KubeObject, ObjectMeta } from '@pg8s/k8s-proto/object';
import type { ObjectCodec } from '../../registry/resource-types/object-codec.ts';
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

/** The JSON of a whole object without a type, with sorted keys; made once a revision. */
function sortedItem(cached: CachedObject): Uint8Array {
  return cached.encoded('json', (object) => Buffer.from(goMapJson(object)));
}

/** What comes before an item's bytes (less their brace) to make it a whole object. */
export function typeHead(kind: string, apiVersion: string): string {
  return `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},`;
}

/** How objects are written as JSON: by their type, or, where they have none, with sorted keys. */
export type JsonForm = Pick<ObjectCodec, 'unstructured'>;

/** A whole object, in pieces. */
export function jsonPieces(cached: CachedObject, { unstructured }: JsonForm): Uint8Array[] {
  if (unstructured === true) return [sortedItem(cached)];
  const { kind, apiVersion } = cached.object;
  return [Buffer.from(typeHead(kind, apiVersion)), jsonItem(cached).subarray(1)];
}

/** A whole object, ending in the newline that Go's encoder writes. */
export function jsonDocument(cached: CachedObject, form: JsonForm): Uint8Array {
  return Buffer.concat([...jsonPieces(cached, form), newline]);
}

/** A whole object for people. */
export function prettyJson({ object }: CachedObject, { unstructured }: JsonForm): string {
  return unstructured === true ? goMapJson(object, 2) : goJson(inGoOrder(object), 2);
}

const newline = Buffer.from('\n');
