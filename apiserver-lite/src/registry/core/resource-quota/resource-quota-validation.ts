import { specOf, statusOf } from '../../fields/spec-and-status.ts';
import type {
  V1ResourceQuota,
  V1ResourceQuotaSpec,
  V1ScopedResourceSelectorRequirement,
} from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidValue, required } from '../../fields/field-errors.ts';
import { givenList } from '../../fields/given-value.ts';
import { goValue } from '../../fields/go-value.ts';
import { immutable } from '../../fields/metadata.ts';
import {
  resourceNameValue,
  validateAmount,
  validateResourceName,
} from '../../pod-template/resources/resources.ts';
import { podQuotaResources, quotaResources } from '../../fields/resource-names.ts';

const flags = ['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort', 'CrossNamespacePodAffinity'];
const scopes = [...flags, 'PriorityClass', 'VolumeAttributesClass'];
const isHugePages = (name: string) => name.startsWith('hugepages-') || name.startsWith('requests.hugepages-');

function fits(scope: string, resource: string): boolean {
  if (!scopes.includes(scope)) return true;
  if (scope === 'BestEffort') return resource === 'pods';
  if (scope === 'VolumeAttributesClass')
    return resource === 'persistentvolumeclaims' || resource === 'requests.storage';
  return podQuotaResources.has(resource) || isHugePages(resource);
}

function validateHard(hard: Record<string, string> | undefined, field: string): FieldError[] {
  return Object.entries(hard ?? {}).flatMap(([name, amount]) => {
    const path = `${field}[${name}]`;
    const findings = validateResourceName(name, path);
    if (!name.includes('/') && !quotaResources.has(name) && !isHugePages(name)) {
      findings.push(invalidValue(path, resourceNameValue(name), 'must be a standard resource for quota'));
    }
    return [...findings, ...validateAmount(name, amount, path)];
  });
}

function conflicts(chosen: readonly string[]): number {
  const pairs = [
    ['BestEffort', 'NotBestEffort'],
    ['Terminating', 'NotTerminating'],
  ];
  return pairs.filter((pair) => pair.every((scope) => chosen.includes(scope))).length;
}

function validateScopes(spec: V1ResourceQuotaSpec): FieldError[] {
  const { scopes: chosen = [], hard } = spec;
  const names = Object.keys(hard ?? {}).sort();
  const refuse = (detail: string) => invalidValue('spec.scopes', chosen, detail);
  const findings = chosen.flatMap((scope) => [
    ...(scopes.includes(scope) ? [] : [refuse('unsupported scope')]),
    ...names
      .filter((name) => quotaResources.has(name) && !fits(scope, name))
      .map(() => refuse('unsupported scope applied to resource')),
  ]);
  return [...findings, ...Array.from({ length: conflicts(chosen) }, () => refuse('conflicting scopes'))];
}

function validateRequirement(
  requirement: V1ScopedResourceSelectorRequirement,
  spec: V1ResourceQuotaSpec,
): FieldError[] {
  const field = 'spec.scopeSelector.matchExpressions';
  const { scopeName, operator, values = [] } = requirement;
  const findings: FieldError[] = [];
  if (!scopes.includes(scopeName))
    findings.push(invalidValue(`${field}.scopeName`, scopeName, 'unsupported scope'));
  for (const name of Object.keys(spec.hard ?? {}).sort()) {
    if (quotaResources.has(name) && !fits(scopeName, name)) {
      const value = goValue('core.v1.ScopeSelector', spec.scopeSelector);
      findings.push(invalidValue(field, value, 'unsupported scope applied to resource'));
    }
  }
  if (flags.includes(scopeName) && operator !== 'Exists') {
    const detail =
      "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
    findings.push(invalidValue(`${field}.operator`, operator, detail));
  }
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) {
      const detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
      findings.push(required(`${field}.values`, detail));
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) {
      const detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
      findings.push(invalidValue(`${field}.values`, values, detail));
    }
  } else findings.push(invalidValue(`${field}.operator`, operator, 'not a valid selector operator'));
  return findings;
}

/** Kubernetes: `core/validation.ValidateResourceQuotaSpec`. */
export function validateResourceQuota(object: V1ResourceQuota): FieldError[] {
  const spec = specOf(object);
  return [
    ...validateHard(spec.hard, 'spec.hard'),
    ...validateScopes(spec),
    ...(spec.scopeSelector?.matchExpressions ?? []).flatMap((requirement) =>
      validateRequirement(requirement, spec),
    ),
  ];
}

/** What a quota is about stays. */
export function validateResourceQuotaUpdate(object: V1ResourceQuota, old: V1ResourceQuota): FieldError[] {
  const [next, before] = [specOf(object).scopes ?? [], specOf(old).scopes ?? []];
  const same =
    new Set([...next, ...before]).size === new Set(next).size && new Set(next).size === new Set(before).size;
  return same ? [] : [invalidValue('spec.scopes', givenList(object.spec, 'scopes'), immutable)];
}

/** What is used of what there is (Kubernetes: `core/validation.ValidateResourceQuotaStatusUpdate`). */
export function validateResourceQuotaStatus(object: V1ResourceQuota): FieldError[] {
  const { hard, used } = statusOf(object);
  return [...validateHard(hard, 'status.hard'), ...validateHard(used, 'status.used')];
}
