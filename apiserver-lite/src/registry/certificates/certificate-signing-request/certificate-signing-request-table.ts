import { humanDuration } from '@pg8s/k8s-proto/duration';
import type { V1CertificateSigningRequest } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

const none = '<none>';

function requestState({ status }: V1CertificateSigningRequest): string {
  const has = (type: string) => (status?.conditions ?? []).some((condition) => condition.type === type);
  const words = [has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending'];
  if (has('Failed')) words.push('Failed');
  if (status?.certificate) words.push('Issued');
  return words.join(',');
}

export const certificateSigningRequestTable = tableOf<V1CertificateSigningRequest>([
  nameColumn(),
  ageColumn(),
  column('SignerName', ({ spec }) => spec.signerName || none),
  column('Requestor', ({ spec }) => spec.username ?? ''),
  column('RequestedDuration', ({ spec }) =>
    spec.expirationSeconds === undefined ? none : humanDuration(spec.expirationSeconds * 1000),
  ),
  column('Condition', requestState),
]);
