import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { ValueCodec } from './value-codec.ts';
import type { DataContext, TransformedValue, ValueTransformer } from './value-transformer.ts';

/** One key's value in the store. */
export interface KeyedValue {
  /** The key as text: `/registry/pods/default/web`. */
  key: string;
  value: Uint8Array;
}

/** A stored value and what it stands for. */
export interface DecodedValue {
  object: KubeObject;
  /** The value is to be written again at the next update, even where the object stays the same. */
  stale: boolean;
  /** The encoded object, before it was transformed for the store. */
  encoded: Uint8Array;
}

/** Makes the object of one value; throws a TransformError, or what the codec throws. */
export type DecodeValue = () => DecodedValue;

/** The transformer cannot make the encoded object of a value. */
export class TransformError extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'TransformError';
  }
}

/**
 * The two steps between objects and stored values:
 *
 *     object ──encode──▶ encoded ──transformToStorage──▶ value
 *     object ◀──decode── encoded ◀─transformFromStorage─ value
 *            ▲                   ▲
 *            └──── prepare ──────┘    may be waited for, once for many values
 *
 * Without a transformer, and with a codec that prepares nothing, reading is synchronous and lazy: a value
 * that is never read is never decoded.
 */
export class ValuePipeline {
  readonly #codec: ValueCodec;
  readonly #transformer: ValueTransformer | undefined;

  constructor(codec: ValueCodec, transformer?: ValueTransformer) {
    this.#codec = codec;
    this.#transformer = transformer;
  }

  /** Whether stored values are the encoded objects themselves. */
  get isPlain(): boolean {
    return this.#transformer === undefined;
  }

  /** Whether `prepare` must be called before values are decoded. */
  get needsPreparation(): boolean {
    return this.#codec.prepare !== undefined || this.#transformer?.prepareFromStorage !== undefined;
  }

  /** The encoded object: equal objects give equal bytes. A promise only where the codec must wait. */
  encode(object: KubeObject, key: string): Uint8Array | Promise<Uint8Array> {
    return this.#codec.prepareEncode?.(object, key) ?? this.#codec.encode(object, key);
  }

  /** The value to be stored for an encoded object. Throws or rejects with a TransformError. */
  toStorage(encoded: Uint8Array, key: string): Uint8Array | Promise<Uint8Array> {
    if (this.#transformer === undefined) return encoded;
    try {
      const value = this.#transformer.transformToStorage(encoded, contextOf(key));
      if (!(value instanceof Promise)) return value;
      return value.catch((error: unknown) => {
        throw new TransformError(error);
      });
    } catch (error) {
      throw new TransformError(error);
    }
  }

  /** Decodes an encoded object that was not read from the store. */
  decodeEncoded(encoded: Uint8Array, key: string): DecodedValue {
    return { object: this.#codec.decode(encoded, key), stale: false, encoded };
  }

  /** Decodes a value that needs no preparation. */
  decode({ key, value }: KeyedValue): DecodedValue {
    if (this.#transformer === undefined) return this.decodeEncoded(value, key);
    return this.#decodeTransformed(this.#transform(key, value), key);
  }

  /**
   * Prepares values for decoding: the functions that decode them, in their order. Rejects or throws with a
   * TransformError where the transformer can prepare none of them, or with what the codec's `prepare` throws.
   */
  prepare(values: readonly KeyedValue[]): readonly DecodeValue[] | Promise<readonly DecodeValue[]> {
    const transforms = this.#prepareTransforms(values);
    if (this.#codec.prepare !== undefined) return this.#prepareCodec(values, transforms);
    const decodes = (prepared: readonly (() => TransformedValue)[]): DecodeValue[] =>
      values.map(
        ({ key }, index) =>
          () =>
            this.#decodeTransformed((prepared[index] as () => TransformedValue)(), key),
      );
    return transforms instanceof Promise ? transforms.then(decodes) : decodes(transforms);
  }

  #prepareTransforms(
    values: readonly KeyedValue[],
  ): readonly (() => TransformedValue)[] | Promise<readonly (() => TransformedValue)[]> {
    const transformer = this.#transformer;
    if (transformer === undefined)
      return values.map(({ value }) => () => ({ value, stale: false }));
    if (transformer.prepareFromStorage === undefined) {
      return values.map(
        ({ key, value }) =>
          () =>
            this.#transform(key, value),
      );
    }
    const checked = (prepared: readonly (() => TransformedValue)[]): (() => TransformedValue)[] => {
      requireOneEach(values.length, prepared.length);
      return prepared.map((transform) => () => asTransformError(transform));
    };
    try {
      const prepared = transformer.prepareFromStorage(
        values.map(({ key, value }) => ({ value, context: contextOf(key) })),
      );
      if (!(prepared instanceof Promise)) return checked(prepared);
      return prepared.then(checked).catch((error: unknown) => {
        throw new TransformError(error);
      });
    } catch (error) {
      throw new TransformError(error);
    }
  }

  /** What can be transformed is prepared by the codec; the functions of the others throw why it could not. */
  async #prepareCodec(
    values: readonly KeyedValue[],
    transforms: readonly (() => TransformedValue)[] | Promise<readonly (() => TransformedValue)[]>,
  ): Promise<readonly DecodeValue[]> {
    const prepare = this.#codec.prepare as NonNullable<ValueCodec['prepare']>;
    const decodes: DecodeValue[] = [];
    const encoded: { index: number; key: string; transformed: TransformedValue }[] = [];
    for (const [index, transform] of (await transforms).entries()) {
      try {
        encoded.push({ index, key: (values[index] as KeyedValue).key, transformed: transform() });
      } catch (error) {
        decodes[index] = () => {
          throw error;
        };
      }
    }
    const prepared = await prepare.call(
      this.#codec,
      encoded.map(({ key, transformed }) => ({ key, value: transformed.value })),
    );
    requireOneEach(encoded.length, prepared.length);
    for (const [position, { index, transformed }] of encoded.entries()) {
      const decode = prepared[position] as () => KubeObject;
      decodes[index] = () => ({
        object: decode(),
        stale: transformed.stale,
        encoded: transformed.value,
      });
    }
    return decodes;
  }

  #transform(key: string, value: Uint8Array): TransformedValue {
    const transformer = this.#transformer as ValueTransformer;
    return asTransformError(() => transformer.transformFromStorage(value, contextOf(key)));
  }

  #decodeTransformed({ value, stale }: TransformedValue, key: string): DecodedValue {
    return { object: this.#codec.decode(value, key), stale, encoded: value };
  }
}

function contextOf(key: string): DataContext {
  return { authenticatedData: Buffer.from(key) };
}

function asTransformError(transform: () => TransformedValue): TransformedValue {
  try {
    return transform();
  } catch (error) {
    throw new TransformError(error);
  }
}

function requireOneEach(wanted: number, got: number): void {
  if (wanted !== got) throw new Error(`${wanted} values were to be prepared, and ${got} came back`);
}
