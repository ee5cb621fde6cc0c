import { readFileSync } from 'node:fs';
import type { KubeConfig } from '@kubernetes/client-node';

/**
 * The certificate authority (PEM) by which a kubeconfig knows its current server; undefined when it names
 * none.
 */
export function certificateAuthorityOf(kubeConfig: KubeConfig | undefined): string | undefined {
  const cluster = kubeConfig?.getCurrentCluster();
  if (cluster?.caData) return Buffer.from(cluster.caData, 'base64').toString('utf8');
  return cluster?.caFile ? readFileSync(cluster.caFile, 'utf8') : undefined;
}
