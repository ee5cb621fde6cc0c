import { forbidden, notFound } from '../../api-errors/status-error.ts';
import { admissionForbidden, type AdmissionAttributes } from '../attributes.ts';
import { findNamespace } from '../find-namespace.ts';
import type { AdmissionPlugin, PluginDependencies } from '../plugin.ts';

const namespaces = { group: '', resource: 'namespaces' };
const immortal = new Set(['default', 'kube-system', 'kube-public']);

/**
 * Nothing is created in a namespace that is missing or being deleted, and the system's own namespaces stay
 * (Kubernetes: `plugin/namespace/lifecycle`).
 */
export function namespaceLifecycle({ storageOf }: Pick<PluginDependencies, 'storageOf'>): AdmissionPlugin {
  const storage = storageOf('', 'namespaces');

  async function admit(attributes: AdmissionAttributes): Promise<void> {
    const { operation, kind, resource, namespace, name } = attributes;
    if (kind.group === '' && kind.kind === 'Namespace') {
      if (operation === 'DELETE' && immortal.has(name)) {
        throw forbidden(namespaces, name, 'this namespace may not be deleted');
      }
      return;
    }
    if (namespace === '' || operation === 'DELETE') return;
    // Whether a namespace exists is not for everybody to know who may ask what he may do there.
    if (resource.group === 'authorization.k8s.io' && resource.resource === 'localsubjectaccessreviews')
      return;
    const found = await findNamespace(storage, namespace);
    if (found === undefined) throw notFound(namespaces, namespace);
    if (operation !== 'CREATE') return;
    const { phase } = (found.object['status'] ?? {}) as { phase?: string };
    if (phase !== 'Terminating') return;
    const refusal = admissionForbidden(
      attributes,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
    );
    refusal.status.details = {
      ...refusal.status.details,
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    };
    throw refusal;
  }

  return { operations: ['CREATE', 'UPDATE', 'DELETE'], admit };
}
