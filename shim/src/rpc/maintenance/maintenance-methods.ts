import { checkAlarm } from '../../auth/permissions/access-rules.ts';
import * as maintenancepb from '../../etcdserverpb/messages/maintenance-messages.ts';
import { beforeCall, rootOnly, authenticated } from '../authorization/access.ts';
import { type MethodTable, serverStream, unary } from '../methods/method.ts';

/** etcd's Maintenance service. */
export const maintenanceMethods = {
  '/etcdserverpb.Maintenance/Alarm': unary({
    request: maintenancepb.alarmRequest,
    response: maintenancepb.alarmResponse,
    access: beforeCall(checkAlarm),
    call: ({ maintenance }, request) => maintenance.alarm(request),
  }),
  '/etcdserverpb.Maintenance/Status': unary({
    request: maintenancepb.emptyRequest,
    response: maintenancepb.statusResponse,
    access: authenticated,
    call: ({ maintenance }) => maintenance.status(),
  }),
  '/etcdserverpb.Maintenance/Defragment': unary({
    request: maintenancepb.emptyRequest,
    response: maintenancepb.headerResponse,
    access: rootOnly,
    call: ({ maintenance }) => maintenance.defragment(),
  }),
  '/etcdserverpb.Maintenance/Hash': unary({
    request: maintenancepb.emptyRequest,
    response: maintenancepb.hashResponse,
    access: rootOnly,
    call: ({ maintenance }) => maintenance.hash(),
  }),
  '/etcdserverpb.Maintenance/HashKV': unary({
    request: maintenancepb.hashKvRequest,
    response: maintenancepb.hashKvResponse,
    access: rootOnly,
    call: ({ maintenance }, request) => maintenance.hashKv(request),
  }),
  '/etcdserverpb.Maintenance/Snapshot': serverStream({
    request: maintenancepb.emptyRequest,
    response: maintenancepb.snapshotResponse,
    access: rootOnly,
    call: ({ maintenance }) => maintenance.snapshot(),
  }),
  '/etcdserverpb.Maintenance/MoveLeader': unary({
    request: maintenancepb.moveLeaderRequest,
    response: maintenancepb.headerResponse,
    access: rootOnly,
    call: ({ maintenance }, request) => maintenance.moveLeader(request),
  }),
  '/etcdserverpb.Maintenance/Downgrade': unary({
    request: maintenancepb.downgradeRequest,
    response: maintenancepb.downgradeResponse,
    access: rootOnly,
    call: ({ maintenance }, request) => maintenance.downgrade(request),
  }),
} as const satisfies MethodTable;
