import { type Check, type Rule, containersText, containersWhere, exceptOnWindows } from '../check.ts';

const rule: Rule = (pod) => {
  const bad = containersWhere(pod, (one) => one.securityContext?.allowPrivilegeEscalation !== false);
  if (bad.length === 0) return undefined;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${containersText(bad)} must set securityContext.allowPrivilegeEscalation=false`,
  };
};

/** Processes may not gain more rights than their parents. */
export const allowPrivilegeEscalation: Check = {
  id: 'allowPrivilegeEscalation',
  level: 'restricted',
  versions: [
    { since: 8, rule },
    { since: 25, rule: exceptOnWindows(rule) },
  ],
};
