import type { V1alpha3ResourcePoolStatusRequest } from '@pg8s/k8s-proto/generated/models';
import { age, column, nameColumn, tableOf } from '../../table/column.ts';

const integer = { type: 'integer' as const };

const none = '<none>';

type PoolRequest = V1alpha3ResourcePoolStatusRequest;

type PoolCount = 'totalDevices' | 'availableDevices' | 'allocatedDevices' | 'unavailableDevices';

/** Which of its two ends a request has come to. */
const poolEnd = ({ status }: PoolRequest) =>
  status?.conditions?.find(
    (condition) => condition.status === 'True' && ['Complete', 'Failed'].includes(condition.type),
  );

const poolSum = (name: PoolCount) => (request: PoolRequest) =>
  request.status === undefined || poolEnd(request)?.type === 'Failed'
    ? '-'
    : String((request.status.pools ?? []).reduce((sum, pool) => sum + (pool[name] ?? 0), 0));

function poolErrors(request: PoolRequest): string {
  if (request.status === undefined || poolEnd(request)?.type === 'Failed') return '-';
  const wrong = (request.status.pools ?? []).filter(({ validationError }) => validationError !== undefined);
  return String(wrong.length);
}

function poolState(request: PoolRequest): string {
  const end = poolEnd(request)?.type;
  const { pools = [], poolCount = 0 } = request.status ?? {};
  if (end === 'Complete' && poolCount > pools.length) return `Complete (${pools.length}/${poolCount} pools)`;
  return end ?? 'Pending';
}

export const resourcePoolStatusRequestTable = tableOf<PoolRequest>([
  nameColumn(),
  column('Driver', ({ spec }) => spec.driver),
  column('Total', poolSum('totalDevices')),
  column('Available', poolSum('availableDevices')),
  column('Allocated', poolSum('allocatedDevices')),
  column('Unavailable', poolSum('unavailableDevices')),
  column('Errors', poolErrors),
  column('Pools', ({ status }) => status?.poolCount ?? 0, integer),
  column('Status', poolState),
  column('Completed', (request, nowMs) => {
    const end = poolEnd(request);
    return end?.type === 'Complete' ? age(end.lastTransitionTime, nowMs) : none;
  }),
]);
