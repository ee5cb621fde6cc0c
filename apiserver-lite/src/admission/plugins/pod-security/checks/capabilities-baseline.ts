import { type Check, type Rule, containersText, containersWhere, quoted, sorted } from '../check.ts';

const allowed = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

const rule: Rule = (pod) => {
  const added: string[] = [];
  const bad = containersWhere(pod, ({ securityContext }) => {
    const beyond = (securityContext?.capabilities?.add ?? []).filter((name) => !allowed.has(name));
    added.push(...beyond);
    return beyond.length > 0;
  });
  if (bad.length === 0) return undefined;
  return {
    reason: 'non-default capabilities',
    detail: `${containersText(bad)} must not include ${quoted(sorted(added))} in securityContext.capabilities.add`,
  };
};

/** No capabilities beyond those that runtimes give. */
export const capabilitiesBaseline: Check = {
  id: 'capabilities_baseline',
  level: 'baseline',
  versions: [{ since: 0, rule }],
};
