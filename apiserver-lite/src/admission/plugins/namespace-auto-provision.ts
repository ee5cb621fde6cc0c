import { StatusError } from '../../api-errors/status-error.ts';
import { admissionForbidden } from '../attributes.ts';
import { objectFinder } from '../find-object.ts';
import type { AdmissionPlugin, PluginDependencies } from '../plugin.ts';

/**
 * Creates the namespace of an object that is created in one that does not exist (Kubernetes:
 * `plugin/pkg/admission/namespace/autoprovision`).
 */
export function namespaceAutoProvision({
  storageOf,
  createNamespace,
}: Pick<PluginDependencies, 'storageOf' | 'createNamespace'>): AdmissionPlugin {
  const find = objectFinder(storageOf, { group: '', resource: 'namespaces' });
  return {
    operations: ['CREATE'],
    async admit(attributes) {
      const { dryRun, namespace, kind } = attributes;
      if (dryRun || namespace === '' || (kind.group === '' && kind.kind === 'Namespace')) return;
      if ((await find('', namespace)) !== undefined) return;
      try {
        await createNamespace(namespace);
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        const { reason } = error.status;
        if (reason !== 'AlreadyExists') throw admissionForbidden(attributes, error.message);
      }
    },
  };
}
