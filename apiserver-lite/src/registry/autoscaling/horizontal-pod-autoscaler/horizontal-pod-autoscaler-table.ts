import type { V2HorizontalPodAutoscaler } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { metricTargets } from './metric-targets.ts';

const targets = ({ spec, status }: V2HorizontalPodAutoscaler) =>
  metricTargets(spec?.metrics, status?.currentMetrics ?? []);

export const horizontalPodAutoscalerTable = tableOf<V2HorizontalPodAutoscaler>([
  nameColumn(),
  column('Reference', ({ spec }) => `${spec?.scaleTargetRef.kind ?? ''}/${spec?.scaleTargetRef.name ?? ''}`),
  column('Targets', targets),
  column('MinPods', ({ spec }) => String(spec?.minReplicas ?? '<unset>')),
  column('MaxPods', ({ spec }) => spec?.maxReplicas ?? 0),
  column('Replicas', ({ status }) => status?.currentReplicas ?? 0),
  ageColumn(),
]);
