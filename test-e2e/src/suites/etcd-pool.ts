import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { Database } from '../faults/database.ts';
import { type Flags, type PoolMember, shimMember, stockMember } from './pool-members.ts';

/** What a test asks for; all may be left out. */
interface ClusterRequest {
  /** Servers on one database. Default: one. */
  readonly members?: number;
  /** etcd's flags, for each server. */
  readonly flags?: Flags;
}

/** What it gets. */
interface FreshCluster {
  readonly id: string;
  /** URLs for clients. */
  readonly endpoints: readonly string[];
}

/**
 * Fresh etcd servers for tests in other languages, over HTTP on loopback:
 *
 *     POST   /clusters                       {"members": 3, "flags": ["--max-txn-ops=5"]}
 *                                            → {"id": "4", "endpoints": ["http://127.0.0.1:…", …]}
 *     POST   /clusters/4/members/1/stop      and …/start
 *     DELETE /clusters/4
 *     POST   /databases/NAME                 → {"url": "postgres://…"}: made when first asked for
 *
 * Each cluster has a database of its own on one PostgreSQL, which does not wait for the disk.
 */
export class EtcdPool {
  readonly url: string;
  readonly #server: Server;
  readonly #folder: string;
  readonly #database: Database;
  /** Path of a stock etcd, if that is to be what the tests get. */
  readonly #stockEtcd: string | undefined;
  readonly #clusters = new Map<string, readonly PoolMember[]>();
  readonly #databases = new Map<string, Promise<unknown>>();
  #last = 0;

  private constructor(server: Server, database: Database, folder: string, stockEtcd: string | undefined) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#server = server;
    this.#database = database;
    this.#folder = folder;
    this.#stockEtcd = stockEtcd;
  }

  static async start(stockEtcd?: string): Promise<EtcdPool> {
    const folder = await mkdtemp(join(tmpdir(), 'pg8s-pool-'));
    const database = await Database.at(join(folder, 'postgres'));
    Object.assign(database.settings, { fsync: 'off', full_page_writes: 'off', max_connections: '400' });
    await database.start();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const pool = new EtcdPool(server, database, folder, stockEtcd);
    server.on('request', (request, response) => {
      pool.#answer(request).then(
        (answer) => response.end(JSON.stringify(answer)),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
    return pool;
  }

  /** Stops all servers, and removes what they stored. */
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await Promise.all([...this.#clusters.keys()].map((id) => this.remove(id)));
    await this.#database.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Resolves when the servers of a fresh cluster serve. */
  async add({ members: count = 1, flags = [] }: ClusterRequest): Promise<FreshCluster> {
    const id = String(++this.#last);
    const members = await Promise.all(
      this.#stockEtcd === undefined
        ? await this.#shims(id, count, flags)
        : [stockMember(this.#stockEtcd, join(this.#folder, id), flags)],
    );
    this.#clusters.set(id, members);
    await Promise.all(members.map((member) => member.start()));
    return { id, endpoints: members.map(({ url }) => url) };
  }

  /** Stops the servers of a cluster, and removes what they stored. */
  async remove(id: string): Promise<void> {
    const members = this.#clusters.get(id) ?? [];
    this.#clusters.delete(id);
    await Promise.all(members.map((member) => member.stop()));
    if (this.#stockEtcd === undefined && members.length > 0)
      await this.#database.query(`DROP DATABASE "cluster-${id}" WITH (FORCE)`);
  }

  async #answer(request: IncomingMessage): Promise<unknown> {
    const [, clusters, id, members, index, verb] = (request.url ?? '').split('/');
    const asked = `${request.method} ${[clusters, id && 'ID', members, index && 'N', verb].filter(Boolean).join('/')}`;
    switch (asked) {
      case 'POST clusters':
        return this.add((await json(request)) as ClusterRequest);
      case 'POST databases/ID':
        return { url: await this.#databaseFor(id!) };
      case 'DELETE clusters/ID':
        return this.remove(id!).then(() => ({}));
      case 'POST clusters/ID/members/N/start':
        return this.#member(id!, Number(index)).start();
      case 'POST clusters/ID/members/N/stop':
        return this.#member(id!, Number(index)).stop();
      default:
        throw new Error(`the pool has no ${asked}`);
    }
  }

  /** For servers that are not the pool's. */
  async #databaseFor(name: string): Promise<string> {
    if (!/^\w+$/.test(name)) throw new Error(`not a name of a database: ${name}`);
    const made = this.#databases.get(name) ?? this.#database.query(`CREATE DATABASE "${name}"`);
    this.#databases.set(name, made);
    await made;
    return this.#database.url.replace(/postgres$/, name);
  }

  async #shims(id: string, count: number, flags: Flags): Promise<Promise<PoolMember>[]> {
    await this.#database.query(`CREATE DATABASE "cluster-${id}"`);
    const url = this.#database.url.replace(/postgres$/, `cluster-${id}`);
    return Array.from({ length: count }, () => shimMember(url, flags));
  }

  #member(id: string, index: number): PoolMember {
    const member = this.#clusters.get(id)?.[index];
    if (member === undefined) throw new Error(`the pool has no member ${index} of cluster ${id}`);
    return member;
  }
}
