import type { AlarmMember, AlarmRequest, AlarmResponse } from '../../etcdserverpb/admin-types.ts';
import { createHeader } from '../response-header.ts';
import type { MaintenanceContext } from './maintenance-context.ts';

/**
 * Alarm: lists, raises and disarms alarms (etcd: `apply/backend.go`, Alarm). Any member id may be named; to
 * disarm one, exactly the alarm that was raised must be named; the answer has it if it was.
 */
export function createAlarmMethod({
  store,
  upkeep: { alarms },
}: MaintenanceContext): (request: AlarmRequest) => Promise<AlarmResponse> {
  const act = ({ action = 'GET', memberId = 0n, alarm = 'NONE' }: AlarmRequest): Promise<AlarmMember[]> => {
    if (action === 'GET') return alarms.list(alarm);
    if (action === 'ACTIVATE') return alarms.activate({ memberId, alarm });
    if (action === 'DEACTIVATE') return alarms.deactivate({ memberId, alarm });
    return Promise.resolve([]);
  };
  return async (request) => {
    const found = await act(request);
    return { header: createHeader(store, store.currentRevision), alarms: found };
  };
}
