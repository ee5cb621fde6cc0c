import type { ValueCodec } from '../../storage/value-codec.ts';
import { applyDefaults } from './apply-defaults.ts';

/**
 * Gives objects their defaults when they are read, too: what an older version stored, or another server, lacks the fields that
 * have come since (Kubernetes: decoding always sets defaults, `apimachinery/pkg/runtime/serializer/versioning`).
 */
export function defaultingCodec(codec: ValueCodec, clock: () => number): ValueCodec {
  return {
    encode: (object, key) => codec.encode(object, key),
    decode(value, key) {
      const object = codec.decode(value, key);
      applyDefaults(object, clock());
      return object;
    },
  };
}
