import { join } from 'node:path';
import { type ClusterPki, ensureClusterPki } from '../pki/cluster-pki.ts';
import { shareKeys } from '../pki/shared-keys.ts';
import { UsageError } from '../usage-error.ts';
import type { Setup } from './setup.ts';

/**
 * Keys and certificates in the data directory, made where they are missing. `sharedUrl`: the database whose
 * control planes have their CAs in common.
 *
 * @throws UsageError for a range of Services that is none, and where the shared keys are damaged.
 */
export async function keysStage(setup: Setup, sharedUrl: string | undefined): Promise<ClusterPki> {
  const folder = join(setup.dataDir, 'pki');
  if (sharedUrl !== undefined) {
    await shareKeys({ postgresUrl: sharedUrl, folder, log: setup.log.child({ part: 'pki' }) });
  }
  return ensureClusterPki({
    folder,
    hosts: [setup.bindAddress],
    nodeNames: setup.nodeNames,
    serviceAddress: await firstAddress(setup.serviceRange),
  });
}

/** The address of the `kubernetes` Service. */
async function firstAddress(ranges: string): Promise<string> {
  const { addressAt, parseServiceRanges } =
    await import('@pg8s/apiserver-lite/registry/core/service/allocation/ip-range');
  try {
    return addressAt(parseServiceRanges(ranges)[0]!, 1);
  } catch (error) {
    throw new UsageError(`--kube-apiserver-arg: --service-cluster-ip-range: ${(error as Error).message}`);
  }
}
