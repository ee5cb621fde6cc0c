import { compareBytes } from '@pg8s/k8s-proto/byte-order';
import type { V1Container, V1PodSpec, V1SecurityContext } from '@pg8s/k8s-proto/generated/models';

/** What is checked of a Pod, or of the template of one. */
export interface JudgedPod {
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: V1PodSpec;
}

/** What a Pod does that it may not. */
export interface Violation {
  /** A few words, which name the kind of violation: `hostPort`. */
  readonly reason: string;
  /** What exactly: `container "a" uses hostPort 80`. */
  readonly detail: string;
}

/** Looks at a Pod; undefined where it may do what it does. */
export type Rule = (pod: JudgedPod) => Violation | undefined;

/** A rule, from a minor release on. */
export interface VersionedRule {
  /** The minor release of Kubernetes 1 since which the check is as `rule` says. */
  readonly since: number;
  readonly rule: Rule;
  /** Baseline checks that this one says more strictly; they are left out where this one is made. */
  readonly overrides?: readonly string[];
}

/** One of the controls of the Pod Security Standards. */
export interface Check {
  /** Kubernetes' name; violations are listed in the order of these. */
  readonly id: string;
  readonly level: 'baseline' | 'restricted';
  /** Oldest first. */
  readonly versions: readonly VersionedRule[];
}

/** All containers: init containers first, then containers and ephemeral ones. */
export function containersOf({ spec }: JudgedPod): V1Container[] {
  return [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
    ...((spec.ephemeralContainers ?? []) as V1Container[]),
  ];
}

/** The names of the containers that `isBad` is true for. */
export function containersWhere(pod: JudgedPod, isBad: (container: V1Container) => boolean): string[] {
  return containersOf(pod)
    .filter(isBad)
    .map(({ name }) => name ?? '');
}

/** What the security contexts of Pods and of containers have both. */
export type SharedContext = Pick<
  V1SecurityContext,
  'appArmorProfile' | 'runAsNonRoot' | 'runAsUser' | 'seLinuxOptions' | 'seccompProfile' | 'windowsOptions'
>;

/**
 * Who has a security context that `isBad` is true for: `pod`, and `container "a"` or `containers "a", "b"`.
 */
export function settersOf(pod: JudgedPod, isBad: (context: SharedContext) => boolean): string[] {
  const { securityContext } = pod.spec;
  const containers = containersWhere(
    pod,
    (container) => container.securityContext != null && isBad(container.securityContext),
  );
  return [
    ...(securityContext != null && isBad(securityContext as SharedContext) ? ['pod'] : []),
    ...(containers.length === 0 ? [] : [containersText(containers)]),
  ];
}

/** `container "a"`, `containers "a", "b"` */
export function containersText(names: readonly string[]): string {
  return `${plural(names.length, 'container')} ${quoted(names)}`;
}

/** The noun for that many, which has an `s` where it is not one. */
export function plural(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}s`;
}

/** `"a", "b"`, as they are. */
export function quoted(texts: readonly string[]): string {
  return texts.map((text) => `"${text}"`).join(', ');
}

/** Each once, in the order of their bytes. */
export function sorted(texts: Iterable<string>): string[] {
  return [...new Set(texts)].sort(compareBytes);
}

/** Whether a Pod has users of its own, which are nobody on the node. */
function hasOwnUsers({ spec }: JudgedPod): boolean {
  return spec.hostUsers === false;
}

/** A rule that holds for all Pods but those that say that they are for Windows. */
export function exceptOnWindows(rule: Rule): Rule {
  return (pod) => (pod.spec.os?.name === 'windows' ? undefined : rule(pod));
}

/** A rule that holds for all Pods but those with users of their own. */
export function exceptWithOwnUsers(rule: Rule): Rule {
  return (pod) => (hasOwnUsers(pod) ? undefined : rule(pod));
}
