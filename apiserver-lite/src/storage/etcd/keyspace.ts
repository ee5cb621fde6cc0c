import type { CallOptions, EtcdClient } from '@pg8s/shim/client/etcd-client';
import type { KeyValue } from '@pg8s/shim/etcdserverpb/types';
import type { Logger } from 'pino';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { internalError, notFound } from '../../api-errors/status-error.ts';
import type { GroupResource, StatusError } from '../../api-errors/status-error.ts';
import type { Clock } from '../clock.ts';
import type { ResourceMetrics } from '../storage-metrics.ts';
import type { ObjectKey } from '../storage.ts';
import { UnreadableObjectError } from '../unreadable-object.ts';
import { TransformError } from '../value-pipeline.ts';
import type { DecodeValue, ValuePipeline } from '../value-pipeline.ts';
import { BatchedReads, type ReadOutcome } from './batched-reads.ts';
import { statusOfEtcdError } from './etcd-status.ts';
import { keyBytes, keyText, readableKey } from './key-layout.ts';
import type { KeyLayout } from './key-layout.ts';
import type { LeasePool } from './lease-pool.ts';
import { detach, StoredObject } from './stored-object.ts';
import type { StoredVersion } from './stored-object.ts';

/** Versions of objects that are in memory already: a version is decoded once, whichever way it came. */
export interface KnownObjects {
  /** The newest known version; maybe not the newest of all. */
  latest(key: string): StoredObject | undefined;
  /** That version, if known. */
  find(key: string, revision: number): StoredObject | undefined;
  /** A version that the watch will bring soon. */
  remember(object: StoredObject): void;
  /** Takes `object` for the known one of the same key and revision, which could not be decoded. */
  replace(object: StoredObject): void;
}

const nothingKnown: KnownObjects = {
  latest: () => undefined,
  find: () => undefined,
  remember: () => undefined,
  replace: () => undefined,
};

/** No request to the API takes longer, so no request to the store does. */
export const callOptions: CallOptions = { timeoutMs: 60_000 };

/** What a keyspace works with. */
export interface KeyspaceOptions {
  client: EtcdClient;
  layout: KeyLayout;
  pipeline: ValuePipeline;
  resource: GroupResource;
  leases: LeasePool;
  clock: Clock;
  /** Default: nothing is known. */
  known?: KnownObjects;
  log: Logger;
  metrics?: ResourceMetrics;
}

/** One resource's keys in etcd, and how objects are made of the values there. */
export class Keyspace {
  readonly client: EtcdClient;
  readonly layout: KeyLayout;
  readonly resource: GroupResource;
  readonly leases: LeasePool;
  readonly known: KnownObjects;
  readonly #pipeline: ValuePipeline;
  readonly #reads: BatchedReads;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #metrics: ResourceMetrics | undefined;

  constructor({
    client,
    layout,
    pipeline,
    resource,
    leases,
    clock,
    known = nothingKnown,
    log,
    metrics,
  }: KeyspaceOptions) {
    this.client = client;
    this.layout = layout;
    this.resource = resource;
    this.leases = leases;
    this.known = known;
    this.#pipeline = pipeline;
    this.#reads = new BatchedReads(client, callOptions);
    this.#log = log;
    this.#clock = clock;
    this.#metrics = metrics;
  }

  /** Whether `objects` may return a promise. */
  get needsPreparation(): boolean {
    return this.#pipeline.needsPreparation;
  }

  /**
   * The objects of KeyValues, in order; the known one where that version is known and can be decoded. A
   * promise only where values must be prepared; it rejects where that cannot be done now
   * (`ValuePipeline.prepare`).
   */
  objects(kvs: readonly KeyValue[]): readonly StoredObject[] | Promise<readonly StoredObject[]> {
    if (!this.#pipeline.needsPreparation) return kvs.map((kv) => this.#object(kv, undefined));
    const missing = kvs.filter((kv) => this.#knownVersion(kv) === undefined);
    if (missing.length === 0) return kvs.map((kv) => this.#object(kv, undefined));
    const prepared = this.#pipeline.prepare(
      missing.map(({ key, value }) => ({ key: readableKey(keyText(key)), value })),
    );
    const objectsOf = (decodes: readonly DecodeValue[]): StoredObject[] => {
      const decodeOf = new Map(missing.map((kv, index) => [kv, decodes[index]]));
      return kvs.map((kv) => this.#object(kv, decodeOf.get(kv)));
    };
    return prepared instanceof Promise ? prepared.then(objectsOf) : objectsOf(prepared);
  }

  /** `objects` of one. */
  async object(kv: KeyValue): Promise<StoredObject> {
    const objects = this.objects([kv]);
    return (objects instanceof Promise ? await objects : objects)[0] as StoredObject;
  }

  /**
   * The encoded form of `object`: without a resourceVersion, which is the key's mod revision. A promise only
   * where the codec must wait.
   */
  encode(key: string, object: KubeObject): Uint8Array | Promise<Uint8Array> {
    const { resourceVersion: _, ...metadata } = object.metadata;
    return this.#pipeline.encode({ ...object, metadata }, readableKey(key));
  }

  /** The value to be stored for an encoded object. Throws or rejects with a StatusError. */
  toStorage(key: string, encoded: Uint8Array): Uint8Array | Promise<Uint8Array> {
    if (this.#pipeline.isPlain) return encoded;
    return this.#transform(key, encoded);
  }

  async #transform(key: string, encoded: Uint8Array): Promise<Uint8Array> {
    try {
      return await this.#pipeline.toStorage(encoded, readableKey(key));
    } catch (error) {
      throw internalError(error);
    }
  }

  /** The object that was just written, as all readers will see it. */
  written({ encoded, ...version }: Omit<StoredVersion, 'bytes'> & { encoded: Uint8Array }): StoredObject {
    const decode = () => this.#pipeline.decodeEncoded(encoded, readableKey(version.key));
    const object = new StoredObject(
      { ...version, bytes: encoded.byteLength },
      { decode, failed: this.#reportUnreadable },
    );
    this.known.remember(object);
    return object;
  }

  notFound(key: ObjectKey): StatusError {
    return notFound(this.resource, key.name);
  }

  /** The current version of one key, linearizable. */
  async read(key: string): Promise<StoredObject | undefined> {
    const known = this.known.latest(key);
    const outcome = await this.#readKey(key, this.#isUsable(known) ? known : undefined);
    if ('unchanged' in outcome) return outcome.unchanged;
    const { kv } = outcome;
    if (kv === undefined) return undefined;
    const object = await this.#prepared(kv, () => this.object(kv));
    this.known.remember(object);
    return object;
  }

  /**
   * As `read`, for an update: where values are transformed, the stored bytes are decoded anew, because what
   * is known may have been decoded before the configuration changed and would not say that the value is stale
   * now.
   */
  async readForUpdate(key: string): Promise<StoredObject | undefined> {
    if (this.#pipeline.isPlain) return this.read(key);
    const { kvs } = await this.call('get', () => this.client.range({ key: keyBytes(key) }, callOptions));
    const kv = kvs[0];
    return kv === undefined ? undefined : this.#prepared(kv, () => this.#decodedAnew(kv));
  }

  #readKey(key: string, known: StoredObject | undefined): Promise<ReadOutcome> {
    return this.call('get', () => this.#reads.read(key, known));
  }

  /** Values that cannot be prepared now are reported as those that cannot be decoded. */
  async #prepared(kv: KeyValue, prepare: () => Promise<StoredObject>): Promise<StoredObject> {
    try {
      return await prepare();
    } catch (error) {
      throw new UnreadableObjectError(readableKey(keyText(kv.key)), error);
    }
  }

  async #decodedAnew({ key, value, modRevision, lease }: KeyValue): Promise<StoredObject> {
    const text = keyText(key);
    const [decode] = await this.#pipeline.prepare([{ key: readableKey(text), value }]);
    return new StoredObject(
      { key: text, modRevision, lease, bytes: value.byteLength },
      { decode: decode as DecodeValue, failed: this.#reportUnreadable },
    );
  }

  #knownVersion({ key, modRevision }: KeyValue): StoredObject | undefined {
    const known = this.known.find(keyText(key), modRevision);
    return this.#isUsable(known) ? known : undefined;
  }

  /** A value whose preparation failed is not to be read from what came of that: it is prepared again. */
  #isUsable(known: StoredObject | undefined): boolean {
    if (known === undefined || known.isUnreadable) return false;
    return !this.#pipeline.needsPreparation || known.isReadable;
  }

  /** The known object, or a new one; `decode` is that of a prepared value. */
  #object({ key, value, modRevision, lease }: KeyValue, decode: DecodeValue | undefined): StoredObject {
    const text = keyText(key);
    const known = this.known.find(text, modRevision);
    if (known !== undefined && !known.isUnreadable) return known;
    const own = decode === undefined ? detach(value) : value;
    const object = new StoredObject(
      { key: text, modRevision, lease, bytes: value.byteLength },
      {
        decode: decode ?? (() => this.#pipeline.decode({ key: readableKey(text), value: own })),
        failed: this.#reportUnreadable,
      },
    );
    if (known !== undefined) this.known.replace(object);
    return object;
  }

  readonly #reportUnreadable = (error: UnreadableObjectError): void => {
    if (!(error.cause instanceof TransformError)) this.#metrics?.decodeFailed?.();
    this.#log.error({ err: error, key: error.key }, 'a stored object cannot be decoded');
  };

  /** A list was read from the store, not from the watch cache. */
  listed(fetched: number, returned: number): void {
    this.#metrics?.listServed?.('etcd', { fetched, returned });
  }

  /** Makes a request; its failure comes as a StatusError. */
  call<Response>(operation: string, request: () => Promise<Response>): Promise<Response> {
    return this.translate(() => this.measure(operation, request));
  }

  /** As `call`, for what is no request about an object. */
  async translate<Response>(request: () => Promise<Response>): Promise<Response> {
    try {
      return await request();
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
      this.#metrics?.etcdRequest?.(operation, this.#clock.now() - begin, failed);
    }
  }
}
