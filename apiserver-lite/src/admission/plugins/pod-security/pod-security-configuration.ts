import type { FieldError } from '../../../api-errors/status-error.ts';
import { duplicate, invalidValue } from '../../../registry/fields/field-errors.ts';
import { type ConfigurationType, pluginConfiguration } from '../../plugin-configuration.ts';
import { dns1123Label, dns1123Subdomain } from '../../../registry/fields/formats.ts';
import {
  type Level,
  type LevelVersion,
  levelProblem,
  type Mode,
  modes,
  type Policy,
  type PolicyVersion,
  privileged,
  versionProblem,
} from './policy.ts';

/** Who is not judged. */
export interface Exemptions {
  readonly usernames: readonly string[];
  readonly namespaces: readonly string[];
  readonly runtimeClasses: readonly string[];
}

/** What the plugin goes by besides the labels of namespaces. */
export interface PodSecuritySettings {
  /** Where a namespace does not say otherwise. */
  readonly defaults: Policy;
  readonly exemptions: Exemptions;
}

/** Without a configuration nothing is enforced but what namespaces say, and nobody is exempt. */
const defaultPodSecurity: PodSecuritySettings = {
  defaults: privileged,
  exemptions: { usernames: [], namespaces: [], runtimeClasses: [] },
};

/** A `PodSecurityConfiguration` of `pod-security.admission.config.k8s.io`, of whatever version. */
interface PodSecurityConfiguration {
  defaults?: Readonly<Record<string, string>>;
  exemptions?: Partial<Record<keyof Exemptions, readonly string[]>>;
}

const anyMode = Object.fromEntries(
  modes.flatMap((mode) => [mode, `${mode}-version`]).map((name) => [name, true]),
);

const configurationType: ConfigurationType = {
  kind: 'PodSecurityConfiguration',
  group: 'pod-security.admission.config.k8s.io',
  versions: ['v1', 'v1beta1', 'v1alpha1'],
  fields: {
    defaults: anyMode as ConfigurationType['fields'],
    exemptions: { usernames: true, namespaces: true, runtimeClasses: true },
  },
};

/** Reads a configuration, if there is one. Throws an Error that names all that is wrong with it. */
export function podSecuritySettings(given: unknown): PodSecuritySettings {
  if (given === undefined) return defaultPodSecurity;
  return settingsOf(pluginConfiguration<PodSecurityConfiguration>(given, configurationType));
}

function settingsOf(configuration: PodSecurityConfiguration): PodSecuritySettings {
  const errors: FieldError[] = [];
  const given = configuration.defaults ?? {};
  const read = <T extends string>(
    name: string,
    byDefault: T,
    problem: (text: string) => string | undefined,
  ) => {
    const text = given[name] || byDefault;
    const wrong = problem(text);
    if (wrong !== undefined) errors.push(invalidValue(`defaults.${name}`, text, wrong));
    return text as T;
  };
  const of = (mode: Mode): LevelVersion => ({
    level: read<Level>(mode, 'privileged', levelProblem),
    version: read<PolicyVersion>(`${mode}-version`, 'latest', versionProblem),
  });
  const [enforce, warn, audit] = [of('enforce'), of('warn'), of('audit')];
  const exempt = (name: keyof Exemptions, problems: (text: string) => readonly string[]) => {
    const texts = configuration.exemptions?.[name] ?? [];
    errors.push(...exemptionErrors(`exemptions.${name}`, texts, problems));
    return texts;
  };
  const namespaces = exempt('namespaces', dns1123Label);
  const runtimeClasses = exempt('runtimeClasses', dns1123Subdomain);
  const usernames = exempt('usernames', (text) => (text === '' ? ['username must not be empty'] : []));
  if (errors.length > 0) throw new Error(allOf(errors));
  return { defaults: { enforce, audit, warn }, exemptions: { usernames, namespaces, runtimeClasses } };
}

function exemptionErrors(
  field: string,
  texts: readonly string[],
  problems: (text: string) => readonly string[],
): FieldError[] {
  const valid = new Set<string>();
  return texts.flatMap((text, index) => {
    const path = `${field}[${index}]`;
    const found = problems(text);
    if (found.length > 0) return [invalidValue(path, text, found.join(', '))];
    if (valid.has(text)) return [duplicate(path, text)];
    valid.add(text);
    return [];
  });
}

function allOf(errors: readonly FieldError[]): string {
  const lines = [...new Set(errors.map(({ field, message }) => `${field}: ${message}`))];
  return lines.length === 1 ? (lines[0] ?? '') : `[${lines.join(', ')}]`;
}
