import type { V1beta1LeaseCandidate } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

export const leaseCandidateTable = tableOf<V1beta1LeaseCandidate>([
  nameColumn(),
  column('LeaseName', ({ spec }) => spec?.leaseName ?? ''),
  column('BinaryVersion', ({ spec }) => spec?.binaryVersion ?? ''),
  column('EmulationVersion', ({ spec }) => spec?.emulationVersion ?? ''),
  ageColumn(),
]);
