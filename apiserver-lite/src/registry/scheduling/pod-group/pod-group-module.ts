import type { V1alpha2PodGroup } from '@pg8s/k8s-proto/generated/models';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

const none = '<none>';

function podGroupStatus({ status }: V1alpha2PodGroup): string {
  const condition = (wanted: string) => status?.conditions?.findLast(({ type }) => type === wanted);
  const disrupted = condition('DisruptionTarget');
  if (disrupted !== undefined) return disrupted.reason;
  const scheduled = condition('PodGroupScheduled');
  if (scheduled === undefined) return 'Pending';
  return scheduled.status === 'True' ? 'Scheduled' : 'Unschedulable';
}

const podGroupTable = tableOf<V1alpha2PodGroup>([
  nameColumn(),
  column('Policy', ({ spec }) => (spec.schedulingPolicy?.gang === undefined ? 'Basic' : 'Gang')),
  column('Workload', ({ spec }) => spec.podGroupTemplateRef?.workload?.workloadName ?? none),
  column('Status', podGroupStatus),
  ageColumn(),
]);

/** PodGroups (Kubernetes: `pkg/registry/scheduling/podgroup`). */
export const podGroupModule = defineKind('scheduling.k8s.io/PodGroup', {
  table: podGroupTable,
});
