/**
 * The reference writer as a process of its own: every write is a transaction of its own, one INSERT into a
 * table with the columns and indexes of kine's, on connections from a pool. Its gRPC is the shim's, so that
 * only the way of committing differs. It answers nothing but the bench's Txns, and does less than kine, which
 * reads before it writes. `reference-server.ts POSTGRES_URL` sends its URL to the parent.
 */
import { Server, ServerCredentials } from '@grpc/grpc-js';
import pg from 'pg';
import { decode, PreparedMessage } from '../../src/etcdserverpb/codec/codec.ts';
import { txnRequest, txnResponse } from '../../src/etcdserverpb/messages/kv-messages.ts';
import type { PutRequest, TxnRequest, TxnResponse } from '../../src/etcdserverpb/types.ts';

/** More connections make it slower, not faster. */
const poolSize = 16;

const pool = new pg.Pool({ connectionString: process.argv[2], max: poolSize });
await pool.query(`
  CREATE TABLE reference (
    id bigserial PRIMARY KEY, name text COLLATE "C", created integer, deleted integer, create_revision bigint,
    prev_revision bigint, lease integer, value bytea, old_value bytea
  );
  CREATE INDEX ON reference (name);
  CREATE INDEX ON reference (name, id);
  CREATE INDEX ON reference (id, deleted);
  CREATE INDEX ON reference (prev_revision);
  CREATE UNIQUE INDEX ON reference (name, prev_revision)`);

async function write({ compare = [], success = [] }: TxnRequest): Promise<TxnResponse> {
  const condition = compare[0];
  const { key, value } = (success[0] as { requestPut: PutRequest }).requestPut;
  const previous = condition !== undefined && 'modRevision' in condition ? (condition.modRevision ?? 0) : 0;
  const isCreate = previous === 0;
  const { rows } = await pool.query<{ id: string }>({
    name: 'reference',
    text: `INSERT INTO reference (name, created, deleted, create_revision, prev_revision, lease, value)
           VALUES ($1, $2, 0, $3, $4, 0, $5) RETURNING id`,
    values: [Buffer.from(key).toString('latin1'), isCreate ? 1 : 0, previous, previous, value],
  });
  const revision = Number(rows[0]?.id);
  const header = { clusterId: 1n, memberId: 1n, revision, raftTerm: 1 };
  return { header, succeeded: true, responses: [{ responsePut: { header } }] };
}

async function answer(
  request: TxnRequest,
  callback: (error: Error | null, value?: TxnResponse) => void,
): Promise<void> {
  try {
    callback(null, await write(request));
  } catch (error) {
    callback(error as Error);
  }
}

const server = new Server({ 'grpc-node.flow_control_window': 4 << 20, 'grpc.enable_channelz': 0 });
server.register<TxnRequest, TxnResponse>(
  '/etcdserverpb.KV/Txn',
  (call: { request: TxnRequest }, callback: (error: Error | null, value?: TxnResponse) => void) => {
    void answer(call.request, callback);
  },
  (value) => new PreparedMessage(txnResponse, value) as unknown as Buffer,
  (bytes) => decode(txnRequest, bytes),
  'unary',
);
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.send?.({ url: `http://127.0.0.1:${port}` });
});
process.once('disconnect', () => process.exit());
