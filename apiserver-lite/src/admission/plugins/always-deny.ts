import { admissionForbidden, type AdmissionAttributes } from '../attributes.ts';
import type { AdmissionPlugin } from '../plugin.ts';

function deny(attributes: AdmissionAttributes): never {
  throw admissionForbidden(attributes, 'admission control is denying all modifications');
}

/** Refuses everything; for tests (Kubernetes: `plugin/pkg/admission/deny`). */
export function alwaysDeny(): AdmissionPlugin {
  return { operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'], admit: deny, validate: deny };
}
