import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { DataContext, StoredBytes, TransformedValue, ValueTransformer } from '../value-transformer.ts';

const prefix = 'k8s:enc:test:v1:';

function cipherKey(name: string): Uint8Array {
  return createHash('sha256').update(name).digest();
}

/**
 * Encryption for tests: AES-GCM bound to the key in the store, with named keys of which the first encrypts
 * and all decrypt. Values look like `k8s:enc:test:v1:NAME:` and bytes that differ each time.
 */
export class TestTransformer implements ValueTransformer {
  /** To rotate, put a new name first; a name that is not here decrypts nothing. */
  keyNames: readonly string[];
  /** Encryption fails with it. */
  refusal: Error | undefined;

  constructor(...keyNames: readonly string[]) {
    this.keyNames = keyNames;
  }

  transformFromStorage(value: Uint8Array, { authenticatedData }: DataContext): TransformedValue {
    const stored = Buffer.from(value);
    const end = stored.indexOf(':', prefix.length);
    if (stored.subarray(0, prefix.length).toString('latin1') !== prefix || end < 0) {
      throw new Error('the provided value does not match any of the supported transformers');
    }
    const name = stored.subarray(prefix.length, end).toString();
    const index = this.keyNames.indexOf(name);
    if (index < 0) throw new Error('no matching key was found for the provided AES transformer');
    const nonce = stored.subarray(end + 1, end + 13);
    const tag = stored.subarray(end + 13, end + 29);
    const decipher = createDecipheriv('aes-256-gcm', cipherKey(name), nonce);
    decipher.setAAD(authenticatedData).setAuthTag(tag);
    const plain = Buffer.concat([decipher.update(stored.subarray(end + 29)), decipher.final()]);
    return { value: plain, stale: index > 0 };
  }

  transformToStorage(
    value: Uint8Array,
    { authenticatedData }: DataContext,
  ): Uint8Array | Promise<Uint8Array> {
    if (this.refusal !== undefined) throw this.refusal;
    const name = this.keyNames[0] as string;
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', cipherKey(name), nonce).setAAD(authenticatedData);
    const encrypted = Buffer.concat([cipher.update(value), cipher.final()]);
    return Buffer.concat([Buffer.from(`${prefix}${name}:`), nonce, cipher.getAuthTag(), encrypted]);
  }
}

/**
 * The same, with keys that must be fetched before a batch of values can be decrypted, as from a KMS: it takes
 * time, may fail as a whole, and without it nothing can be decrypted.
 */
export class AsyncTestTransformer extends TestTransformer {
  /** How many values were prepared together, by call. */
  readonly batches: number[] = [];
  /** Calls of `prepareFromStorage` that are under way. */
  underWay = 0;
  readonly #failures: Error[] = [];
  /** Waited for by each preparation and each encryption. Default: a turn of the event loop. */
  delay: () => Promise<void> = () =>
    new Promise((resolve) => {
      setImmediate(resolve);
    });

  /** The next preparations fail with these errors, one each. */
  failNext(...errors: Error[]): void {
    this.#failures.push(...errors);
  }

  override transformFromStorage(): TransformedValue {
    throw new Error('this value was not prepared');
  }

  override async transformToStorage(value: Uint8Array, context: DataContext): Promise<Uint8Array> {
    await this.delay();
    return super.transformToStorage(value, context);
  }

  async prepareFromStorage(values: readonly StoredBytes[]): Promise<readonly (() => TransformedValue)[]> {
    this.batches.push(values.length);
    this.underWay += 1;
    try {
      await this.delay();
      const failure = this.#failures.shift();
      if (failure !== undefined) throw failure;
      return values.map(
        ({ value, context }) =>
          () =>
            super.transformFromStorage(value, context),
      );
    } finally {
      this.underWay -= 1;
    }
  }
}
