import { access } from 'node:fs/promises';
import { KubeConfig } from '@kubernetes/client-node';
import { UsageError } from '../usage-error.ts';

/**
 * The kubeconfig at `path`, or of the variable KUBECONFIG where that is empty; `master`, where it is not
 * empty, is the URL of the API server in place of the one in there.
 *
 * @throws UsageError where there is none, or it cannot be used.
 */
export async function loadKubeconfig(path: string, master = ''): Promise<KubeConfig> {
  const file = path || process.env['KUBECONFIG'] || '';
  if (file === '') throw new UsageError('--kubeconfig is required (or the variable KUBECONFIG)');
  try {
    await access(file);
    const config = new KubeConfig();
    config.loadFromFile(file);
    const current = config.getCurrentCluster();
    if (current === null) throw new Error('it has no current context');
    if (master !== '') {
      config.clusters = config.clusters.map((cluster) =>
        cluster.name === current.name ? { ...cluster, server: master } : cluster,
      );
    }
    return config;
  } catch (error) {
    throw new UsageError(`kubeconfig ${file}: ${(error as Error).message}`, { cause: error });
  }
}
