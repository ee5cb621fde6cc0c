import type { V1CertificateSigningRequest } from '@pg8s/k8s-proto/generated/models';
import { mastersGroup } from '../../../authentication/authenticator.ts';
import { admissionForbidden, concerns } from '../../attributes.ts';
import type { AdmissionPlugin } from '../../plugin.ts';
import { type RequestedSubject, requestedSubject } from './requested-subject.ts';

const clientSigner = 'kubernetes.io/kube-apiserver-client';

/**
 * Nobody requests a client certificate that would put him into `system:masters` (Kubernetes:
 * `plugin/pkg/admission/certificates/subjectrestriction`).
 */
export function certificateSubjectRestriction(): AdmissionPlugin {
  return {
    operations: ['CREATE'],
    async validate(attributes) {
      if (!concerns(attributes, 'certificates.k8s.io', 'certificatesigningrequests')) return;
      const { spec } = attributes.object as unknown as V1CertificateSigningRequest;
      if (spec.signerName !== clientSigner) return;
      let subject: RequestedSubject;
      try {
        subject = await requestedSubject(spec.request);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw admissionForbidden(attributes, `failed to parse CSR: ${why}`);
      }
      if (!subject.organizations.includes(mastersGroup)) return;
      throw admissionForbidden(
        attributes,
        `use of ${clientSigner} signer with ${mastersGroup} group is not allowed`,
      );
    },
  };
}
