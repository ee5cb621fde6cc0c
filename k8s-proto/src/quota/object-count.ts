import { countName, type Evaluator } from './evaluator.ts';
import { pieces } from './resource-list.ts';

/** Names that quotas had before there was `count/`. */
const aliases = new Set(['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets']);

/** Counts the objects of any resource, whatever is in them (Kubernetes: `quota/v1/generic`). */
export function objectCount(group: string, resource: string): Evaluator {
  const names = [countName(group, resource), ...(group === '' && aliases.has(resource) ? [resource] : [])];
  const usage = new Map(names.map((name) => [name, pieces(1)]));
  return {
    group,
    resource,
    handles: ({ operation, subresource }) => operation === 'CREATE' && subresource === '',
    measured: (wanted) => [...new Set(wanted)].filter((name) => names.includes(name)),
    usage: () => usage,
  };
}
