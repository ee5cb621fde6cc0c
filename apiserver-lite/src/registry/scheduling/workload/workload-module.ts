import type { KubeObject } from '@pg8s/k8s-proto/object';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, nameColumn, tableOf } from '../../table/column.ts';

/** Workloads (Kubernetes: `pkg/registry/scheduling/workload`). */
export const workloadModule = defineKind('scheduling.k8s.io/Workload', {
  table: tableOf<KubeObject>([nameColumn(), ageColumn()]),
});
