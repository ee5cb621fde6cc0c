import type { V1beta2DeviceTaintRule } from '@pg8s/k8s-proto/generated/models';
import { age, ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

export const deviceTaintRuleTable = tableOf<V1beta2DeviceTaintRule>([
  nameColumn(),
  column('Key', ({ spec }) => spec.taint.key),
  column('Value', ({ spec }) => spec.taint.value ?? ''),
  column('Effect', ({ spec }) => spec.taint.effect),
  column('TimeAdded', ({ spec: { taint } }, nowMs) => (taint.timeAdded ? age(taint.timeAdded, nowMs) : '')),
  ageColumn(),
]);
