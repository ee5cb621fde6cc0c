import { pino } from 'pino';
import type { EtcdClient } from './client/etcd-client.ts';
import type { MaintenanceClient } from './client/maintenance-client.ts';
import { createInProcessClient } from './in-process/in-process-client.ts';
import { createInProcessMaintenance } from './in-process/in-process-maintenance.ts';
import { openStore } from './postgres/open-store.ts';
import type { ListenUrls, ShimOptions } from './shim-options.ts';
import { startAutoCompaction } from './stages/auto-compaction-timer.ts';
import { bindUrls, type BoundUrls, type ListenedUrls } from './stages/bind-urls.ts';
import { openServices } from './stages/open-services.ts';
import { createProtocolServers, type ProtocolServers } from './stages/protocol-servers.ts';

/**
 * An etcd server on a PostgreSQL database. Several may be in one process; see `process-budget.ts` for what
 * they share.
 */
export interface Shim {
  /** A client in this process, without a connection. Closing it closes nothing but itself. */
  client(): EtcdClient;
  /** The Maintenance service in this process, without a connection. */
  maintenance(): MaintenanceClient;
  /**
   * Opens ports and serves there. The member list then shows the client URLs, unless others are advertised by
   * option. Rejects with a ListenError, and nothing is listened on then.
   */
  listen(urls: ListenUrls): Promise<ListenedUrls>;
  /** Serves on ports that are open already, as `listen`. */
  serve(bound: BoundUrls): void;
  /** Stops listening, ends streams, lets unary calls finish, and leaves the database. */
  close(): Promise<void>;
}

/**
 * Builds an etcd server without opening a port:
 *
 *     openServices           the store on PostgreSQL, auth, etcd's services      → clients in this process
 *     createProtocolServers  gRPC, HTTP/1, JSON gateway, metrics                  made for the first port
 *     bindUrls               ports, their connections waiting                     `listen`
 *
 * `clientUrls` is what the member list shows at first. `open` is the tests' way to another store. Rejects
 * with a StoreError (the database cannot be reached, or was written by a newer version), and nothing is left
 * running then.
 */
export async function createShim(
  options: ShimOptions,
  { open = openStore, clientUrls = [] }: { open?: typeof openStore; clientUrls?: readonly string[] } = {},
): Promise<Shim> {
  const log = options.log ?? pino({ level: 'silent' });
  const { advertiseClientUrls, drainMs = 5000 } = options;
  const stage = await openServices(options, { open, log, clientUrls: advertiseClientUrls ?? clientUrls });
  const { opened, auth, services, counts, logRequest, version } = stage;
  const compacting =
    options.autoCompaction === undefined
      ? undefined
      : startAutoCompaction(opened.store, options.autoCompaction, log);
  const bound: BoundUrls[] = [];
  let servers: ProtocolServers | undefined;
  let closed: Promise<void> | undefined;

  const serve = (urls: BoundUrls): void => {
    servers ??= createProtocolServers(options, stage, log);
    bound.push(urls);
    urls.serve(servers);
    const fields = { clientUrls: urls.urls.clientUrls, name: options.name ?? 'default', version };
    log.info(fields, 'ready to serve client requests');
  };
  const close = async (): Promise<void> => {
    clearInterval(compacting);
    const stopped = Promise.all(bound.map((urls) => urls.stop()));
    if (servers === undefined) services.watch.stop();
    else await servers.close(drainMs);
    for (const urls of bound) urls.disconnect();
    await stopped;
    await auth.close();
    await opened.close();
  };
  return {
    client: () => createInProcessClient(services, { counts, logRequest }),
    maintenance: () => createInProcessMaintenance(services, { counts, logRequest }),
    async listen(urls) {
      const next = await bindUrls(urls, options, log);
      if (closed !== undefined) {
        await next.stop();
        throw new Error('the shim is closed');
      }
      serve(next);
      if (advertiseClientUrls === undefined) {
        await opened.advertise(bound.flatMap((each) => each.urls.clientUrls));
      }
      return next.urls;
    },
    serve,
    close: () => (closed ??= close()),
  };
}
