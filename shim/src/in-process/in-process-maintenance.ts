import { toEtcdError } from '../rpc/etcd-errors.ts';
import { serverStreamMethod, unaryMethod } from '../rpc/methods/bind-methods.ts';
import type { PathOf, RequestOf, ResponseOf } from '../rpc/methods/methods.ts';
import { type CallObservers, observeUnary } from '../rpc/server/observe-unary.ts';
import type { Services } from '../rpc/services.ts';
import { type GrpcCode, grpcCode } from '../etcdserverpb/etcd-error.ts';
import type { MaintenanceClient } from '../client/maintenance-client.ts';

const caller = { remote: () => 'in-process', sender: 'trusted' } as const;

/** The Maintenance service in this very process: as over gRPC, and counted and logged alike. */
export function createInProcessMaintenance(services: Services, observers: CallObservers): MaintenanceClient {
  const snapshots = serverStreamMethod(services, '/etcdserverpb.Maintenance/Snapshot');
  const counts = observers.counts.method(snapshots.path, 'server_stream');

  function unary<Path extends PathOf<'unary'>>(
    path: Path,
  ): (request: RequestOf<Path>) => Promise<ResponseOf<Path>> {
    const answer = observeUnary(unaryMethod(services, path), observers);
    return (request) => answer(request, caller);
  }

  const status = unary('/etcdserverpb.Maintenance/Status');
  const hash = unary('/etcdserverpb.Maintenance/Hash');
  const defragment = unary('/etcdserverpb.Maintenance/Defragment');
  return {
    status: () => status({}),
    alarm: unary('/etcdserverpb.Maintenance/Alarm'),
    hash: () => hash({}),
    hashKv: unary('/etcdserverpb.Maintenance/HashKV'),
    defragment: () => defragment({}),
    moveLeader: unary('/etcdserverpb.Maintenance/MoveLeader'),
    downgrade: unary('/etcdserverpb.Maintenance/Downgrade'),
    async *snapshot() {
      const start = performance.now();
      const controller = new AbortController();
      // Who stops reading cancels.
      let code: GrpcCode = grpcCode.CANCELLED;
      counts.started++;
      counts.received++;
      try {
        for await (const piece of snapshots.call({}, 'trusted', controller.signal)) {
          counts.sent++;
          yield piece;
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
