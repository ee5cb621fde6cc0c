import type { ValueTransformer } from '../storage/value-transformer.ts';
import { startsWith } from './key-transformers.ts';

/** One way to transform values, by the prefix that they have in the store. */
export interface PrefixedTransformer {
  /** Empty: values as they are. */
  readonly prefix: string;
  readonly transformer: ValueTransformer;
}

/** Counts transformations. */
export interface TransformationCounter {
  record(type: 'from_storage' | 'to_storage', prefix: string, seconds: number, failed: boolean): void;
}

/**
 * The first transformer writes; values are read by those whose prefix they have, in order, until one can. A
 * value that not the first one read is stale (Kubernetes: `storage/value.NewPrefixTransformers`). `notFound`
 * is the message for a value that has none of the prefixes.
 */
export function prefixTransformer(
  transformers: readonly PrefixedTransformer[],
  { notFound, counter }: { notFound: string; counter?: TransformationCounter },
): ValueTransformer {
  const prefixed = transformers.map(({ prefix, transformer }) => ({
    name: prefix === '' ? 'identity' : prefix,
    prefix: Buffer.from(prefix),
    transformer,
  }));
  const [first] = prefixed;
  if (first === undefined) throw new Error('there is no transformer');
  const begin = (): number => performance.now();
  const seconds = (began: number): number => (performance.now() - began) / 1000;
  return {
    transformFromStorage(value, context) {
      const began = begin();
      const failures: string[] = [];
      for (const [index, { name, prefix, transformer }] of prefixed.entries()) {
        if (!startsWith(value, prefix)) continue;
        try {
          const found = transformer.transformFromStorage(value.subarray(prefix.byteLength), context);
          counter?.record('from_storage', name, seconds(began), false);
          return { value: found.value, stale: found.stale || index !== 0 };
        } catch (error) {
          // What is encrypted is for a later one, without a word.
          if (prefix.byteLength === 0) continue;
          counter?.record('from_storage', name, seconds(began), true);
          failures.push(error instanceof Error ? error.message : String(error));
        }
      }
      if (failures.length === 1) throw new Error(failures[0]);
      if (failures.length > 1) throw new Error(`[${[...new Set(failures)].join(', ')}]`);
      counter?.record('from_storage', 'unknown', seconds(began), true);
      throw new Error(notFound);
    },
    transformToStorage(value, context) {
      const began = begin();
      let failed = true;
      try {
        // Only a KMS has to be waited for.
        const transformed = first.transformer.transformToStorage(value, context) as Uint8Array;
        failed = false;
        return first.prefix.byteLength === 0 ? transformed : Buffer.concat([first.prefix, transformed]);
      } finally {
        counter?.record('to_storage', first.name, seconds(began), failed);
      }
    },
  };
}
