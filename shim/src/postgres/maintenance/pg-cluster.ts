import type { Member } from '../../etcdserverpb/types.ts';
import type { ClusterPort } from '../../mvcc/mvcc-store.ts';
import type { StoreStatus } from '../../mvcc/store.ts';
import type { Connection } from '../connection/connection.ts';
import { readSize } from './pg-size.ts';

/** A member not seen for this long is not listed; after a day its row goes. */
const goneAfter = "interval '15 seconds'";
const forgetAfter = "interval '1 day'";

export interface JoinOptions {
  connection: Connection;
  memberId: bigint;
  name: string;
  clientUrls: readonly string[];
  peerUrls: readonly string[];
}

/** The shims of one database, and this shim's row among them. */
export class PgCluster implements ClusterPort {
  readonly clusterId: bigint;
  readonly memberId: bigint;
  readonly raftTerm: number;
  /** How many other shims were seen lately; without any no hints are sent. */
  others = 0;
  readonly #options: JoinOptions;

  private constructor(options: JoinOptions, clusterId: bigint, raftTerm: number) {
    this.#options = options;
    this.memberId = options.memberId;
    this.clusterId = clusterId;
    this.raftTerm = raftTerm;
  }

  /** Registers this shim as a new member. */
  static async join(options: JoinOptions): Promise<PgCluster> {
    const { connection, memberId, name, clientUrls, peerUrls } = options;
    await connection.query(
      'INSERT INTO pg8s.members (id, name, client_urls, peer_urls) VALUES ($1, $2, $3, $4)',
      [toSigned(memberId), name, [...clientUrls], [...peerUrls].sort()],
    );
    const [[clusterId, term] = []] = await connection.query(
      'UPDATE pg8s.revision SET term = term + 1 RETURNING cluster_id, term',
    );
    const cluster = new PgCluster(options, BigInt.asUintN(64, BigInt(clusterId ?? 0)), Number(term));
    await cluster.heartbeat();
    return cluster;
  }

  /** Changes the client URLs that the member list shows for this shim. */
  async advertise(clientUrls: readonly string[]): Promise<void> {
    await this.#options.connection.query('UPDATE pg8s.members SET client_urls = $2 WHERE id = $1', [
      toSigned(this.memberId),
      [...clientUrls],
    ]);
  }

  /** Updates the time when this shim was last seen, and counts the others. */
  async heartbeat(): Promise<void> {
    const [[others] = []] = await this.#options.connection.query(
      {
        name: 'heartbeat',
        text: `WITH seen AS (UPDATE pg8s.members SET seen_at = clock_timestamp() WHERE id = $1)
               SELECT count(*) FROM pg8s.members WHERE id <> $1 AND seen_at > clock_timestamp() - ${goneAfter}`,
      },
      [toSigned(this.memberId)],
    );
    this.others = Number(others);
  }

  /** Removes this shim, and those that have not been seen for long. */
  async leave(): Promise<void> {
    await this.#options.connection.query(
      `DELETE FROM pg8s.members WHERE id = $1 OR seen_at < clock_timestamp() - ${forgetAfter}`,
      [toSigned(this.memberId)],
    );
  }

  async members(): Promise<Member[]> {
    const rows = await this.#options.connection.query(
      // A shim that was killed and started again is shown as one member.
      `SELECT DISTINCT ON (name, client_urls) id, name, array_to_json(client_urls), array_to_json(peer_urls)
       FROM pg8s.members
       WHERE id = $1 OR seen_at > clock_timestamp() - ${goneAfter}
       ORDER BY name, client_urls, id = $1 DESC, seen_at DESC`,
      [toSigned(this.memberId)],
    );
    return rows.map(([id, name, clientUrls, peerUrls]) => ({
      id: BigInt.asUintN(64, BigInt(id ?? 0)),
      name: name ?? '',
      peerUrls: JSON.parse(peerUrls ?? '[]') as string[],
      clientUrls: JSON.parse(clientUrls ?? '[]') as string[],
      isLearner: false,
    }));
  }

  async status(): Promise<StoreStatus> {
    const { connection } = this.#options;
    const [[row], { totalBytes, inUseBytes }] = await Promise.all([
      connection.query('SELECT commit_index, (SELECT count(*) FROM pg8s.migrations) FROM pg8s.revision'),
      readSize((statement) => connection.query(statement)),
    ]);
    return {
      commitIndex: Number(row?.[0]),
      schemaVersion: Number(row?.[1]),
      dbSizeBytes: totalBytes,
      dbSizeInUseBytes: inUseBytes,
    };
  }
}

/** Ids are unsigned for etcd's clients, and the same 64 bits signed in the database. */
function toSigned(id: bigint): string {
  return BigInt.asIntN(64, id).toString();
}
