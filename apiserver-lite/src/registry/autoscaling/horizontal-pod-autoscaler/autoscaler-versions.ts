import { conform } from '@pg8s/k8s-proto/conform/conform';
import { ConformError } from '@pg8s/k8s-proto/conform/conform-error';
import { stringifyJson } from '@pg8s/k8s-proto/json';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { goValue } from '../../fields/go-value.ts';
import type { Conversion } from '../../generic/conversion.ts';
import { present, specFromV1, specToV1, statusFromV1, statusToV1, type Fields } from './metric-spec.ts';

const prefix = 'autoscaling.alpha.kubernetes.io/';
const annotation = {
  metrics: `${prefix}metrics`,
  currentMetrics: `${prefix}current-metrics`,
  conditions: `${prefix}conditions`,
  behavior: `${prefix}behavior`,
} as const;

function parsed<T>(annotations: Record<string, string>, name: string): T | undefined {
  const text = annotations[name];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

/** Written as kube-apiserver's own type, which has Go's names; Go reads names in any case. */
const behaviorType = 'autoscaling.v2.HorizontalPodAutoscalerBehavior';

const behaviorNames = new Map(
  [
    'scaleUp',
    'scaleDown',
    'stabilizationWindowSeconds',
    'selectPolicy',
    'policies',
    'type',
    'value',
    'periodSeconds',
    'tolerance',
  ].map((name) => [name.toLowerCase(), name]),
);

function withApiNames(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withApiNames);
  const named = Object.entries(value).flatMap(([key, item]): [string, unknown][] => {
    const name = behaviorNames.get(key.toLowerCase());
    return name === undefined || item === null ? [] : [[name, withApiNames(item)]];
  });
  return Object.fromEntries(named);
}

/** What the annotation says; none where it is of another type, or empty. */
function behaviorIn(annotations: Record<string, string>): Fields | undefined {
  try {
    const named = withApiNames(parsed<unknown>(annotations, annotation.behavior)) ?? {};
    const { object } = conform(named, `k8s.io.api.${behaviorType}`, 'ignore');
    return Object.keys(object as Fields).length === 0 ? undefined : (object as Fields);
  } catch (error) {
    if (error instanceof ConformError) return undefined;
    throw error;
  }
}

function isCpuUtilization(metric: Fields): boolean {
  const { name, target } = (metric['resource'] ?? {}) as { name?: string; target?: Fields };
  return metric['type'] === 'Resource' && name === 'cpu' && target?.['averageUtilization'] !== undefined;
}

function isCpuStatus(metric: Fields): boolean {
  const { name, current } = (metric['resource'] ?? {}) as { name?: string; current?: Fields };
  return metric['type'] === 'Resource' && name === 'cpu' && current?.['averageUtilization'] !== undefined;
}

/** Metadata without (or with other) annotations of the conversion. */
function withAnnotations(object: KubeObject, added: Record<string, string>): KubeObject['metadata'] {
  const { annotations = {}, ...metadata } = object.metadata;
  const own = new Set<string>(Object.values(annotation));
  const kept = Object.entries(annotations).filter(([name]) => !own.has(name));
  const all = { ...Object.fromEntries(kept), ...added };
  return Object.keys(all).length === 0 ? metadata : { ...metadata, annotations: all };
}

function toV2(object: KubeObject): KubeObject {
  const annotations = object.metadata.annotations ?? {};
  const spec = (object['spec'] ?? {}) as Fields;
  const status = (object['status'] ?? {}) as Fields;
  const metrics = (parsed<Fields[]>(annotations, annotation.metrics) ?? []).map(specFromV1);
  const cpu = spec['targetCPUUtilizationPercentage'];
  if (cpu !== undefined) {
    metrics.push({
      type: 'Resource',
      resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: cpu } },
    });
  }
  const currentMetrics = (parsed<Fields[]>(annotations, annotation.currentMetrics) ?? []).map(statusFromV1);
  const currentCpu = status['currentCPUUtilizationPercentage'];
  // The annotation has the CPU metric too, with its absolute value; the plain field only stands in for it.
  if (currentCpu !== undefined && !currentMetrics.some(isCpuStatus)) {
    currentMetrics.push({
      type: 'Resource',
      resource: { name: 'cpu', current: { averageUtilization: currentCpu } },
    });
  }
  return {
    kind: object.kind,
    apiVersion: 'autoscaling/v2',
    metadata: withAnnotations(object, {}),
    spec: present({
      scaleTargetRef: spec['scaleTargetRef'],
      minReplicas: spec['minReplicas'],
      maxReplicas: spec['maxReplicas'],
      metrics: metrics.length === 0 ? undefined : metrics,
      behavior: behaviorIn(annotations),
    }),
    status: {
      ...present({
        observedGeneration: status['observedGeneration'],
        lastScaleTime: status['lastScaleTime'],
        currentReplicas: status['currentReplicas'] || undefined,
        conditions: parsed<Fields[]>(annotations, annotation.conditions),
      }),
      desiredReplicas: status['desiredReplicas'] ?? 0,
      currentMetrics: currentMetrics.length === 0 ? null : currentMetrics,
    },
  };
}

function toV1(object: KubeObject): KubeObject {
  const spec = (object['spec'] ?? {}) as Fields;
  const status = (object['status'] ?? {}) as Fields;
  const metrics = (spec['metrics'] ?? []) as Fields[];
  const cpu = metrics.find(isCpuUtilization);
  const others = metrics.filter((metric) => metric !== cpu);
  const currentMetrics = (status['currentMetrics'] ?? []) as Fields[];
  const currentCpu = currentMetrics.find(isCpuStatus);
  const conditions = (status['conditions'] ?? []) as Fields[];
  const utilization = (metric: Fields | undefined, side: 'target' | 'current') =>
    ((metric?.['resource'] as Fields | undefined)?.[side] as Fields | undefined)?.['averageUtilization'];
  const added: Record<string, string> = {};
  if (others.length > 0) added[annotation.metrics] = stringifyJson(others.map(specToV1));
  if (currentMetrics.length > 0) {
    added[annotation.currentMetrics] = stringifyJson(currentMetrics.map(statusToV1));
  }
  if (conditions.length > 0) added[annotation.conditions] = stringifyJson(conditions);
  if (spec['behavior'] !== undefined) {
    added[annotation.behavior] = goValue(behaviorType, spec['behavior'] as object).json();
  }
  return {
    kind: object.kind,
    apiVersion: 'autoscaling/v1',
    metadata: withAnnotations(object, added),
    spec: present({
      scaleTargetRef: spec['scaleTargetRef'],
      minReplicas: spec['minReplicas'],
      maxReplicas: spec['maxReplicas'],
      targetCPUUtilizationPercentage: utilization(cpu, 'target'),
    }),
    status: {
      ...present({
        observedGeneration: status['observedGeneration'],
        lastScaleTime: status['lastScaleTime'],
      }),
      currentReplicas: status['currentReplicas'] ?? 0,
      desiredReplicas: status['desiredReplicas'] ?? 0,
      ...present({ currentCPUUtilizationPercentage: utilization(currentCpu, 'current') }),
    },
  };
}

/** Between `autoscaling/v1` and the stored `autoscaling/v2`; what v1 cannot say travels in annotations. */
export const autoscalerConversion: Conversion = { toStored: toV2, fromStored: toV1 };
