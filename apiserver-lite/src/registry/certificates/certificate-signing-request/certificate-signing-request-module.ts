import { humanDuration } from '@pg8s/k8s-proto/duration';
import type { V1CertificateSigningRequest } from '@pg8s/k8s-proto/generated/models';
import { anyName } from '../../fields/names.ts';
import { keepField } from '../../generic/kind-strategy.ts';
import { selectablePaths } from '../../generic/selectable-field.ts';
import { partRest } from '../../generic/store-rest.ts';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { approvalStrategy, metadataChecksOnUpdate } from './approval-strategy.ts';
import { conditionsOf, withDecisions, withTimes } from './request-conditions.ts';
import { validateRequestStatus } from './request-status.ts';
import { validateCertificateRequest } from './request-validation.ts';
import { recordRequester } from './signing-request.ts';

const none = '<none>';

function requestState({ status }: V1CertificateSigningRequest): string {
  const has = (type: string) => (status?.conditions ?? []).some((condition) => condition.type === type);
  const words = [has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending'];
  if (has('Failed')) words.push('Failed');
  if (status?.certificate) words.push('Issued');
  return words.join(',');
}

const certificateSigningRequestTable = tableOf<V1CertificateSigningRequest>([
  nameColumn(),
  ageColumn(),
  column('SignerName', ({ spec }) => spec.signerName || none),
  column('Requestor', ({ spec }) => spec.username ?? ''),
  column('RequestedDuration', ({ spec }) =>
    spec.expirationSeconds === undefined ? none : humanDuration(spec.expirationSeconds * 1000),
  ),
  column('Condition', requestState),
]);

/** CertificateSigningRequests (Kubernetes: `pkg/registry/certificates/certificatesigningrequest`). */
export const certificateSigningRequestModule = defineKind('certificates.k8s.io/CertificateSigningRequest', {
  subresources: {
    approval: ({ parent, subresource, store, clock }) =>
      partRest(parent, subresource, store.withStrategy(approvalStrategy(store.strategy)), clock),
  },
  strategy: {
    emptyStatus: {},
    validateName: anyName,
    metadataChecksOnUpdate,
    resetFields: ['spec', 'status'],
    prepareForCreate: recordRequester,
    prepareForUpdate: (object, old) => keepField(object, old, 'spec'),
    validate: validateCertificateRequest,
  },
  status: {
    alsoReset: ['status.conditions'],
    metadataChecksOnUpdate,
    prepareForUpdate(object, old, { nowMs }) {
      const before = conditionsOf(old);
      const conditions = withTimes(withDecisions(conditionsOf(object), before), before, nowMs);
      if (conditions.length > 0) Object.assign(object['status'] as object, { conditions });
    },
    validateUpdate: validateRequestStatus,
  },
  table: certificateSigningRequestTable,
  selectableFields: selectablePaths(['spec.signerName']),
  actors: [
    {
      name: 'certificatesigningrequest-signing-controller',
      effect: 'no certificate is issued',
      concerns: (object) =>
        String((object['spec'] as { signerName?: string } | undefined)?.signerName).startsWith(
          'kubernetes.io/',
        ),
    },
  ],
});
