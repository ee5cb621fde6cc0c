import type { AdmissionPlugin } from '../plugin.ts';

/** Admits everything, and is there for old configurations (Kubernetes: `plugin/pkg/admission/admit`). */
export function alwaysAdmit(): AdmissionPlugin {
  return { operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'], admit() {}, validate() {} };
}
