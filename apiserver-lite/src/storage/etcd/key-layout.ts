import { badRequest } from '../../api-errors/status-error.ts';
import type { ObjectKey } from '../storage.ts';

/**
 * Keys from `low` up to, but without, `high`. Keys are latin1 texts of their bytes, which sort as the bytes
 * do.
 */
export interface KeyRange {
  low: string;
  high: string;
}

/** The key's bytes, for a request. */
export function keyBytes(key: string): Uint8Array {
  return Buffer.from(key, 'latin1');
}

/** The latin1 text of a key's bytes. */
export function keyText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** The key as text, for messages. */
export function readableKey(key: string): string {
  return Buffer.from(key, 'latin1').toString('utf8');
}

function encodeSegment(parameter: 'Name' | 'Namespace', value: string): string {
  if (value === '') throw badRequest(`${parameter} parameter required.`);
  const refuse = (cause: string): never => {
    throw badRequest(`${parameter} parameter invalid: ${JSON.stringify(value)}: ${cause}`);
  };
  if (value === '.' || value === '..') refuse(`may not be '${value}'`);
  for (const sign of ['/', '%']) if (value.includes(sign)) refuse(`may not contain '${sign}'`);
  return Buffer.from(value, 'utf8').toString('latin1');
}

/** First key after everything that begins with `prefix`, which ends in `/`. */
function afterPrefix(prefix: string): string {
  return `${prefix.slice(0, -1)}0`;
}

/**
 * The keys of the objects of one resource in the store:
 *
 *     /registry/pods/default/web      namespaced
 *     /registry/minions/node-1        cluster-scoped
 *     └─ prefix ────┘
 */
export class KeyLayout {
  readonly prefix: string;
  readonly namespaced: boolean;

  constructor(pathPrefix: string, storageKeyPrefix: string, namespaced: boolean) {
    this.prefix = `${pathPrefix.replace(/\/+$/, '')}/${storageKeyPrefix}/`;
    this.namespaced = namespaced;
  }

  /** Throws 400 where name or namespace is missing or no single path segment. */
  objectKey({ namespace, name }: ObjectKey): string {
    return `${this.listPrefix(this.namespaced ? encodeSegment('Namespace', namespace) : '')}${encodeSegment('Name', name)}`;
  }

  /** Of all objects in a namespace, or of all of them. A list's continue token is relative to it. */
  listPrefix(namespace: string): string {
    if (!this.namespaced || namespace === '') return this.prefix;
    return `${this.prefix}${encodeSegment('Namespace', namespace)}/`;
  }

  /** The keys that a list or watch can meet: one object, one namespace or everything. */
  range(selection: { namespace: string; name?: string }): KeyRange {
    if (this.namesOneKey(selection)) {
      const low = this.objectKey(selection);
      return { low, high: `${low}\0` };
    }
    const low = this.listPrefix(selection.namespace);
    return { low, high: afterPrefix(low) };
  }

  /** A name alone does not make a key where objects are in namespaces. */
  namesOneKey(selection: { namespace: string; name?: string }): selection is ObjectKey {
    return (
      selection.name !== undefined &&
      selection.name !== '' &&
      (!this.namespaced || selection.namespace !== '')
    );
  }

  /**
   * The prefix of the namespace that the object at `key` is in; the resource's own for cluster-scoped ones.
   */
  namespacePrefix(key: string): string {
    return this.namespaced ? key.slice(0, key.indexOf('/', this.prefix.length) + 1) : this.prefix;
  }
}
