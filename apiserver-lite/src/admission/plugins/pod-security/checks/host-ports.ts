import { type Check, type Rule, containersText, containersWhere, plural, sorted } from '../check.ts';

const rule: Rule = (pod) => {
  const used: string[] = [];
  const bad = containersWhere(pod, ({ ports }) => {
    const own = (ports ?? []).flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : []));
    used.push(...own);
    return own.length > 0;
  });
  if (bad.length === 0) return undefined;
  const ports = sorted(used);
  const verb = bad.length === 1 ? 'uses' : 'use';
  return {
    reason: 'hostPort',
    detail: `${containersText(bad)} ${verb} ${plural(ports.length, 'hostPort')} ${ports.join(', ')}`,
  };
};

/** No ports of the node. */
export const hostPorts: Check = {
  id: 'hostPorts',
  level: 'baseline',
  versions: [{ since: 0, rule }],
};
