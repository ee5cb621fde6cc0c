import type { V2HorizontalPodAutoscaler } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { validateCounts } from '../../fields/status-counts.ts';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { validateAutoscaler } from './autoscaler-validation.ts';
import { autoscalerConversion } from './autoscaler-versions.ts';
import { defaultAutoscaler, defaultAutoscalerV1 } from './horizontal-pod-autoscaler-defaults.ts';
import { metricTargets } from './metric-targets.ts';

/** Kubernetes: `autoscaling/validation.ValidateHorizontalPodAutoscalerStatusUpdate`. */
function validateAutoscalerStatus(object: V2HorizontalPodAutoscaler): FieldError[] {
  return validateCounts(object, ['currentReplicas', 'desiredReplicas'], []);
}

const targets = ({ spec, status }: V2HorizontalPodAutoscaler) =>
  metricTargets(spec?.metrics, status?.currentMetrics ?? []);

const horizontalPodAutoscalerTable = tableOf<V2HorizontalPodAutoscaler>([
  nameColumn(),
  column('Reference', ({ spec }) => `${spec?.scaleTargetRef.kind ?? ''}/${spec?.scaleTargetRef.name ?? ''}`),
  column('Targets', targets),
  column('MinPods', ({ spec }) => String(spec?.minReplicas ?? '<unset>')),
  column('MaxPods', ({ spec }) => spec?.maxReplicas ?? 0),
  column('Replicas', ({ status }) => status?.currentReplicas ?? 0),
  ageColumn(),
]);

/** HorizontalPodAutoscalers (Kubernetes: `pkg/registry/autoscaling/horizontalpodautoscaler`). */
export const horizontalPodAutoscalerModule = defineKind('autoscaling/HorizontalPodAutoscaler', {
  strategy: {
    emptyStatus: { desiredReplicas: 0, currentMetrics: null },
    metadataChecksOnUpdate: ['change'],
    validate: (object) => validateAutoscaler(object),
    validatedOnce: true,
    validateUpdate: (object, old) => validateAutoscaler(object, old),
  },
  status: { validateUpdate: validateAutoscalerStatus },
  table: horizontalPodAutoscalerTable,
  defaults: { v1: defaultAutoscalerV1, v2: defaultAutoscaler },
  actors: [{ name: 'horizontal-pod-autoscaler-controller', effect: 'nothing is scaled' }],
  conversions: { v1: autoscalerConversion },
});
