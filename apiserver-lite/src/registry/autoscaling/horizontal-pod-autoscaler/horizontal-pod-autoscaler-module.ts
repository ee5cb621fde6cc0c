import { defineKind } from '../../kind-module.ts';
import { validateAutoscaler } from './autoscaler-validation.ts';
import { autoscalerConversion } from './autoscaler-versions.ts';
import { defaultAutoscaler, defaultAutoscalerV1 } from './horizontal-pod-autoscaler-defaults.ts';
import { validateAutoscalerStatus } from './horizontal-pod-autoscaler-status.ts';
import { horizontalPodAutoscalerTable } from './horizontal-pod-autoscaler-table.ts';

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
