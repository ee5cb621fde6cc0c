import type { CallOptions, EtcdClient } from '@pg8s/shim/client/etcd-client';
import type { KeyValue } from '@pg8s/shim/etcdserverpb/types';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { groupResourceName, notFound } from '../../api-errors/status-error.ts';
import type { GroupResource, StatusError } from '../../api-errors/status-error.ts';
import type { Clock } from '../clock.ts';
import type { StorageMetrics } from '../storage-metrics.ts';
import type { ObjectKey } from '../storage.ts';
import type { ValueCodec } from '../value-codec.ts';
import { statusOfEtcdError } from './etcd-status.ts';
import { keyBytes, keyText, readableKey } from './key-layout.ts';
import type { KeyLayout } from './key-layout.ts';
import type { LeasePool } from './lease-pool.ts';
import { StoredObject } from './stored-object.ts';

/** Versions of objects that are in memory already: a version is decoded once, whichever way it came. */
export interface KnownObjects {
  /** The newest known version; maybe not the newest of all. */
  latest(key: string): StoredObject | undefined;
  /** That version, if known. */
  find(key: string, revision: number): StoredObject | undefined;
  /** A version that the watch will bring soon. */
  remember(object: StoredObject): void;
}

const nothingKnown: KnownObjects = {
  latest: () => undefined,
  find: () => undefined,
  remember: () => undefined,
};

/** No request to the API takes longer, so no question to the store does. */
export const callOptions: CallOptions = { timeoutMs: 60_000 };

export interface KeyspaceOptions {
  client: EtcdClient;
  layout: KeyLayout;
  codec: ValueCodec;
  resource: GroupResource;
  leases: LeasePool;
  clock: Clock;
  metrics?: StorageMetrics;
}

/** One resource's keys in etcd, and how values there become objects. */
export class Keyspace {
  readonly client: EtcdClient;
  readonly layout: KeyLayout;
  readonly resource: GroupResource;
  readonly leases: LeasePool;
  readonly #codec: ValueCodec;
  readonly #clock: Clock;
  readonly #metrics: StorageMetrics | undefined;
  readonly #resourceName: string;
  /** Set by the watch cache. */
  known: KnownObjects = nothingKnown;

  constructor({ client, layout, codec, resource, leases, clock, metrics }: KeyspaceOptions) {
    this.client = client;
    this.layout = layout;
    this.resource = resource;
    this.leases = leases;
    this.#codec = codec;
    this.#clock = clock;
    this.#metrics = metrics;
    this.#resourceName = groupResourceName(resource);
  }

  /** The object of a KeyValue; the known one where that version is known. */
  object({ key, value, modRevision, lease }: KeyValue): StoredObject {
    const text = keyText(key);
    return (
      this.known.find(text, modRevision) ??
      new StoredObject(this.#codec, { key: text, value, modRevision, lease })
    );
  }

  /** What `object` looks like in the store: without a resourceVersion, which is the key's mod revision. */
  encode(key: string, object: KubeObject): Uint8Array {
    const { resourceVersion: _, ...metadata } = object.metadata;
    return this.#codec.encode({ ...object, metadata }, readableKey(key));
  }

  /** The object that was just written, as everybody will see it. */
  written(key: string, value: Uint8Array, modRevision: number, lease: bigint): StoredObject {
    const object = new StoredObject(this.#codec, { key, value, modRevision, lease });
    this.known.remember(object);
    return object;
  }

  notFound(key: ObjectKey): StatusError {
    return notFound(this.resource, key.name);
  }

  /** The current version of one key, linearizable. */
  async read(key: string): Promise<StoredObject | undefined> {
    const { kvs } = await this.call('get', () => this.client.range({ key: keyBytes(key) }, callOptions));
    if (kvs[0] === undefined) return undefined;
    const object = this.object(kvs[0]);
    this.known.remember(object);
    return object;
  }

  /** Makes a request; its failure comes as a StatusError. */
  async call<Response>(operation: string, request: () => Promise<Response>): Promise<Response> {
    try {
      return await this.measure(operation, request);
    } catch (error) {
      throw statusOfEtcdError(error);
    }
  }

  /** Makes a request; its EtcdError is thrown as it is. */
  async measure<Response>(operation: string, request: () => Promise<Response>): Promise<Response> {
    const begin = this.#clock.now();
    let failed = true;
    try {
      const response = await request();
      failed = false;
      return response;
    } finally {
      this.#metrics?.etcdRequest?.(operation, this.#resourceName, this.#clock.now() - begin, failed);
    }
  }
}
