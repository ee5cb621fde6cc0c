import type { V1alpha2Workload } from '@pg8s/k8s-proto/generated/models';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, nameColumn, tableOf } from '../../table/column.ts';

/** Workloads (Kubernetes: `pkg/registry/scheduling/workload`). */
export const workloadModule = defineKind('scheduling.k8s.io/Workload', {
  table: tableOf<V1alpha2Workload>([nameColumn(), ageColumn()]),
});
