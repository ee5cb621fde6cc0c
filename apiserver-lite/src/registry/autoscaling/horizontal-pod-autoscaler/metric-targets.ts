import type { V2MetricSpec, V2MetricStatus } from '@pg8s/k8s-proto/generated/models';
import { shortList } from '../../table/column.ts';

const unknown = '<unknown>';
/** What Go prints of a quantity that is not there. */
const absent = '<nil>';

/** What an autoscaler measures against what it wants: `cpu: 40%/80%, 12/30 (avg)`. */
export function metricTargets(
  specs: readonly V2MetricSpec[] = [],
  statuses: readonly V2MetricStatus[],
): string {
  if (specs.length === 0) return '<none>';
  return shortList(
    specs.map((spec, index) => metricTarget(spec, statuses[index])),
    2,
    ', ',
  );
}

function metricTarget(spec: V2MetricSpec, status: V2MetricStatus | undefined): string {
  switch (spec.type) {
    case 'Resource':
      return resourceTarget(spec.resource, status?.resource);
    case 'ContainerResource':
      return resourceTarget(spec.containerResource, status?.containerResource);
    case 'Pods': {
      const current = status?.pods === undefined ? unknown : (status.pods.current.averageValue ?? absent);
      return `${current}/${spec.pods?.target.averageValue ?? absent}`;
    }
    case 'Object':
      return valueTarget(spec.object, status?.object);
    case 'External':
      return valueTarget(spec.external, status?.external);
    default:
      return '<unknown type>';
  }
}

type ResourceSpec = V2MetricSpec['resource'] | V2MetricSpec['containerResource'];
type ResourceStatus = V2MetricStatus['resource'] | V2MetricStatus['containerResource'];

function resourceTarget(spec: ResourceSpec, status: ResourceStatus): string {
  const { name = '', target } = spec ?? {};
  if (target?.averageValue !== undefined) {
    const current = status === undefined ? unknown : (status.current.averageValue ?? absent);
    return `${name}: ${current}/${target.averageValue}`;
  }
  const percent = (share: number | undefined, otherwise: string) =>
    share === undefined ? otherwise : `${share}%`;
  const current = percent(status?.current.averageUtilization, unknown);
  return `${name}: ${current}/${percent(target?.averageUtilization, '<auto>')}`;
}

type ValueSpec = V2MetricSpec['object'] | V2MetricSpec['external'];
type ValueStatus = V2MetricStatus['object'] | V2MetricStatus['external'];

function valueTarget(spec: ValueSpec, status: ValueStatus): string {
  if (spec?.target.averageValue !== undefined) {
    return `${status?.current.averageValue ?? unknown}/${spec.target.averageValue} (avg)`;
  }
  const current = status === undefined ? unknown : (status.current.value ?? absent);
  return `${current}/${spec?.target.value ?? absent}`;
}
