import {
  type Check,
  type Rule,
  containersText,
  containersWhere,
  exceptWithOwnUsers,
  quoted,
  sorted,
} from '../check.ts';

const rule: Rule = (pod) => {
  const types: string[] = [];
  const bad = containersWhere(pod, ({ securityContext }) => {
    const type = securityContext?.procMount;
    if (type == null || type === 'Default') return false;
    types.push(type);
    return true;
  });
  if (bad.length === 0) return undefined;
  return {
    reason: 'procMount',
    detail: `${containersText(bad)} must not set securityContext.procMount to ${quoted(sorted(types))}`,
  };
};

/** What runtimes hide of `/proc` stays hidden, but where the Pod has users of its own. */
export const procMountBaseline: Check = {
  id: 'procMount',
  level: 'baseline',
  versions: [
    { since: 0, rule },
    { since: 35, rule: exceptWithOwnUsers(rule) },
  ],
};

/** It stays hidden in every Pod. */
export const procMountRestricted: Check = {
  id: 'procMount_restricted',
  level: 'restricted',
  versions: [{ since: 35, rule, overrides: ['procMount'] }],
};
