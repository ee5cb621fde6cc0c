import { EtcdError } from '../../etcdserverpb/etcd-error.ts';
import type { Store } from '../../mvcc/store.ts';
import { storeErrors, toEtcdError } from '../etcd-errors.ts';
import type { WatchInput, WatchOutput } from './watch-stream.ts';
import { WatchSession, type WatchSessionOptions } from './watch-session.ts';

/** etcd's Watch service (etcd: `api/v3rpc/watch.go`). */
export interface WatchService {
  open(output: WatchOutput, client?: Pick<WatchSessionOptions, 'takesBatches'>): WatchInput;
  /** Ends all streams. */
  stop(): void;
  /** Streams that are open now. */
  readonly streamCount: number;
}

export type WatchServiceOptions = Omit<WatchSessionOptions, 'output' | 'takesBatches'>;

/** Every stream is a session of its own. */
export function createWatchService(store: Store, options: Omit<WatchServiceOptions, 'store'>): WatchService {
  const open = new Map<WatchSession, WatchOutput>();
  const end = (session: WatchSession, error: EtcdError): void => {
    const output = open.get(session);
    open.delete(session);
    session.close();
    output?.failed(error);
  };
  return {
    get streamCount() {
      return open.size;
    },
    open(output, client) {
      const session = new WatchSession({ ...options, ...client, store, output });
      open.set(session, output);
      return {
        receive(request, refusal) {
          try {
            session.receive(request, refusal);
          } catch (error) {
            end(session, toEtcdError(error));
          }
        },
        drained: () => session.drained(),
        close() {
          open.delete(session);
          session.close();
        },
      };
    },
    stop() {
      for (const session of open.keys()) end(session, new EtcdError(...storeErrors.stopped));
    },
  };
}
