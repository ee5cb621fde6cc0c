import {
  type Check,
  type Rule,
  containersText,
  containersWhere,
  exceptWithOwnUsers,
  settersOf,
} from '../check.ts';

const reason = 'runAsNonRoot != true';

const rule: Rule = (pod) => {
  const setters = settersOf(pod, ({ runAsNonRoot }) => runAsNonRoot === false);
  if (setters.length > 0) {
    return { reason, detail: `${setters.join(' and ')} must not set securityContext.runAsNonRoot=false` };
  }
  if (pod.spec.securityContext?.runAsNonRoot === true) return undefined;
  const silent = containersWhere(pod, ({ securityContext }) => securityContext?.runAsNonRoot == null);
  if (silent.length === 0) return undefined;
  return { reason, detail: `pod or ${containersText(silent)} must set securityContext.runAsNonRoot=true` };
};

/** Containers promise not to run as root, but where the Pod has users of its own. */
export const runAsNonRoot: Check = {
  id: 'runAsNonRoot',
  level: 'restricted',
  versions: [
    { since: 0, rule },
    { since: 35, rule: exceptWithOwnUsers(rule) },
  ],
};
