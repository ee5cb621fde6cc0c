import { toEtcdError } from '../rpc/etcd-errors.ts';
import { serverStreamMethods, type UnaryMethod, unaryMethods } from '../rpc/methods.ts';
import { type CallObservers, observeUnary } from '../rpc/server/observe-unary.ts';
import type { Services } from '../rpc/services.ts';
import type { SnapshotResponse } from '../etcdserverpb/admin-types.ts';
import { type GrpcCode, grpcCode } from '../etcdserverpb/etcd-error.ts';
import type { MaintenanceClient } from '../client/maintenance-client.ts';

const caller = { remote: () => 'in-process', sender: 'trusted' } as const;
const snapshotPath = '/etcdserverpb.Maintenance/Snapshot';

/** The Maintenance service in this very process: as over gRPC, and counted and logged alike. */
export function createInProcessMaintenance(services: Services, observers: CallObservers): MaintenanceClient {
  const methods = new Map(unaryMethods(services).map((method) => [method.path, method]));
  const snapshots = serverStreamMethods(services).find(({ path }) => path === snapshotPath);
  const counts = observers.counts.method(snapshotPath, 'server_stream');

  /** Path and types belong together as in `unaryMethods`. */
  function unary<Q, R>(name: string): (request: Q) => Promise<R> {
    const method = methods.get(`/etcdserverpb.Maintenance/${name}`) as UnaryMethod;
    const answer = observeUnary(method, observers);
    return (request) => answer(request, caller) as Promise<R>;
  }

  const status = unary<object, Awaited<ReturnType<MaintenanceClient['status']>>>('Status');
  const hash = unary<object, Awaited<ReturnType<MaintenanceClient['hash']>>>('Hash');
  const defragment = unary<object, Awaited<ReturnType<MaintenanceClient['defragment']>>>('Defragment');
  return {
    status: () => status({}),
    alarm: unary('Alarm'),
    hash: () => hash({}),
    hashKv: unary('HashKV'),
    defragment: () => defragment({}),
    moveLeader: unary('MoveLeader'),
    downgrade: unary('Downgrade'),
    async *snapshot() {
      const start = performance.now();
      const controller = new AbortController();
      // Who stops reading cancels.
      let code: GrpcCode = grpcCode.CANCELLED;
      counts.started++;
      counts.received++;
      try {
        for await (const piece of snapshots?.call({}, 'trusted', controller.signal) ?? []) {
          counts.sent++;
          yield piece as SnapshotResponse;
        }
        code = grpcCode.OK;
      } catch (error) {
        const translated = toEtcdError(error);
        ({ code } = translated);
        throw translated;
      } finally {
        controller.abort();
        counts.end(code, performance.now() - start);
      }
    },
    close: () => {},
  };
}
