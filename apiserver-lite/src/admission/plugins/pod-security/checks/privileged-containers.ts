import { type Check, type Rule, containersText, containersWhere } from '../check.ts';

const rule: Rule = (pod) => {
  const bad = containersWhere(pod, ({ securityContext }) => securityContext?.privileged === true);
  if (bad.length === 0) return undefined;
  return {
    reason: 'privileged',
    detail: `${containersText(bad)} must not set securityContext.privileged=true`,
  };
};

/** No container has all rights on the node. */
export const privilegedContainers: Check = {
  id: 'privileged',
  level: 'baseline',
  versions: [{ since: 0, rule }],
};
