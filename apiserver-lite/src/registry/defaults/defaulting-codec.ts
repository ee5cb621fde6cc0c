import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { ValueCodec } from '../../storage/value-codec.ts';
import { applyDefaults } from './apply-defaults.ts';

/**
 * Gives objects their defaults when they are read, too: what an older version stored, or another server,
 * lacks the fields that have come since (Kubernetes: decoding always sets defaults,
 * `apimachinery/pkg/runtime/serializer/versioning`).
 */
export function defaultingCodec(codec: ValueCodec, clock: () => number): ValueCodec {
  const withDefaults = (object: KubeObject): KubeObject => {
    applyDefaults(object, clock());
    return object;
  };
  const { prepare, fill } = codec;
  return {
    encode: (object, key) => codec.encode(object, key),
    decode: (value, key) => withDefaults(codec.decode(value, key)),
    ...(fill === undefined ? {} : { fill }),
    ...(prepare === undefined
      ? {}
      : {
          async prepare(values) {
            const prepared = await prepare.call(codec, values);
            return prepared.map((decode) => () => withDefaults(decode()));
          },
        }),
  };
}
