import { compareBytes } from '@pg8s/k8s-proto/byte-order';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { type Evaluator, isInScopes, type ScopeRequirement } from '@pg8s/k8s-proto/quota/evaluator';
import {
  addResourceLists,
  equalResourceLists,
  exceededBy,
  increaseOf,
  only,
  resourceListText,
  type ResourceList,
  withoutZeros,
} from '@pg8s/k8s-proto/quota/resource-list';
import { StatusError } from '../../../api-errors/status-error.ts';
import { admissionForbidden, type AdmissionAttributes } from '../../attributes.ts';
import type { LimitedResource } from './limited-resources.ts';
import type { Quota } from './quota.ts';

/** What a request is charged by. */
export interface ChargeOptions {
  evaluator: Evaluator;
  limited: readonly LimitedResource[];
}

const sorted = (names: Iterable<string>) => [...new Set(names)].sort(compareBytes).join(',');

/**
 * The quotas with what the request would use, in their order; those that stay the same are the same objects.
 * Throws where one would be exceeded, where the object does not say what it uses, and where it uses what is
 * limited and no quota covers it (Kubernetes: `plugin/resourcequota.CheckRequest`).
 */
export function charge(
  quotas: readonly Quota[],
  attributes: AdmissionAttributes,
  options: ChargeOptions,
): readonly Quota[] {
  const { object } = attributes;
  const { evaluator } = options;
  if (object === undefined) return quotas;
  const matching = quotas.filter((quota) => matches(quota, evaluator, object));
  for (const quota of matching) requireKnown(quota, attributes, evaluator);
  const increases = increasesOf(matching, attributes, evaluator);
  if (increases === undefined) return quotas;
  requireCovered({ quotas, matching, attributes }, options);
  return quotas.map((quota) => {
    const increase = increases.get(quota);
    return increase === undefined ? quota : charged(quota, increase, attributes);
  });
}

function matches(quota: Quota, evaluator: Evaluator, object: KubeObject): boolean {
  return (
    evaluator.measured(quota.hard.keys()).length > 0 && isInScopes(evaluator, object, quota.requirements)
  );
}

/** The object says what the quota limits, and the quota what is used of it. */
function requireKnown(
  { name, hard, used }: Quota,
  attributes: AdmissionAttributes,
  evaluator: Evaluator,
): void {
  const limits = evaluator.measured(hard.keys());
  const missing = evaluator.missing?.(attributes.object!, limits);
  if (missing !== undefined) throw admissionForbidden(attributes, `failed quota: ${name}: ${missing}`);
  if (limits.every((limit) => used.has(limit))) return;
  const message = `status unknown for quota: ${name}, resources: ${sorted(limits)}`;
  throw admissionForbidden(attributes, message);
}

/** What each quota is charged; undefined where nothing more is used than before. */
function increasesOf(
  matching: readonly Quota[],
  attributes: AdmissionAttributes,
  evaluator: Evaluator,
): Map<Quota, ResourceList> | undefined {
  const { operation, object, oldObject } = attributes;
  const usage = evaluator.usage(object!);
  const negative = [...usage].filter(([, { digits }]) => digits < 0n).map(([name]) => name);
  if (negative.length > 0) {
    const message = `quota usage is negative for resource(s): ${sorted(negative)}`;
    throw admissionForbidden(attributes, message);
  }
  if (operation === 'UPDATE' && oldObject === undefined) {
    const message = 'unable to get previous usage since prior version of object was not found';
    throw admissionForbidden(attributes, message);
  }
  // An update that creates the object is charged as a creation.
  const before = oldObject?.metadata.resourceVersion ? oldObject : undefined;
  const more = before === undefined ? usage : increaseOf(usage, evaluator.usage(before));
  if (matching.length === 0) return withoutZeros(more).size === 0 ? undefined : new Map();
  const increases = new Map<Quota, ResourceList>();
  for (const quota of matching) {
    const wasCharged = before !== undefined && matches(quota, evaluator, before);
    const increase = withoutZeros(wasCharged ? more : usage);
    if (increase.size > 0) increases.set(quota, increase);
  }
  return increases.size === 0 ? undefined : increases;
}

interface Coverage {
  quotas: readonly Quota[];
  matching: readonly Quota[];
  attributes: AdmissionAttributes;
}

/** What is limited by configuration is used only where a quota covers it. */
function requireCovered(
  { quotas, matching, attributes }: Coverage,
  { evaluator, limited }: ChargeOptions,
): void {
  if (limited.length === 0) return;
  const object = attributes.object!;
  const { group, resource } = attributes.resource;
  const used = [...evaluator.usage(object)].filter(([, { digits }]) => digits > 0n).map(([name]) => name);
  const parts = limited
    .filter((each) => (each.apiGroup ?? '') === group && each.resource === resource)
    .flatMap(({ matchContains }) => matchContains ?? []);
  const covered = new Set(matching.flatMap(({ hard }) => evaluator.measured(hard.keys())));
  const uncovered = used.filter((name) => parts.some((part) => name.includes(part)) && !covered.has(name));
  if (uncovered.length > 0) {
    throw admissionForbidden(attributes, `insufficient quota to consume: ${sorted(uncovered)}`);
  }
  const isIn = (requirement: ScopeRequirement) => evaluator.isInScope?.(object, requirement) === true;
  const coveredScopes = new Set(
    quotas.flatMap(({ requirements }) => requirements.filter(isIn)).map(({ scopeName }) => scopeName),
  );
  const open = limited
    .flatMap(({ matchScopes }) => matchScopes ?? [])
    .filter((requirement) => isIn(requirement) && !coveredScopes.has(requirement.scopeName));
  if (open.length === 0) return;
  const shown = open.map(
    ({ scopeName, operator, values = [] }) => `{${scopeName} ${operator} [${values.join(' ')}]}`,
  );
  const message = `insufficient quota to match these scopes: [${shown.join(' ')}]`;
  throw new StatusError(500, undefined, message);
}

function charged(quota: Quota, increase: ResourceList, attributes: AdmissionAttributes): Quota {
  const { name, hard, used } = quota;
  const requested = only(increase, hard.keys());
  const next = addResourceLists(used, requested);
  // What a status says has happened already.
  if (attributes.subresource !== 'status') {
    const exceeded = exceededBy(only(next, requested.keys()), hard);
    if (exceeded.length > 0) {
      const text = (list: ResourceList) => resourceListText(only(list, exceeded));
      throw admissionForbidden(
        attributes,
        `exceeded quota: ${name}, requested: ${text(requested)}, used: ${text(used)}, limited: ${text(hard)}`,
      );
    }
  }
  return equalResourceLists(next, used) ? quota : { ...quota, used: next };
}
