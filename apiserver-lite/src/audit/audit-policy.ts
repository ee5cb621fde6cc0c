import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { dns1123Subdomain } from '@pg8s/k8s-proto/formats/names';
import { ownValue } from '@pg8s/k8s-proto/own-value';
import { parse } from 'yaml';

/** How much of a request is recorded, from nothing to everything. */
export const auditLevels = ['None', 'Metadata', 'Request', 'RequestResponse'] as const;
export type AuditLevel = (typeof auditLevels)[number];

/** When something is recorded. */
export const auditStages = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const;
export type AuditStage = (typeof auditStages)[number];

/** Resources of one group; an empty list of resources means all of the group. */
export interface AuditedResources {
  readonly group: string;
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
}

/** One rule of a policy; an empty list means everything. */
export interface AuditRule {
  readonly level: AuditLevel;
  readonly users: readonly string[];
  readonly userGroups: readonly string[];
  readonly verbs: readonly string[];
  readonly resources: readonly AuditedResources[];
  readonly namespaces: readonly string[];
  readonly nonResourceURLs: readonly string[];
  readonly omitStages: readonly AuditStage[];
  /** Undefined: as the policy says. */
  readonly omitManagedFields?: boolean;
}

/** What is to be recorded (`audit.k8s.io/v1` Policy). */
export interface AuditPolicy {
  readonly rules: readonly AuditRule[];
  readonly omitStages: readonly AuditStage[];
  readonly omitManagedFields: boolean;
}

/** A policy that cannot be used; the message is kube-apiserver's where it has one. */
class AuditPolicyError extends Error {
  override readonly name = 'AuditPolicyError';
}

/** A policy, and what of its file nobody understands. */
export interface ReadPolicy {
  readonly policy: AuditPolicy;
  /** Fields that there are not: to be noted in the log. */
  readonly unknownFields: readonly string[];
}

const apiVersion = 'audit.k8s.io/v1';

/**
 * Reads a policy file, YAML or JSON (Kubernetes: `audit/policy/reader.go`).
 *
 * @throws AuditPolicyError for what is no policy, and for one that breaks a rule.
 */
export function readAuditPolicy(text: string): ReadPolicy {
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 100 });
  } catch (error) {
    throw new AuditPolicyError(`failed decoding: ${(error as Error).message}`, { cause: error });
  }
  const unknownFields: string[] = [];
  const problems: string[] = [];
  const reader = new FieldReader(value, { path: '', unknown: unknownFields, problems });
  const kind = reader.text('kind');
  const version = reader.text('apiVersion');
  if (kind === '') throw new AuditPolicyError("failed decoding: Object 'Kind' is missing in the policy");
  if (version === '')
    throw new AuditPolicyError("failed decoding: Object 'apiVersion' is missing in the policy");
  if (kind !== 'Policy' || version !== apiVersion) {
    throw new AuditPolicyError(
      `failed decoding: no kind ${goQuote(kind)} is registered for version ${goQuote(version)}`,
    );
  }
  reader.skip('metadata');
  const omitStages = stagesOf(reader, 'omitStages');
  const omitManagedFields = reader.boolean('omitManagedFields') ?? false;
  const rules = reader.items('rules').map((rule) => readRule(rule));
  reader.end();
  if (problems.length > 0) {
    throw new AuditPolicyError(problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`);
  }
  if (rules.length === 0) throw new AuditPolicyError('loaded illegal policy with 0 rules');
  return { policy: { rules, omitStages, omitManagedFields }, unknownFields };
}

function readRule(reader: FieldReader): AuditRule {
  const level = reader.text('level');
  if (level === '') reader.problem('level', 'Required value');
  else if (!isOneOf(auditLevels, level)) {
    const supported = auditLevels.map((each) => goQuote(each)).join(', ');
    reader.problem('level', `Unsupported value: ${goQuote(level)}: supported values: ${supported}`);
  }
  const nonResourceURLs = reader.texts('nonResourceURLs');
  checkUrls(reader, nonResourceURLs);
  const resources = reader.items('resources').map((each) => readResources(each, reader));
  const namespaces = reader.texts('namespaces');
  const omitStages = stagesOf(reader, 'omitStages');
  if (nonResourceURLs.length > 0 && (resources.length > 0 || namespaces.length > 0)) {
    reader.problem(
      'nonResourceURLs',
      `Invalid value: ${JSON.stringify(nonResourceURLs)}: rules cannot apply to both regular resources and non-resource URLs`,
    );
  }
  const omitManagedFields = reader.boolean('omitManagedFields');
  const rule: AuditRule = {
    level: level as AuditLevel,
    users: reader.texts('users'),
    userGroups: reader.texts('userGroups'),
    verbs: reader.texts('verbs'),
    resources,
    namespaces,
    nonResourceURLs,
    omitStages,
    ...(omitManagedFields === undefined ? {} : { omitManagedFields }),
  };
  reader.end();
  return rule;
}

function checkUrls(reader: FieldReader, urls: readonly string[]): void {
  urls.forEach((url, index) => {
    if (url === '*') return;
    const field = `nonResourceURLs[${index}]`;
    if (!url.startsWith('/')) {
      reader.problem(
        field,
        `Invalid value: ${goQuote(url)}: non-resource URL rules must begin with a '/' character`,
      );
    }
    if (url.slice(0, -1).includes('*')) {
      reader.problem(
        field,
        `Invalid value: ${goQuote(url)}: non-resource URL wildcards '*' must be the final character of the rule`,
      );
    }
  });
}

/** Problems name the field of the rule, without the index, as kube-apiserver's do. */
function readResources(reader: FieldReader, rule: FieldReader): AuditedResources {
  const group = reader.text('group');
  const resources = reader.texts('resources');
  const resourceNames = reader.texts('resourceNames');
  reader.end();
  const messages = group === '' || group === '*' ? [] : dns1123Subdomain(group);
  if (messages.length > 0) {
    rule.problem('resources.group', `Invalid value: ${goQuote(group)}: ${messages.join(',')}`);
  }
  if (resourceNames.length > 0 && resources.length === 0) {
    rule.problem(
      'resources.resourceNames',
      `Invalid value: ${JSON.stringify(resourceNames)}: using resourceNames requires at least one resource`,
    );
  }
  return { group, resources, resourceNames };
}

function stagesOf(reader: FieldReader, field: string): AuditStage[] {
  return reader.texts(field).flatMap((stage, index) => {
    if (isOneOf(auditStages, stage)) return [stage];
    const allowed = auditStages.join(',');
    reader.problem(`${field}[${index}]`, `Invalid value: ${goQuote(stage)}: allowed stages are ${allowed}`);
    return [];
  });
}

function isOneOf<Value extends string>(values: readonly Value[], text: string): text is Value {
  return (values as readonly string[]).includes(text);
}

interface Findings {
  path: string;
  unknown: string[];
  problems: string[];
}

/** Reads the fields of one object of the file, and knows which were not asked for. */
class FieldReader {
  readonly #value: object;
  readonly #findings: Findings;
  readonly #known = new Set<string>();

  constructor(value: unknown, findings: Findings) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new AuditPolicyError(`failed decoding: ${findings.path || 'the policy'} is no object`);
    }
    this.#value = value;
    this.#findings = findings;
  }

  text(field: string): string {
    const value = this.#get(field);
    if (value === undefined) return '';
    if (typeof value !== 'string') throw this.#wrongType(field, 'a string');
    return value;
  }

  boolean(field: string): boolean | undefined {
    const value = this.#get(field);
    if (value !== undefined && typeof value !== 'boolean') throw this.#wrongType(field, 'a boolean');
    return value;
  }

  texts(field: string): string[] {
    return this.#list(field).map((item, index) => {
      if (typeof item !== 'string') throw this.#wrongType(`${field}[${index}]`, 'a string');
      return item;
    });
  }

  items(field: string): FieldReader[] {
    return this.#list(field).map(
      (item, index) => new FieldReader(item, { ...this.#findings, path: `${this.#pathOf(field)}[${index}]` }),
    );
  }

  skip(field: string): void {
    this.#known.add(field);
  }

  problem(field: string, message: string): void {
    this.#findings.problems.push(`${this.#pathOf(field)}: ${message}`);
  }

  /** All known fields were asked for. */
  end(): void {
    for (const field of Object.keys(this.#value)) {
      if (!this.#known.has(field)) this.#findings.unknown.push(this.#pathOf(field));
    }
  }

  #get(field: string): unknown {
    this.#known.add(field);
    return ownValue(this.#value as Record<string, unknown>, field) ?? undefined;
  }

  #list(field: string): readonly unknown[] {
    const value = this.#get(field) ?? [];
    if (!Array.isArray(value)) throw this.#wrongType(field, 'a list');
    return value;
  }

  #pathOf(field: string): string {
    return this.#findings.path === '' ? field : `${this.#findings.path}.${field}`;
  }

  #wrongType(field: string, wanted: string): AuditPolicyError {
    return new AuditPolicyError(`failed decoding: ${this.#pathOf(field)} must be ${wanted}`);
  }
}
