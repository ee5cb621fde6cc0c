import { allGroupModules } from './generated/all-group-modules.ts';
import type { GroupModule } from './group-module.ts';

const byName: ReadonlyMap<string, GroupModule> = new Map(
  allGroupModules.map((module) => [module.name, module]),
);

/** The module of a group; undefined for one that is not built in. */
export function groupModuleOf(group: string): GroupModule | undefined {
  return byName.get(group);
}
