import { eventModule } from './core/event/event-module.ts';
import { namespaceModule } from './core/namespace/namespace-module.ts';
import { nodeModule } from './core/node/node-module.ts';
import { podModule } from './core/pod/pod-module.ts';
import { serviceModule } from './core/service/service-module.ts';
import type { KindModule } from './kind-module.ts';
import { withAdminAccess } from './resource/admin-access.ts';
import { simpleKinds } from './simple-kinds.ts';
import { statusTraits } from './status-traits.ts';

/** All stored kinds that are more than a name and a schema, by `group/Kind`. Adding a kind is adding a row. */
export function kindModules(): ReadonlyMap<string, KindModule> {
  const modules = simpleKinds();
  modules.set('/Event', eventModule);
  modules.set('/Namespace', namespaceModule);
  for (const [id, module] of [
    ['/Node', nodeModule],
    ['/Pod', podModule],
    ['/Service', serviceModule],
  ] as const) {
    modules.set(id, { ...module, status: { ...statusTraits[id], ...module.status } });
  }
  for (const [id, path] of [
    ['resource.k8s.io/ResourceClaim', 'spec.devices.requests'],
    ['resource.k8s.io/ResourceClaimTemplate', 'spec.spec.devices.requests'],
  ] as const) {
    modules.set(id, withAdminAccess(modules.get(id) as KindModule, path));
  }
  return modules;
}
