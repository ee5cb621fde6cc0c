import type { V1Service } from '@pg8s/k8s-proto/generated/models';
import { admissionForbidden, concerns } from '../attributes.ts';
import type { AdmissionPlugin } from '../plugin.ts';

function externalIps(object: unknown): readonly string[] {
  return (object as V1Service | undefined)?.spec?.externalIPs ?? [];
}

/**
 * A Service gets no external address that it does not have (Kubernetes:
 * `plugin/pkg/admission/network/denyserviceexternalips`).
 */
export function denyServiceExternalIps(): AdmissionPlugin {
  return {
    operations: ['CREATE', 'UPDATE'],
    validate(attributes) {
      if (!concerns(attributes, '', 'services')) return;
      const before = new Set(externalIps(attributes.oldObject));
      if (externalIps(attributes.object).every((address) => before.has(address))) return;
      throw admissionForbidden(attributes, 'Use of external IPs is denied by admission control');
    },
  };
}
