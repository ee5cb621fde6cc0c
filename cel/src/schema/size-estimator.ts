import type { SizeEstimator } from '../library.ts';
import { stringType } from '../types.ts';
import type { SchemaType } from './schema-type.ts';

const keyType: SchemaType = { kind: 'scalar', scalar: stringType, maxElements: 0, minBytes: 2 };

/** Sizes of what is reached from a variable that has this type (apiextensions: schema/cel/compilation.go). */
export function schemaSizes(root: SchemaType): SizeEstimator {
  return {
    estimateSize({ path }) {
      if (path === undefined || path.length === 0) return undefined;
      let type: SchemaType | undefined = root;
      for (const step of path.slice(1)) {
        if (step === '@items' || step === '@values') type = type.element;
        else if (step === '@keys') type = type.kind === 'map' ? (type.key ?? keyType) : undefined;
        else type = type.fields?.get(step);
        if (type === undefined) return undefined;
      }
      return { min: 0n, max: BigInt(type.maxElements) };
    },
  };
}

/** How often data of this type can be in one request at most. */
export function maxCardinality(type: SchemaType, requestBytes: number): bigint {
  return BigInt(Math.floor(requestBytes / (type.minBytes + 1)));
}
