import type { V1DeviceRequest } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { isReason, type FieldError } from '../../api-errors/status-error.ts';
import type { KindTraits } from '../generic/kind-strategy.ts';
import type { KindDependencies } from '../kind-module.ts';
import { forbiddenField } from '../fields/field-errors.ts';

const label = 'resource.kubernetes.io/admin-access';

/** The first request for a device that others may be using, or -1. */
function adminRequest(requests: readonly V1DeviceRequest[] | undefined): number {
  return (requests ?? []).findIndex((request) => request?.exactly?.adminAccess === true);
}

async function isForAdmins({ storageOf }: KindDependencies, namespace: string): Promise<boolean> {
  try {
    const { object } = await storageOf('', 'namespaces').get({ namespace: '', name: namespace }, '');
    return object.metadata.labels?.[label] === 'true';
  } catch (error) {
    if (isReason(error, 'NotFound')) return false;
    throw error;
  }
}

/**
 * Claims, and templates of them, that ask for the access of an administrator are for namespaces that are
 * labelled so (KEP-5018); `path` leads to the requests of the kind.
 */
export function withAdminAccess<T extends KubeObject>(
  traits: KindTraits<T>,
  dependencies: KindDependencies,
  requestsOf: (object: T) => readonly V1DeviceRequest[] | undefined,
): KindTraits<T> {
  const refused = new WeakMap<KubeObject, FieldError>();
  const findingsOf = (object: T) => {
    const finding = refused.get(object);
    return finding === undefined ? [] : [finding];
  };
  return {
    ...traits,
    async beginCreate(object, request) {
      const index = adminRequest(requestsOf(object));
      if (index >= 0 && !(await isForAdmins(dependencies, request.namespace))) {
        const detail = `admin access to devices requires the \`${label}: true\` label on the containing namespace`;
        const field = `spec.devices.requests[${index}].adminAccess`;
        refused.set(object, forbiddenField(field, detail));
      }
      return async () => {};
    },
    validate: async (object, request) => [
      ...findingsOf(object),
      ...((await traits.validate?.(object, request)) ?? []),
    ],
  };
}
