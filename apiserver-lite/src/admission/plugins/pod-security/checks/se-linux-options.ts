import { type Check, type Rule, plural, quoted, settersOf, sorted } from '../check.ts';

const firstTypes = ['', 'container_t', 'container_init_t', 'container_kvm_t'];

function ruleFor(allowed: readonly string[]): Rule {
  return (pod) => {
    const types: string[] = [];
    let [setsUser, setsRole] = [false, false];
    const setters = settersOf(pod, ({ seLinuxOptions: options }) => {
      if (options == null) return false;
      const isBadType = !allowed.includes(options.type ?? '');
      if (isBadType) types.push(options.type ?? '');
      if (options.user) setsUser = true;
      if (options.role) setsRole = true;
      return isBadType || Boolean(options.user) || Boolean(options.role);
    });
    if (setters.length === 0) return undefined;
    const bad = sorted(types);
    const set = [
      ...(bad.length > 0 ? [`${plural(bad.length, 'type')} ${quoted(bad)}`] : []),
      ...(setsUser ? ['user may not be set'] : []),
      ...(setsRole ? ['role may not be set'] : []),
    ];
    return {
      reason: 'seLinuxOptions',
      detail: `${setters.join(' and ')} set forbidden securityContext.seLinuxOptions: ${set.join('; ')}`,
    };
  };
}

/** The SELinux type is one for containers; user and role are not chosen. */
export const seLinuxOptions: Check = {
  id: 'seLinuxOptions',
  level: 'baseline',
  versions: [
    { since: 0, rule: ruleFor(firstTypes) },
    { since: 31, rule: ruleFor([...firstTypes, 'container_engine_t']) },
  ],
};
