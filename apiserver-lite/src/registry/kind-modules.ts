import type { GroupVersionKind } from '@pg8s/k8s-proto/scheme';
import { allKindModules } from './generated/all-kind-modules.ts';
import type { KindModule } from './kind-module.ts';

const byKey: ReadonlyMap<string, KindModule> = new Map(allKindModules.map((module) => [module.key, module]));

/** The modules of all kinds, by `group/Kind`. */
export function kindModules(): ReadonlyMap<string, KindModule> {
  return byKey;
}

/** The module of a kind; undefined where the kind has no folder, and is not served. */
export function kindModuleOf({ group, kind }: Omit<GroupVersionKind, 'version'>): KindModule | undefined {
  return byKey.get(`${group}/${kind}`);
}
