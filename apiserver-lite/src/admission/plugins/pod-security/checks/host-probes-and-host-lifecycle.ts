import type { V1LifecycleHandler, V1Probe } from '@pg8s/k8s-proto/generated/models';
import { type Check, type Rule, containersOf, containersText, plural, quoted, sorted } from '../check.ts';

function hostsOf(handler: V1Probe | V1LifecycleHandler | undefined): string[] {
  return [handler?.httpGet?.host, handler?.tcpSocket?.host].filter(
    (host): host is string => host != null && host !== '',
  );
}

const rule: Rule = (pod) => {
  const hosts: string[] = [];
  const names: string[] = [];
  for (const { name, livenessProbe, readinessProbe, startupProbe, lifecycle } of containersOf(pod)) {
    const handlers = [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop];
    const own = handlers.flatMap(hostsOf);
    if (own.length === 0) continue;
    names.push(name ?? '');
    hosts.push(...own);
  }
  if (names.length === 0) return undefined;
  const [bad, forbidden] = [sorted(names), sorted(hosts)];
  const verb = bad.length === 1 ? 'uses' : 'use';
  const noun = plural(forbidden.length, 'probe or lifecycle host');
  return {
    reason: 'probe or lifecycle host',
    detail: `${containersText(bad)} ${verb} ${noun} ${quoted(forbidden)}`,
  };
};

/** Probes and hooks call the Pod itself, not other hosts. */
export const hostProbesAndHostLifecycle: Check = {
  id: 'hostProbesAndHostLifecycle',
  level: 'baseline',
  versions: [{ since: 34, rule }],
};
