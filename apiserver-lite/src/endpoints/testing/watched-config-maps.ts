import type { TestContext } from 'node:test';
import { ResourceTable } from '../../registry/resource-table.ts';
import { EndpointServer } from './endpoint-server.ts';
import { MemoryStore, memoryRest } from './memory-rest.ts';

/** Where the ConfigMaps are. */
export const path = '/api/v1/namespaces/default/configmaps';

/** A server of ConfigMaps in memory, closed after the test. */
export async function start(t: TestContext): Promise<{ store: MemoryStore; server: EndpointServer }> {
  const store = new MemoryStore();
  const rest = memoryRest(store, { group: '', version: 'v1', name: 'configmaps' });
  const server = await EndpointServer.start(new ResourceTable([rest]));
  t.after(() => server.close());
  return { store, server };
}

/** A ConfigMap of that name. */
export const object = (name: string, data = 'x') => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data: { a: data },
});
