import { rm } from 'node:fs/promises';
import { parseShimOptions } from '@pg8s/shim/flags/flags';
import { freePort } from '@pg8s/shim/mvcc/testing/free-port';
import { type ListeningShim, startShim } from '@pg8s/shim/server';
import { RunningStockEtcd } from '../running-stock-etcd.ts';

/** One etcd server of a cluster in the pool; it has the same address however often it is stopped. */
export interface PoolMember {
  readonly url: string;
  start(): Promise<void>;
  /** Its clients are disconnected, and refused until it is started again. */
  stop(): Promise<void>;
}

/** etcd's flags, `--name=value` each. */
export type Flags = readonly string[];

/** pg8s's etcd server in this process, as `pg8s etcd` would start it with these flags. */
export async function shimMember(postgresUrl: string, flags: Flags): Promise<PoolMember> {
  const url = `${schemeOf(flags)}://127.0.0.1:${await freePort()}`;
  const given = Object.fromEntries(
    flags.map((flag) => {
      const [, name, value] = /^--([\w-]+)=(.*)$/.exec(flag) ?? [];
      if (name === undefined) throw new Error(`not a flag of etcd: ${flag}`);
      return [name, value];
    }),
  );
  const { shim: options } = parseShimOptions({
    flags: { ...given, 'listen-client-urls': url, 'advertise-client-urls': url },
  });
  let shim: ListeningShim | undefined;
  return {
    url,
    start: async () => {
      shim = await startShim({ ...options, postgresUrl });
    },
    stop: async () => {
      await shim?.close();
      shim = undefined;
    },
  };
}

/** A stock etcd, to know what a suite says of the original in the same harness. */
export async function stockMember(program: string, dataDir: string, flags: Flags): Promise<PoolMember> {
  const scheme = schemeOf(flags);
  let etcd: RunningStockEtcd | undefined = await RunningStockEtcd.start(program, dataDir, { scheme, flags });
  return {
    url: etcd.url,
    // It is never started again: no suite that runs on a stock etcd here asks for that.
    start: () => Promise.resolve(),
    stop: async () => {
      await etcd?.stop();
      etcd = undefined;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function schemeOf(flags: Flags): 'http' | 'https' {
  return flags.some((flag) => flag.startsWith('--cert-file=')) ? 'https' : 'http';
}
