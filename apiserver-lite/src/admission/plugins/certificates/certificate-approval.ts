import type { V1CertificateSigningRequest } from '@pg8s/k8s-proto/generated/models';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { admissionForbidden, concerns } from '../../attributes.ts';
import type { AdmissionPlugin, PluginDependencies } from '../../plugin.ts';
import { maySign } from './signer-permission.ts';

/**
 * Who approves or denies a CertificateSigningRequest may `approve` for its signer (Kubernetes:
 * `plugin/pkg/admission/certificates/approval`).
 */
export function certificateApproval({ authorizer }: Pick<PluginDependencies, 'authorizer'>): AdmissionPlugin {
  return {
    operations: ['UPDATE'],
    async validate(attributes) {
      if (!concerns(attributes, 'certificates.k8s.io', 'certificatesigningrequests', 'approval')) return;
      // What the update says of its signer is not stored.
      const { signerName = '' } = (attributes.oldObject as unknown as V1CertificateSigningRequest).spec;
      if (await maySign(authorizer, attributes.user, 'approve', signerName)) return;
      throw admissionForbidden(
        attributes,
        `user not permitted to approve requests with signerName ${goQuote(signerName)}`,
      );
    },
  };
}
