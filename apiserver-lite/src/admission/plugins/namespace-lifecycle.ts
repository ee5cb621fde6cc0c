import { forbidden, isReason, notFound } from '../../api-errors/status-error.ts';
import type { CachedObject } from '../../storage/cached-object.ts';
import type { ResourceStorage } from '../../storage/storage.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts';

const namespaces = { group: '', resource: 'namespaces' };
const immortal = new Set(['default', 'kube-system', 'kube-public']);
const accessReviews = new Set(['localsubjectaccessreviews']);

/**
 * Nothing is created in a namespace that is missing or being deleted, and the system's own namespaces stay
 * (Kubernetes: `plugin/namespace/lifecycle`).
 */
export function namespaceLifecycle(storage: ResourceStorage): AdmissionPlugin {
  /** The cache may lag behind a namespace that was created through another apiserver, so a miss is asked again. */
  async function find(name: string): Promise<CachedObject | undefined> {
    for (const resourceVersion of ['0', '']) {
      try {
        return await storage.get({ namespace: '', name }, resourceVersion);
      } catch (error) {
        if (!isReason(error, 'NotFound')) throw error;
      }
    }
    return undefined;
  }

  async function admit(attributes: AdmissionAttributes): Promise<void> {
    const { operation, resource, subresource, namespace, name } = attributes;
    const target = { group: resource.group, resource: resource.name };
    if (resource.group === '' && resource.name === 'namespaces') {
      if (operation === 'DELETE' && subresource === '' && immortal.has(name)) {
        throw forbidden(target, name, 'this namespace may not be deleted');
      }
      return;
    }
    if (namespace === '' || operation === 'DELETE' || accessReviews.has(resource.name)) return;
    const found = await find(namespace);
    if (found === undefined) throw notFound(namespaces, namespace);
    if (operation !== 'CREATE') return;
    const { object } = found;
    const phase = (object['status'] as { phase?: string } | undefined)?.phase;
    if (phase !== 'Terminating' && object.metadata.deletionTimestamp === undefined) return;
    const refusal = forbidden(
      target,
      name,
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

  return { name: 'NamespaceLifecycle', handles: (operation) => operation !== 'CONNECT', admit };
}
