import { type Check, type Rule, exceptWithOwnUsers, settersOf } from '../check.ts';

const rule: Rule = (pod) => {
  const setters = settersOf(pod, ({ runAsUser: user }) => user === 0);
  if (setters.length === 0) return undefined;
  return { reason: 'runAsUser=0', detail: `${setters.join(' and ')} must not set runAsUser=0` };
};

/** Containers do not run as user 0, but where the Pod has users of its own. */
export const runAsUser: Check = {
  id: 'runAsUser',
  level: 'restricted',
  versions: [
    { since: 23, rule },
    { since: 35, rule: exceptWithOwnUsers(rule) },
  ],
};
