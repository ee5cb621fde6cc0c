import type { ValueTransformer } from '../storage/value-transformer.ts';
import type { EncryptedResources, EncryptionProvider } from './encryption-configuration.ts';
import { aesCbc, aesGcm, identity, secretBox } from './key-transformers.ts';
import {
  prefixTransformer,
  type PrefixedTransformer,
  type TransformationCounter,
} from './prefix-transformer.ts';

/** Counts the transformations of a resource. */
export interface EncryptionMetrics {
  of(resource: { group: string; resource: string }): TransformationCounter;
}

interface Resource {
  readonly group: string;
  readonly resource: string;
}

/**
 * How values are encrypted in the store, by resource. A new configuration is in effect for the next value
 * that is read or written.
 */
export class EncryptionAtRest {
  readonly #metrics: EncryptionMetrics;
  #providers = new Map<string, EncryptionProvider[]>();
  #generation = 0;

  constructor(configuration: readonly EncryptedResources[], metrics: EncryptionMetrics) {
    this.#metrics = metrics;
    this.configure(configuration);
  }

  /** Replaces the configuration. */
  configure(configuration: readonly EncryptedResources[]): void {
    const providers = new Map<string, EncryptionProvider[]>();
    for (const entry of configuration) {
      for (const name of entry.resources) {
        const key = name.includes('.') ? name : `${name}.`;
        providers.set(key, [...(providers.get(key) ?? []), ...entry.providers]);
      }
    }
    this.#providers = providers;
    this.#generation += 1;
  }

  /** The transformer of a resource: by its name, else by its group, else by the rule for all. */
  transformerFor(resource: Resource): ValueTransformer {
    let generation = 0;
    let current = identity;
    const transformer = (): ValueTransformer => {
      if (generation !== this.#generation) {
        generation = this.#generation;
        current = this.#build(resource);
      }
      return current;
    };
    return {
      transformFromStorage: (value, context) => transformer().transformFromStorage(value, context),
      transformToStorage: (value, context) => transformer().transformToStorage(value, context),
    };
  }

  #build({ group, resource }: Resource): ValueTransformer {
    const providers =
      this.#providers.get(`${resource}.${group}`) ??
      this.#providers.get(`*.${group}`) ??
      this.#providers.get('*.*');
    if (providers === undefined) return identity;
    return prefixTransformer(
      providers.map((provider) => transformerOf(provider)),
      { notFound: 'no matching prefix found', counter: this.#metrics.of({ group, resource }) },
    );
  }
}

const ciphers = { aesgcm: aesGcm, aescbc: aesCbc, secretbox: secretBox } as const;

function transformerOf(provider: EncryptionProvider): PrefixedTransformer {
  if (provider.type === 'identity') return { prefix: '', transformer: identity };
  const { type, keys } = provider;
  const name = type === 'secretbox' ? 'Secretbox' : 'AES';
  return {
    prefix: `k8s:enc:${type}:v1:`,
    transformer: prefixTransformer(
      keys.map((key) => ({ prefix: `${key.name}:`, transformer: ciphers[type](key.secret) })),
      { notFound: `no matching key was found for the provided ${name} transformer` },
    ),
  };
}
