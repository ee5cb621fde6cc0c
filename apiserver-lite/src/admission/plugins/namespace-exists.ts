import { internalError, notFound, StatusError } from '../../api-errors/status-error.ts';
import { objectFinder } from '../find-object.ts';
import type { AdmissionPlugin, PluginDependencies } from '../plugin.ts';

const namespaces = { group: '', resource: 'namespaces' };

/**
 * Nothing is written or deleted in a namespace that does not exist (Kubernetes:
 * `plugin/pkg/admission/namespace/exists`).
 */
export function namespaceExists({ storageOf }: Pick<PluginDependencies, 'storageOf'>): AdmissionPlugin {
  const find = objectFinder(storageOf, namespaces);
  return {
    operations: ['CREATE', 'UPDATE', 'DELETE'],
    async validate({ namespace, kind }) {
      if (namespace === '' || (kind.group === '' && kind.kind === 'Namespace')) return;
      const found = await find('', namespace).catch((error: unknown) => {
        throw error instanceof StatusError ? internalError(error) : error;
      });
      if (found === undefined) throw notFound(namespaces, namespace);
    },
  };
}
