import { compareBytes } from '@pg8s/k8s-proto/byte-order';
import type { Check, JudgedPod, Rule, VersionedRule, Violation } from './check.ts';
import { allowPrivilegeEscalation } from './checks/allow-privilege-escalation.ts';
import { appArmorProfile } from './checks/app-armor-profile.ts';
import { capabilitiesBaseline } from './checks/capabilities-baseline.ts';
import { capabilitiesRestricted } from './checks/capabilities-restricted.ts';
import { hostNamespaces } from './checks/host-namespaces.ts';
import { hostPathVolumes } from './checks/host-path-volumes.ts';
import { hostPorts } from './checks/host-ports.ts';
import { hostProbesAndHostLifecycle } from './checks/host-probes-and-host-lifecycle.ts';
import { privilegedContainers } from './checks/privileged-containers.ts';
import { procMountBaseline, procMountRestricted } from './checks/proc-mount.ts';
import { restrictedVolumes } from './checks/restricted-volumes.ts';
import { runAsNonRoot } from './checks/run-as-non-root.ts';
import { runAsUser } from './checks/run-as-user.ts';
import { seLinuxOptions } from './checks/se-linux-options.ts';
import { seccompProfileBaseline, seccompProfileRestricted } from './checks/seccomp-profile.ts';
import { sysctls } from './checks/sysctls.ts';
import { windowsHostProcess } from './checks/windows-host-process.ts';
import { type LevelVersion, minorOf } from './policy.ts';

/** All checks (Kubernetes: `pod-security-admission/policy`). */
export const checkTable: readonly Check[] = [
  allowPrivilegeEscalation,
  appArmorProfile,
  capabilitiesBaseline,
  capabilitiesRestricted,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  hostProbesAndHostLifecycle,
  privilegedContainers,
  procMountBaseline,
  procMountRestricted,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  seLinuxOptions,
  seccompProfileBaseline,
  seccompProfileRestricted,
  sysctls,
  windowsHostProcess,
];

/** The last release that changed a check: later ones are the same. */
const lastChange = Math.max(...checkTable.flatMap(({ versions }) => versions.map(({ since }) => since)));

/** The rules of a level by release; there are at most as many as releases. */
const known = { baseline: new Map<number, Rule[]>(), restricted: new Map<number, Rule[]>() };

/** What a Pod does that a level forbids, in the order in which Kubernetes tells it. */
export function violations(policy: LevelVersion, pod: JudgedPod): Violation[] {
  const { level, version } = policy;
  if (level === 'privileged') return [];
  const minor = Math.min(minorOf(version), lastChange);
  const rules = known[level].get(minor) ?? rulesOf(level, minor);
  known[level].set(minor, rules);
  return rules.flatMap((rule) => rule(pod) ?? []);
}

/** The checks of the baseline come first, less those that a stricter one takes the place of. */
function rulesOf(level: 'baseline' | 'restricted', minor: number): Rule[] {
  const at = (wanted: Check['level']) =>
    checkTable
      .filter((check) => check.level === wanted)
      .sort((one, other) => compareBytes(one.id, other.id))
      .flatMap(({ id, versions }) => {
        const versioned = versions.findLast(({ since }) => since <= minor);
        return versioned === undefined ? [] : [{ id, ...versioned } satisfies VersionedRule & { id: string }];
      });
  const restricted = level === 'baseline' ? [] : at('restricted');
  const overridden = new Set(restricted.flatMap(({ overrides = [] }) => overrides));
  const baseline = at('baseline').filter(({ id }) => !overridden.has(id));
  return [...baseline, ...restricted].map(({ rule }) => rule);
}

/** `hostPort, privileged` */
export function reasonsText(found: readonly Violation[]): string {
  return found.map(({ reason }) => reason).join(', ');
}

/** `hostPort (container "a" uses hostPort 80), privileged (…)` */
export function detailsText(found: readonly Violation[]): string {
  return found.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ');
}
