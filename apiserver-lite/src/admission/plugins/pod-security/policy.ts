import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidValue } from '../../../registry/fields/field-errors.ts';

const levels = ['privileged', 'baseline', 'restricted'] as const;
/** How much Pods may do, least strict first. */
export type Level = (typeof levels)[number];

/** `latest`, or `v1.N`: the checks as they were in that release. */
export type PolicyVersion = 'latest' | `v1.${number}`;

/** A level as it was in a release. */
export interface LevelVersion {
  readonly level: Level;
  readonly version: PolicyVersion;
}

export const modes = ['enforce', 'audit', 'warn'] as const;
/** What happens to a Pod that violates a policy: it is refused, noted in the audit log, or warned about. */
export type Mode = (typeof modes)[number];

/** What holds in a namespace. */
export type Policy = Readonly<Record<Mode, LevelVersion>>;

/** The prefix of labels of namespaces, and of audit annotations. */
export const labelPrefix = 'pod-security.kubernetes.io/';

const maxInt = (1n << 63n) - 1n;

/** Why a text is no level; undefined for a level. */
export function levelProblem(text: string): string | undefined {
  return isLevel(text) ? undefined : `must be one of ${levels.join(', ')}`;
}

function isLevel(text: string): text is Level {
  return (levels as readonly string[]).includes(text);
}

/** Why a text is no version; undefined for a version. A release that does not exist yet is one. */
export function versionProblem(text: string): string | undefined {
  return isVersion(text) ? undefined : 'must be "latest" or "v1.x"';
}

function isVersion(text: string): text is PolicyVersion {
  if (text === 'latest') return true;
  const minor = /^v1\.(0|[1-9][0-9]*)$/.exec(text)?.[1];
  return minor !== undefined && BigInt(minor) <= maxInt;
}

/** The minor release of a version; infinite for `latest`. */
export function minorOf(version: PolicyVersion): number {
  return version === 'latest' ? Infinity : Number(version.slice('v1.'.length));
}

/** Positive where `one` is stricter than `other`, negative where it is less strict. */
export function compareLevels(one: Level, other: Level): number {
  return levels.indexOf(one) - levels.indexOf(other);
}

/** `restricted:v1.30` */
export function levelText({ level, version }: LevelVersion): string {
  return `${level}:${version}`;
}

/** Whether two mean the same checks of the same release. */
export function isSame(one: LevelVersion, other: LevelVersion): boolean {
  return one.level === other.level && one.version === other.version;
}

/** Whether nothing is checked in any mode. */
export function isPrivileged(policy: Policy): boolean {
  return modes.every((mode) => policy[mode].level === 'privileged');
}

/** What holds without labels and without a configuration. */
export const privileged: Policy = {
  enforce: { level: 'privileged', version: 'latest' },
  audit: { level: 'privileged', version: 'latest' },
  warn: { level: 'privileged', version: 'latest' },
};

/**
 * What the labels of a namespace say, and what is wrong with them. Labels that cannot be read enforce the
 * latest `restricted`, and neither audit nor warn. A namespace that enforces more than it warns about warns
 * about what it enforces, so that workloads show it (Kubernetes: `pod-security-admission/api`).
 */
export function policyOf(
  labels: Readonly<Record<string, string>>,
  defaults: Policy,
): { policy: Policy; errors: FieldError[] } {
  const errors: FieldError[] = [];
  const read = <T extends string>(
    label: string,
    problem: (text: string) => string | undefined,
    values: { absent: T; wrong: T },
  ): T => {
    const key = labelPrefix + label;
    if (!Object.hasOwn(labels, key)) return values.absent;
    const text = labels[key] ?? '';
    const wrong = problem(text);
    if (wrong === undefined) return text as T;
    errors.push(invalidValue(`metadata.labels[${key}]`, text, wrong));
    return values.wrong;
  };
  const of = (mode: Mode): LevelVersion => ({
    level: read<Level>(mode, levelProblem, {
      absent: defaults[mode].level,
      wrong: mode === 'enforce' ? 'restricted' : 'privileged',
    }),
    version: read<PolicyVersion>(`${mode}-version`, versionProblem, {
      absent: defaults[mode].version,
      wrong: 'latest',
    }),
  });
  const [enforce, audit, warn] = [of('enforce'), of('audit'), of('warn')];
  const has = (label: string) => Object.hasOwn(labels, labelPrefix + label);
  const enforced = has('enforce') && isLevel(labels[`${labelPrefix}enforce`] ?? '');
  if (has('warn') || !enforced || compareLevels(enforce.level, warn.level) <= 0) {
    return { policy: { enforce, audit, warn }, errors };
  }
  const version = has('warn-version') ? warn.version : enforce.version;
  return { policy: { enforce, audit, warn: { level: enforce.level, version } }, errors };
}
