import type { V1CertificateSigningRequest } from '@pg8s/k8s-proto/generated/models';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { isSame } from '../../../registry/generic/copy-object.ts';
import { admissionForbidden, concerns } from '../../attributes.ts';
import type { AdmissionPlugin, PluginDependencies } from '../../plugin.ts';
import { maySign } from './signer-permission.ts';

/**
 * Who writes the certificate of a CertificateSigningRequest, or its conditions, may `sign` for its signer
 * (Kubernetes: `plugin/pkg/admission/certificates/signing`).
 */
export function certificateSigning({ authorizer }: Pick<PluginDependencies, 'authorizer'>): AdmissionPlugin {
  return {
    operations: ['UPDATE'],
    async validate(attributes) {
      if (!concerns(attributes, 'certificates.k8s.io', 'certificatesigningrequests', 'status')) return;
      const before = attributes.oldObject as unknown as V1CertificateSigningRequest;
      const after = attributes.object as unknown as V1CertificateSigningRequest;
      if (
        (before.status?.certificate ?? '') === (after.status?.certificate ?? '') &&
        isSame(before.status?.conditions ?? [], after.status?.conditions ?? [])
      )
        return;
      const { signerName = '' } = before.spec;
      if (await maySign(authorizer, attributes.user, 'sign', signerName)) return;
      throw admissionForbidden(
        attributes,
        `user not permitted to sign requests with signerName ${goQuote(signerName)}`,
      );
    },
  };
}
