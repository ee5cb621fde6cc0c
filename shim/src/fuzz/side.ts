import type { EtcdClient } from '../client/etcd-client.ts';
import { EtcdError } from '../etcdserverpb/etcd-error.ts';
import { plain } from '../mvcc/testing/plain.ts';
import { until } from '../mvcc/testing/until.ts';
import type { Operation } from './operation.ts';
import { LoggedStream } from './watch-log.ts';

/** One of the two servers, and what it was made to do. */
export class Side {
  readonly name: string;
  readonly client: EtcdClient;
  /** Watches of what was and is. */
  readonly present: LoggedStream;
  /** Watches that begin later: they keep a stream from being synced, so they have one of their own. */
  readonly future: LoggedStream;
  /** For a watch that tells how far the server is. */
  readonly sentinel: LoggedStream;

  constructor(name: string, client: EtcdClient) {
    this.name = name;
    this.client = client;
    this.present = new LoggedStream(client);
    this.future = new LoggedStream(client);
    this.sentinel = new LoggedStream(client);
  }

  /**
   * Does it. The answer, or the error, comes without what may differ: ids of cluster and member, seconds
   * left.
   */
  async apply(operation: Operation, revision: number): Promise<unknown> {
    try {
      return comparable(await this.#call(operation, revision));
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      return { code: error.code, message: error.message };
    }
  }

  close(): void {
    this.present.close();
    this.future.close();
    this.sentinel.close();
    this.client.close();
  }

  async #call(operation: Operation, revision: number): Promise<unknown> {
    const { client } = this;
    if ('put' in operation) return client.put(operation.put);
    if ('range' in operation) return client.range(operation.range);
    if ('deleteRange' in operation) return client.deleteRange(operation.deleteRange);
    if ('txn' in operation) return client.txn(operation.txn);
    if ('compact' in operation) return client.compact(operation.compact);
    if ('grant' in operation) return client.leaseGrant(operation.grant);
    if ('revoke' in operation) return client.leaseRevoke(operation.revoke);
    if ('keepAlive' in operation) return client.leaseKeepAlive(operation.keepAlive);
    if ('timeToLive' in operation) {
      const answer = await client.leaseTimeToLive(operation.timeToLive);
      // Never equal: asked at different moments, and keys in any order.
      return {
        ...answer,
        ttlSeconds: answer.ttlSeconds > 0 ? 'some' : answer.ttlSeconds,
        keys: answer.keys.map((key) => Buffer.from(key).toString('latin1')).sort(),
      };
    }
    if ('leases' in operation) {
      const { header, leases } = await client.leases();
      return { header, leases: leases.map(({ id }) => `${id}`).sort() };
    }
    if ('expire' in operation) return this.#expire(operation.expire);
    if ('cancel' in operation) {
      await this.present.cancel(operation.cancel.watchId);
      return this.future.cancel(operation.cancel.watchId);
    }
    const { watch } = operation;
    return ((watch.startRevision ?? 0) > revision + 1 ? this.future : this.present).create(watch);
  }

  async #expire({ id, keys }: { id: bigint; keys: readonly Uint8Array[] }): Promise<unknown> {
    const { client } = this;
    const granted = await client.leaseGrant({ id, ttlSeconds: 1 });
    for (const key of keys) await client.put({ key, value: Buffer.from('short'), lease: id });
    await until(
      'a lease to expire',
      async () => !(await client.leases()).leases.some((lease) => lease.id === id),
      20_000,
    );
    const after = await client.range({ key: Uint8Array.of(0), rangeEnd: Uint8Array.of(0) });
    return { granted: granted.ttlSeconds, after };
  }
}

function comparable(value: unknown): unknown {
  return withoutIds(plain(value));
}

function withoutIds(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}`;
  if (Array.isArray(value)) return value.map(withoutIds);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, member]): [string, unknown] => {
    if (name === 'header') return [name, (member as { revision: number }).revision];
    return [name, withoutIds(member)];
  });
  return Object.fromEntries(entries);
}
