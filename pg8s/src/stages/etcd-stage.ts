import { join } from 'node:path';
import { createShim, type Shim } from '@pg8s/shim/shim';
import { etcdctlEnv } from '../kubeconfig.ts';
import { etcdSettings, type FlagValues } from '../part-settings.ts';
import type { ClusterPki } from '../pki/cluster-pki.ts';
import { writePrivate } from '../private-file.ts';
import type { StopStack } from '../stop-stack.ts';
import type { Database } from './database-stage.ts';
import { reachableUrl, urlHost } from './reachable-url.ts';
import { type Setup, withGiven } from './setup.ts';

/** An etcd server that is built. */
export interface EtcdStage {
  readonly shim: Shim;
  /** The flags with which `pg8s etcd` would be the same. */
  readonly flags: FlagValues;
  /** Opens the port and writes `etcdctl.env`. */
  listen(): Promise<{ endpoints: readonly string[]; etcdctlEnvFile: string }>;
}

/** Builds the etcd server on the database. @throws UsageError for flags, StoreError */
export async function etcdStage(
  setup: Setup,
  { pki, database }: { pki: ClusterPki; database: Database },
  stack: StopStack,
): Promise<EtcdStage> {
  const own = {
    name: 'pg8s',
    'listen-client-urls': `https://${urlHost(setup.bindAddress)}:${setup.etcdPort}`,
    'cert-file': pki.etcdServer.certFile,
    'key-file': pki.etcdServer.keyFile,
    'trusted-ca-file': pki.etcdCa.certFile,
    'client-cert-auth': 'true',
    // No limit: the disk is the user's own.
    'quota-backend-bytes': '-1',
  };
  const { shim: options } = etcdSettings(setup.settings, own);
  const shim = await createShim({
    ...options,
    postgresUrl: database.postgresUrl,
    log: setup.log.child({ part: 'etcd' }),
  });
  stack.push('etcd', () => shim.close());
  return {
    shim,
    flags: withGiven(own, setup.given.etcd),
    async listen() {
      const { clientUrls } = await shim.listen(options);
      const endpoints = clientUrls.map(reachableUrl);
      const etcdctlEnvFile = join(setup.dataDir, 'etcdctl.env');
      const { certFile, keyFile } = pki.etcdClient;
      await writePrivate(
        etcdctlEnvFile,
        etcdctlEnv({ endpoints, caFile: pki.etcdCa.certFile, certFile, keyFile }),
      );
      setup.onUp('etcd', endpoints.join(', '));
      return { endpoints, etcdctlEnvFile };
    },
  };
}
