import type { Check, Rule, VersionedRule } from '../check.ts';

/** The sysctls that became safe in a minor release. */
const safeSince: readonly (readonly [since: number, names: readonly string[]])[] = [
  [
    0,
    [
      'kernel.shm_rmid_forced',
      'net.ipv4.ip_local_port_range',
      'net.ipv4.tcp_syncookies',
      'net.ipv4.ping_group_range',
      'net.ipv4.ip_unprivileged_port_start',
    ],
  ],
  [27, ['net.ipv4.ip_local_reserved_ports']],
  [
    29,
    [
      'net.ipv4.tcp_keepalive_time',
      'net.ipv4.tcp_fin_timeout',
      'net.ipv4.tcp_keepalive_intvl',
      'net.ipv4.tcp_keepalive_probes',
    ],
  ],
  [32, ['net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem']],
];

function ruleOf(minor: number): Rule {
  const safe = new Set(safeSince.flatMap(([since, names]) => (since <= minor ? names : [])));
  return ({ spec }) => {
    const bad = (spec.securityContext?.sysctls ?? [])
      .map(({ name }) => name ?? '')
      .filter((name) => !safe.has(name));
    return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') };
  };
}

/** Only sysctls that are the Pod's own. */
export const sysctls: Check = {
  id: 'sysctls',
  level: 'baseline',
  versions: safeSince.map(([since]): VersionedRule => ({ since, rule: ruleOf(since) })),
};
