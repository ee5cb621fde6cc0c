import { goJson } from '@pg8s/k8s-proto/go-json';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { ObjectCodec } from '../../registry/resource-types/object-codec.ts';
import { CachedObject } from '../../storage/cached-object.ts';
import type { MetaVersion } from '../negotiation/output.ts';
import { inGoOrder } from './json.ts';
import { delimited, metadataOf, protobufItem } from './protobuf.ts';

/** `meta.k8s.io/v1` or `meta.k8s.io/v1beta1`. */
export function metaApiVersion(version: MetaVersion): string {
  return `meta.k8s.io/${version}`;
}

/** How objects are reduced to their metadata. */
export interface PartialForm {
  version: MetaVersion;
  /** `Rest.internalAnnotations` */
  internalAnnotations?: readonly string[] | undefined;
}

/** An object reduced to its metadata (Kubernetes: `meta/v1.PartialObjectMetadata`). */
function partialMetadata({ metadata }: KubeObject, version: MetaVersion): KubeObject {
  return inGoOrder({ kind: 'PartialObjectMetadata', apiVersion: metaApiVersion(version), metadata });
}

/** Its JSON, made once a revision. */
export function partialItem(cached: CachedObject, { version, internalAnnotations }: PartialForm): Uint8Array {
  return cached.encoded(`json;partial=${version}`, (object) =>
    Buffer.from(goJson(partialMetadata(withoutAnnotations(object, internalAnnotations), version))),
  );
}

/** Its message in protobuf. */
export function partialMessage(
  cached: CachedObject,
  codec: ObjectCodec,
  internalAnnotations: readonly string[] | undefined,
): Uint8Array {
  const { object, revision } = cached;
  const reduced = withoutAnnotations(object, internalAnnotations);
  const item = reduced === object ? cached : new CachedObject(reduced, revision);
  return Buffer.concat(delimited(1, metadataOf(protobufItem(item, codec))));
}

/** The object itself where it has none of them. */
function withoutAnnotations(object: KubeObject, names: readonly string[] = []): KubeObject {
  const { annotations, ...metadata } = object.metadata;
  if (annotations === undefined || !names.some((name) => Object.hasOwn(annotations, name))) return object;
  const left = Object.entries(annotations).filter(([name]) => !names.includes(name));
  return {
    ...object,
    metadata: left.length === 0 ? metadata : { ...metadata, annotations: Object.fromEntries(left) },
  };
}
