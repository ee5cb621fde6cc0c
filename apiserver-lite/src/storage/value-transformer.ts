/** What is known of a stored value apart from its bytes (Kubernetes: `storage/value.Context`). */
export interface DataContext {
  /** The bytes of the key: encryption binds the value to them, so that it cannot be moved to another key. */
  readonly authenticatedData: Uint8Array;
}

/** A value as it is in the store. */
export interface StoredBytes {
  readonly value: Uint8Array;
  readonly context: DataContext;
}

/** A value after it was transformed from its form in the store. */
export interface TransformedValue {
  value: Uint8Array;
  /**
   * The value in the store has an old form (an old key): the next update writes it even where nothing else
   * changes.
   */
  stale: boolean;
}

/**
 * Changes the bytes of a resource's values between the encoded object and the store: encryption at rest
 * (Kubernetes: `storage/value.Transformer`). Each direction undoes the other; what throws is reported to
 * clients with its message.
 */
export interface ValueTransformer {
  /** Throws an Error where the value cannot be transformed. Not called where `prepareFromStorage` exists. */
  transformFromStorage(value: Uint8Array, context: DataContext): TransformedValue;
  transformToStorage(value: Uint8Array, context: DataContext): Uint8Array | Promise<Uint8Array>;
  /**
   * Does what must be waited for before values can be transformed, such as asking a KMS for their keys;
   * called once for the values of a page of a list, of a read, or of changes that came together. The result
   * has for each value, in order, the function that transforms it, with `transformFromStorage`'s result and
   * errors; it may be called late or never. An array instead of a promise says that nothing had to be waited
   * for.
   *
   * Rejects where none of the values can be prepared now: a watch cache tries again. What concerns one value
   * only is thrown by its function.
   */
  prepareFromStorage?(
    values: readonly StoredBytes[],
  ): readonly (() => TransformedValue)[] | Promise<readonly (() => TransformedValue)[]>;
}
