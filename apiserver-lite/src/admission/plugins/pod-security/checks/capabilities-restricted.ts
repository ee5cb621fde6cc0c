import {
  type Check,
  type Rule,
  containersText,
  containersWhere,
  exceptOnWindows,
  quoted,
  sorted,
} from '../check.ts';

const rule: Rule = (pod) => {
  const keeping = containersWhere(
    pod,
    ({ securityContext }) => !(securityContext?.capabilities?.drop ?? []).includes('ALL'),
  );
  const added: string[] = [];
  const adding = containersWhere(pod, ({ securityContext }) => {
    const beyond = (securityContext?.capabilities?.add ?? []).filter((name) => name !== 'NET_BIND_SERVICE');
    added.push(...beyond);
    return beyond.length > 0;
  });
  const details: string[] = [];
  if (keeping.length > 0) {
    details.push(`${containersText(keeping)} must set securityContext.capabilities.drop=["ALL"]`);
  }
  if (adding.length > 0) {
    const names = quoted(sorted(added));
    details.push(`${containersText(adding)} must not include ${names} in securityContext.capabilities.add`);
  }
  return details.length === 0
    ? undefined
    : { reason: 'unrestricted capabilities', detail: details.join('; ') };
};

const overrides = ['capabilities_baseline'];

/** All capabilities are dropped; only NET_BIND_SERVICE may be added. */
export const capabilitiesRestricted: Check = {
  id: 'capabilities_restricted',
  level: 'restricted',
  versions: [
    { since: 22, rule, overrides },
    { since: 25, rule: exceptOnWindows(rule), overrides },
  ],
};
