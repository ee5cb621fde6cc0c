import { pino } from 'pino';
import { openStore } from './postgres/open-store.ts';
import { createShim, type Shim } from './shim.ts';
import type { ListenUrls, ShimOptions } from './shim-options.ts';
import { bindUrls, type ListenedUrls } from './stages/bind-urls.ts';

/** A shim that serves on its ports. */
export interface ListeningShim extends Shim, ListenedUrls {}

/**
 * Starts an etcd server on a PostgreSQL database; resolves when it serves. The ports are opened first, so
 * that a port in use is found before the database is changed, and so that clients that connect meanwhile wait
 * instead of being refused.
 *
 * Rejects with a ListenError (a client URL cannot be listened on) or a StoreError (the database cannot be
 * reached, or was written by a newer version); nothing is left running then. `open` is the tests' way to
 * another store.
 */
export async function startShim(options: ShimOptions & ListenUrls, open = openStore): Promise<ListeningShim> {
  const log = options.log ?? pino({ level: 'silent' });
  const bound = await bindUrls(options, options, log);
  try {
    const shim = await createShim(options, { open, clientUrls: bound.urls.clientUrls });
    shim.serve(bound);
    return { ...shim, ...bound.urls };
  } catch (error) {
    const stopped = bound.stop();
    bound.disconnect();
    await stopped;
    throw error;
  }
}
