import { EtcdError, grpcCode } from '../../etcdserverpb/etcd-error.ts';
import type {
  CampaignRequest,
  CampaignResponse,
  ElectionResponse,
  LeaderKey,
  LeaderRequest,
  LeaderResponse,
  ProclaimRequest,
  ResignRequest,
} from '../../etcdserverpb/messages/election-messages.ts';
import type { Compare, KeyValue, ResponseHeader } from '../../etcdserverpb/types.ts';
import { createdAt, readByTxn, unknownCode } from './lock-service.ts';
import { type ConcurrencyPorts, throwIfAborted, WaitQueue } from './wait-queue.ts';

/** etcd's Election service (etcd: `api/v3election/election.go`). Every method rejects with an EtcdError. */
export interface ElectionService {
  /** Resolves when the candidate leads. When it is canceled (`signal`), the candidate resigns. */
  campaign(request: CampaignRequest, signal: AbortSignal): Promise<CampaignResponse>;
  proclaim(request: ProclaimRequest): Promise<ElectionResponse>;
  leader(request: LeaderRequest): Promise<LeaderResponse>;
  /** Every proclamation of every leader, beginning with what holds now; ends by its signal. */
  observe(request: LeaderRequest, signal: AbortSignal): AsyncGenerator<LeaderResponse, void, undefined>;
  resign(request: ResignRequest): Promise<ElectionResponse>;
}

const refusal = (message: string): EtcdError => new EtcdError(grpcCode.UNKNOWN, message);

const isStillLeader = ({ key, rev }: Pick<LeaderKey, 'key' | 'rev'>): Compare => ({
  target: 'CREATE',
  key,
  createRevision: rev,
});

/** Builds the service on the others. */
export function createElectionService(ports: ConcurrencyPorts): ElectionService {
  const { kv } = ports;

  async function proclaim(leader: LeaderKey, value: Uint8Array): Promise<ResponseHeader> {
    const { key, lease } = leader;
    const { succeeded, header } = await kv.txn({
      compare: [isStillLeader(leader)],
      success: [{ requestPut: { key, value, lease } }],
    });
    if (!succeeded) throw refusal('election: not leader');
    return header;
  }

  async function resign(leader: LeaderKey): Promise<ResponseHeader> {
    const success = [{ requestDeleteRange: { key: leader.key } }];
    return (await kv.txn({ compare: [isStillLeader(leader)], success })).header;
  }

  async function campaign(
    { name, value, lease = 0n }: CampaignRequest,
    signal: AbortSignal,
  ): Promise<CampaignResponse> {
    const line = new WaitQueue(ports, name);
    const { key, lease: id } = await line.place(lease);
    const entered = await kv.txn({
      compare: [{ target: 'CREATE', key, createRevision: 0 }],
      success: [{ requestPut: { key, value, lease: id } }],
      failure: [{ requestRange: { key } }],
    });
    const leader: LeaderKey = { name, key, rev: createdAt(entered), lease: id };
    try {
      const before = entered.succeeded ? undefined : readByTxn(entered.responses[0]);
      if (before !== undefined && Buffer.compare(before.value, value) !== 0) await proclaim(leader, value);
      await line.waitFor(leader.rev, signal);
    } catch (error) {
      await resign(leader);
      throw error;
    }
    return { header: entered.header, leader };
  }

  async function* observe(
    line: WaitQueue,
    signal: AbortSignal,
  ): AsyncGenerator<LeaderResponse, never, undefined> {
    for (;;) {
      const { header, kvs } = await line.first();
      let leader: KeyValue | undefined = kvs[0];
      if (leader === undefined) {
        for await (const change of line.lineChanges(header.revision + 1, signal)) {
          if (change.isDeleted) continue;
          leader = change.kv;
          header.revision = leader.modRevision;
          break;
        }
        if (leader === undefined) continue;
      }
      yield { header, kv: leader };
      for await (const change of line.changes(leader.key, header.revision + 1, signal)) {
        if (change.isDeleted) break;
        yield { header: { ...header, revision: change.kv.modRevision }, kv: change.kv };
      }
      throwIfAborted(signal);
    }
  }

  const given = (leader: LeaderKey | undefined): LeaderKey => {
    if (leader === undefined) throw refusal('"leader" field must be provided');
    return leader;
  };
  const answer = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      throw unknownCode(error);
    }
  };
  return {
    campaign: (request, signal) => answer(() => campaign(request, signal)),
    proclaim: ({ leader, value }) => answer(async () => ({ header: await proclaim(given(leader), value) })),
    leader: ({ name }) =>
      answer(async () => {
        const { header, kvs } = await new WaitQueue(ports, name).first();
        if (kvs[0] === undefined) throw refusal('election: no leader');
        return { header, kv: kvs[0] };
      }),
    async *observe({ name }, signal) {
      try {
        yield* observe(new WaitQueue(ports, name), signal);
      } catch (error) {
        throw unknownCode(error);
      }
    },
    resign: ({ leader }) => answer(async () => ({ header: await resign(given(leader)) })),
  };
}
