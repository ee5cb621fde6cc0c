import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority, issueCertificate } from '../../../pg8s/src/pki/authority.ts';
import { RunningEtcd } from '../running-etcd.ts';
import { RunningStockEtcd } from '../running-stock-etcd.ts';
import type { Side } from './comparison.ts';
import { Etcdctl } from './etcdctl.ts';

/** How clients reach the servers, and who they are then. */
export const transports = ['plain text', 'TLS', 'client certificates'] as const;
export type Transport = (typeof transports)[number];

export interface ComparedServers {
  readonly sides: readonly Side[];
  stop(): Promise<void>;
}

interface ServerOptions {
  /** Absolute path of the client. */
  readonly etcdctl: string;
  /** Absolute path of a stock etcd; without one only ours is started. */
  readonly etcd?: string | undefined;
  readonly folder: string;
  readonly transport: Transport;
  readonly flags?: readonly string[];
}

/** Starts `pg8s etcd` and the stock etcd alike, both empty. */
export async function startServers(options: ServerOptions): Promise<ComparedServers> {
  const { etcdctl, etcd, folder, transport, flags = [] } = options;
  await mkdir(folder, { recursive: true });
  const { server, client } =
    transport === 'plain text' ? { server: [], client: [] } : await certificates(options);
  const scheme = transport === 'plain text' ? 'http' : 'https';
  const serverFlags = [...server, ...flags];
  const ours = await RunningEtcd.start(join(folder, 'pg8s'), `${scheme}://127.0.0.1:0`, ...serverFlags);
  const running: { name: string; url: string; stop(): Promise<unknown> }[] = [
    { name: 'pg8s', url: ours.url, stop: () => ours.stop() },
  ];
  if (etcd !== undefined) {
    const stock = await RunningStockEtcd.start(etcd, join(folder, 'etcd'), { scheme, flags: serverFlags });
    running.push({ name: 'etcd', url: stock.url, stop: () => stock.stop() });
  }
  const sides = running.map(({ name, url }) => ({
    name,
    url,
    etcdctl: new Etcdctl(etcdctl, ['--endpoints', url, ...client]),
  }));
  return {
    sides,
    stop: async () => {
      await Promise.all(running.map((server) => server.stop()));
    },
  };
}

/** Flags of the servers and of etcdctl; with client certificates etcdctl is `root`. */
async function certificates({
  folder,
  transport,
}: ServerOptions): Promise<{ server: string[]; client: string[] }> {
  const file = (name: string): string => join(folder, name);
  const authority = await createAuthority('etcdctl test');
  await writeFile(file('ca.crt'), authority.cert);
  const issue = async (name: string, usage: 'server' | 'client'): Promise<void> => {
    const hosts = usage === 'server' ? ['127.0.0.1', 'localhost'] : [];
    // etcd uses its own certificate as a client's, too.
    const usages = usage === 'server' ? (['server', 'client'] as const) : (['client'] as const);
    const { cert, key } = await issueCertificate(authority, { commonName: name, usages, hosts });
    await writeFile(file(`${name}.crt`), cert);
    await writeFile(file(`${name}.key`), key);
  };
  await issue('server', 'server');
  await issue('root', 'client');
  const server = ['--cert-file', file('server.crt'), '--key-file', file('server.key')];
  const client = ['--cacert', file('ca.crt')];
  if (transport === 'client certificates') {
    server.push('--client-cert-auth', '--trusted-ca-file', file('ca.crt'));
    client.push('--cert', file('root.crt'), '--key', file('root.key'));
  }
  return { server, client };
}
