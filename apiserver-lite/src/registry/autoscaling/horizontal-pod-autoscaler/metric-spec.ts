import { ownValue } from '@pg8s/k8s-proto/own-value';

/**
 * Metrics of autoscalers as `autoscaling/v1` keeps them in annotations, and as `autoscaling/v2` has them
 * (Kubernetes: `pkg/apis/autoscaling/v1/conversion.go`).
 */

export type Fields = Record<string, unknown>;

const sourceNames: Readonly<Record<string, string>> = {
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
  ContainerResource: 'containerResource',
  External: 'external',
};

/** Drops what is absent, as Go's `omitempty` does. */
export function present(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  );
}

function targetOf(source: Fields): Fields {
  const utilization = source['targetAverageUtilization'];
  const average = source['targetAverageValue'] ?? source['averageValue'];
  const value = source['targetValue'];
  if (utilization !== undefined) return { type: 'Utilization', averageUtilization: utilization };
  if (average !== undefined) return present({ type: 'AverageValue', averageValue: average });
  return present({ type: 'Value', value });
}

/** A metric of the annotation as v2 has it. */
export function specFromV1(metric: Fields): Fields {
  const type = String(metric['type']);
  const name = ownValue(sourceNames, type);
  if (name === undefined) return metric;
  const source = (metric[name] ?? {}) as Fields;
  const target = targetOf(source);
  const named = present({
    name: source['metricName'],
    selector: source['selector'] ?? source['metricSelector'],
  });
  switch (type) {
    case 'Object':
      return { type, object: { describedObject: source['target'], target, metric: named } };
    case 'Pods':
    case 'External':
      return { type, [name]: { metric: named, target } };
    default:
      return { type, [name]: present({ name: source['name'], container: source['container'], target }) };
  }
}

/** A metric of v2 as the annotation has it. */
export function specToV1(metric: Fields): Fields {
  const type = String(metric['type']);
  const name = ownValue(sourceNames, type);
  if (name === undefined) return metric;
  const source = (metric[name] ?? {}) as Fields;
  const target = (source['target'] ?? {}) as Fields;
  const named = (source['metric'] ?? {}) as Fields;
  const { value, averageValue, averageUtilization } = target as {
    value?: string;
    averageValue?: string;
    averageUtilization?: number;
  };
  switch (type) {
    case 'Object':
      return {
        type,
        object: present({
          target: source['describedObject'],
          metricName: named['name'],
          targetValue: value ?? '0',
          selector: named['selector'],
          averageValue,
        }),
      };
    case 'Pods':
      return {
        type,
        pods: present({
          metricName: named['name'],
          targetAverageValue: averageValue,
          selector: named['selector'],
        }),
      };
    case 'External':
      return {
        type,
        external: present({
          metricName: named['name'],
          metricSelector: named['selector'],
          targetValue: value,
          targetAverageValue: averageValue,
        }),
      };
    default:
      return {
        type,
        [name]: present({
          name: source['name'],
          targetAverageUtilization: averageUtilization,
          targetAverageValue: averageValue,
          container: source['container'],
        }),
      };
  }
}

/** A current metric of the annotation as v2 has it. */
export function statusFromV1(metric: Fields): Fields {
  const type = String(metric['type']);
  const name = ownValue(sourceNames, type);
  if (name === undefined) return metric;
  const source = (metric[name] ?? {}) as Fields;
  const current = present({
    value: source['currentValue'],
    averageValue: source['currentAverageValue'] ?? source['averageValue'],
    averageUtilization: source['currentAverageUtilization'],
  });
  const named = present({
    name: source['metricName'],
    selector: source['selector'] ?? source['metricSelector'],
  });
  switch (type) {
    case 'Object':
      return { type, object: { metric: named, current, describedObject: source['target'] } };
    case 'Pods':
    case 'External':
      return { type, [name]: { metric: named, current } };
    default:
      return { type, [name]: present({ name: source['name'], container: source['container'], current }) };
  }
}

/** A current metric of v2 as the annotation has it. */
export function statusToV1(metric: Fields): Fields {
  const type = String(metric['type']);
  const name = ownValue(sourceNames, type);
  if (name === undefined) return metric;
  const source = (metric[name] ?? {}) as Fields;
  const { value, averageValue, averageUtilization } = (source['current'] ?? {}) as Fields;
  const named = (source['metric'] ?? {}) as Fields;
  switch (type) {
    case 'Object':
      return {
        type,
        object: present({
          target: source['describedObject'],
          metricName: named['name'],
          currentValue: value ?? '0',
          selector: named['selector'],
          averageValue,
        }),
      };
    case 'Pods':
      return {
        type,
        pods: present({
          metricName: named['name'],
          currentAverageValue: averageValue ?? '0',
          selector: named['selector'],
        }),
      };
    case 'External':
      return {
        type,
        external: present({
          metricName: named['name'],
          metricSelector: named['selector'],
          currentValue: value ?? '0',
          currentAverageValue: averageValue,
        }),
      };
    default:
      return {
        type,
        [name]: present({
          name: source['name'],
          currentAverageUtilization: averageUtilization,
          currentAverageValue: averageValue ?? '0',
          container: source['container'],
        }),
      };
  }
}
