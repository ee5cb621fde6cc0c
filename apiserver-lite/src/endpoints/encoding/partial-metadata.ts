import { goJson } from '@pg8s/k8s-proto/go-json';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { CachedObject } from '../../storage/cached-object.ts';
import type { MetaVersion } from '../negotiation/output.ts';
import { inGoOrder } from './json.ts';

/** `meta.k8s.io/v1` or `meta.k8s.io/v1beta1`. */
export function metaApiVersion(version: MetaVersion): string {
  return `meta.k8s.io/${version}`;
}

/** An object reduced to its metadata (Kubernetes: `meta/v1.PartialObjectMetadata`). */
function partialMetadata({ metadata }: KubeObject, version: MetaVersion): KubeObject {
  return inGoOrder({ kind: 'PartialObjectMetadata', apiVersion: metaApiVersion(version), metadata });
}

/** Its JSON, made once a revision. */
export function partialItem(cached: CachedObject, version: MetaVersion): Uint8Array {
  return cached.encoded(`json;partial=${version}`, (object) =>
    Buffer.from(goJson(partialMetadata(object, version))),
  );
}
