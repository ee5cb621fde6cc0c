import { defineKind } from '../../kind-module.ts';
import { podGroupTable } from './pod-group-table.ts';

/** PodGroups (Kubernetes: `pkg/registry/scheduling/podgroup`). */
export const podGroupModule = defineKind('scheduling.k8s.io/PodGroup', {
  table: podGroupTable,
});
