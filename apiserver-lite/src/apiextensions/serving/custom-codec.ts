import { encodeMessage } from '@pg8s/k8s-proto/codec/codec';
import { formatFieldPath } from '@pg8s/k8s-proto/conform/strict-problems';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { apiVersionOf } from '@pg8s/k8s-proto/group-version';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { Decoded, DecodeInput, ObjectCodec } from '../../registry/resource-types/object-codec.ts';
import { plainCopy } from './plain-copy.ts';
import type { VersionSchemas } from './version-schemas.ts';

const partialMetadata = 'k8s.io.apimachinery.pkg.apis.meta.v1.PartialObjectMetadata';

/**
 * Bodies of custom objects: JSON and YAML as they are, brought into the form of their schema
 * (apiextensions-apiserver: `schemaCoercingDecoder`).
 */
export function customCodec(schemas: VersionSchemas): ObjectCodec {
  return {
    protobuf: false,
    unstructured: true,
    knows: () => true,
    decode: (input) => decode(schemas, input),
    coerce(changed) {
      const object = plainCopy(changed) as KubeObject;
      schemas.conform(object, { dropInvalid: true });
      object.metadata ??= {};
      return object;
    },
    decodeProtobuf() {
      throw new TypeError('custom objects have no protobuf form');
    },
    // Of their metadata alone, there is one.
    encodeProtobuf: ({ metadata }) => encodeMessage(partialMetadata, { metadata }),
  };
}

function decode(schemas: VersionSchemas, { value, json, gvk, strict }: DecodeInput): Decoded {
  const object = plainCopy(value) as KubeObject;
  object.apiVersion = apiVersionOf(gvk);
  object.kind = gvk.kind;
  const unknown = schemas.conform(object, { collectUnknown: strict });
  object.metadata ??= {};
  if (!strict) return { object, strictErrors: [] };
  const duplicates = (json?.duplicates ?? []).map(
    ({ path }) => `duplicate field ${goQuote(formatFieldPath(path))}`,
  );
  return { object, strictErrors: [...duplicates, ...unknown.map((path) => `unknown field "${path}"`)] };
}
