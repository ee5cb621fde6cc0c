import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { startEmbeddedPostgres } from '../../../pg8s/src/postgres/embedded.ts';
import { type ApiserverPart, PartCluster } from '../parts/part-cluster.ts';

/** Two API servers on one `pg8s etcd`. */
export interface QuotaCluster {
  cluster: PartCluster;
  folder: string;
  servers: readonly [ApiserverPart, ApiserverPart];
  /** kubectl at the first server; its output, of both kinds. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts one. */
export async function startQuotaCluster(): Promise<QuotaCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'pg8s-quotas-'));
  const postgres = await startEmbeddedPostgres({
    dataDir: join(folder, 'postgres'),
    log: pino({ level: 'silent' }),
  });
  const cluster = await PartCluster.in(join(folder, 'cluster'));
  const etcd = await cluster.startEtcd(postgres.url);
  const servers = [await cluster.startApiserver(etcd.url), await cluster.startApiserver(etcd.url)] as const;
  return {
    cluster,
    folder,
    servers,
    async kubectl(args, input) {
      const { stdout, stderr } = await cluster.kubectl(servers[0], args, input);
      return stdout + stderr;
    },
    async stop() {
      await cluster.stop();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Creates an object as an administrator; the answer's status code and message. */
export function post(
  { pki }: PartCluster,
  port: number,
  { path, body }: { path: string; body: object },
): Promise<{ code: number; message: string }> {
  const { admin, ca } = pki;
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method: 'POST',
        ca: ca.cert,
        cert: admin.cert,
        key: admin.key,
        headers: { 'content-type': 'application/json' },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          const { message = '' } = JSON.parse(text) as { message?: string };
          resolve({ code: response.statusCode ?? 0, message });
        });
      },
    );
    asked.on('error', reject);
    asked.end(JSON.stringify(body));
  });
}
