import { createMemoryAuth } from '../../auth/testing/memory-auth.ts';
import { type ListeningShim, startShim } from '../../server.ts';
import type { ListenUrls, ShimOptions } from '../../shim-options.ts';
import { MemoryLessor, MemoryStore } from './memory-store.ts';
import { createMemoryUpkeep } from './memory-upkeep.ts';

/** A whole server over a store in memory, on a free port of the loopback interface. */
export async function startMemoryShim(
  options: Partial<ShimOptions & ListenUrls> = {},
): Promise<ListeningShim & { store: MemoryStore }> {
  const store = new MemoryStore();
  const lessor = new MemoryLessor(store);
  const upkeep = createMemoryUpkeep(store);
  const auth = createMemoryAuth();
  const shim = await startShim(
    { postgresUrl: '', listenClientUrls: ['http://127.0.0.1:0'], drainMs: 500, ...options },
    () =>
      Promise.resolve({
        store,
        lessor,
        upkeep,
        auth,
        advertise: () => Promise.resolve(),
        close: () => Promise.resolve(),
      }),
  );
  return { ...shim, store };
}
