import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { V1ResourceRequirements } from '@pg8s/k8s-proto/generated/models';
import { formatQuantity, quantityValue } from '@pg8s/k8s-proto/quantity';
import type { FieldError } from '../../../api-errors/status-error.ts';
import {
  duplicate,
  forbiddenField,
  invalidEach,
  invalidValue,
  notFoundBecause,
  notSupported,
  required,
} from '../../fields/field-errors.ts';
import { dns1123Label, qualifiedName } from '../../fields/formats.ts';
import { GoValue } from '../../fields/go-value.ts';
import { computeResources, countedResources, quotaResources } from '../../fields/resource-names.ts';
import { compareAmounts, each, isWhole, notNegative, quantityOf, signOf } from '../../fields/rules.ts';

const standard: ReadonlySet<string> = new Set([...quotaResources, 'storage']);
const hugePages = 'hugepages-';
/** Whether Kubernetes itself gives the resource its meaning. */
export const isNative = (name: string) => !name.includes('/') || name.includes('kubernetes.io/');

/** Whether what containers may use of a resource can be more in sum than there is. */
export const mayOvercommit = (name: string) => isNative(name) && !name.startsWith(hugePages);

/** A resource that others than Kubernetes name: `example.com/gpu`, and quotas of it. */
function isExtended(name: string): boolean {
  return !isNative(name) && !name.startsWith('requests.') && qualifiedName(`requests.${name}`).length === 0;
}

/** The name of a resource in findings: a type of its own in Go, which is shown as JSON. */
export function resourceNameValue(name: string): GoValue {
  return new GoValue(name);
}

/** A resource's name: a standard one, or one with a domain. */
export function validateResourceName(name: string, field: string): FieldError[] {
  const shown = resourceNameValue(name);
  const findings = invalidEach(field, shown, qualifiedName(name));
  if (findings.length > 0 || name.includes('/')) return findings;
  return standard.has(name) || name.startsWith(hugePages) || name.startsWith(`requests.${hugePages}`)
    ? []
    : [invalidValue(field, shown, 'must be a standard resource type or fully qualified')];
}

/** A resource's name as a container may ask for it. */
export function validateContainerResourceName(name: string, field: string): FieldError[] {
  const findings = validateResourceName(name, field);
  if (!name.includes('/')) {
    if (!computeResources.has(name) && !name.startsWith(hugePages)) {
      findings.push(
        invalidValue(field, resourceNameValue(name), 'must be a standard resource for containers'),
      );
    }
  } else if (!isNative(name) && !isExtended(name)) {
    findings.push(
      invalidValue(field, resourceNameValue(name), "doesn't follow extended resource name standard"),
    );
  }
  return findings;
}

/** An amount of a resource: not negative, and whole where it is counted. */
export function validateAmount(name: string, amount: unknown, field: string): FieldError[] {
  const text = canonical(amount);
  const findings = signOf(amount) < 0 ? [invalidValue(field, text, notNegative)] : [];
  if ((countedResources.has(name) || isExtended(name)) && !isWhole(amount)) {
    findings.push(invalidValue(field, text, 'must be an integer'));
  }
  return findings;
}

/** An amount of whatever resource is not below zero (Kubernetes: `core/validation.validateBasicResource`). */
export function validateBasicAmount(amount: unknown, field: string): FieldError[] {
  const quantity = quantityOf(amount);
  if (quantity === undefined) return [];
  const value = quantityValue(quantity);
  return value < 0n ? [invalidValue(field, Number(value), 'must be a valid resource quantity')] : [];
}

/** A quantity as the server prints it. */
export function canonical(amount: unknown): string {
  const quantity = quantityOf(amount);
  return quantity === undefined ? String(amount) : formatQuantity(quantity);
}

function validateHugePages(name: string, amount: unknown, field: string): FieldError[] {
  if (!name.startsWith(hugePages)) return [];
  const [size, value] = [quantityOf(name.slice(hugePages.length)), quantityOf(amount)];
  if (size === undefined || value === undefined) return [];
  const units = (digits: bigint, scale: number) => digits * 10n ** BigInt(Math.max(scale, 0));
  const page = units(size.digits, size.scale);
  if (page > 0n && units(value.digits, value.scale) % page === 0n) return [];
  const text = canonical(amount);
  return [invalidValue(field, text, `${text} is not positive integer multiple of ${name}`)];
}

function validateClaims(
  claims: V1ResourceRequirements['claims'],
  known: ReadonlySet<string>,
  field: string,
): FieldError[] {
  const names = new Set<string>();
  return each(claims, field, ({ name, request }, path) => {
    if (!name) return [required(path)];
    const findings: FieldError[] = [];
    const key = request ? `${name}/${request}` : name;
    if (request) findings.push(...invalidEach(`${path}.request`, request, dns1123Label(request)));
    const overlaps = !request && [...names].some((other) => other.startsWith(`${name}/`));
    if (names.has(name) || names.has(key) || overlaps)
      findings.push(duplicate(path, names.has(name) ? name : key));
    names.add(key);
    if (!known.has(name)) {
      const list = known.size === 0 ? ' which is empty' : `: ${[...known].sort().join(', ')}`;
      findings.push(
        notFoundBecause(path, name, `must be one of the names in pod.spec.resourceClaims${list}`),
      );
    }
    return findings;
  });
}

/** How the names of requests and limits are judged, and which claims the Pod has. */
export interface ResourceRules {
  claims: ReadonlySet<string>;
  podLevel?: boolean;
}

const podLevelResources = ['cpu', 'memory'];

function validateName(name: string, field: string, { podLevel }: ResourceRules): FieldError[] {
  if (podLevel !== true) return validateContainerResourceName(name, field);
  const findings = validateResourceName(name, field);
  if (findings.length > 0 || podLevelResources.includes(name) || name.startsWith(hugePages)) return findings;
  return [notSupported(field, name, ['cpu', hugePages, 'memory'])];
}

/** Requests and limits (Kubernetes: `core/validation.validateResourceRequirements`). */
export function validateResources(
  resources: V1ResourceRequirements | undefined,
  field: string,
  rules: ResourceRules,
): FieldError[] {
  const { limits = {}, requests = {}, claims } = resources ?? {};
  const findings: FieldError[] = [];
  for (const [list, amounts] of Object.entries({ limits, requests })) {
    for (const [name, amount] of Object.entries(amounts)) {
      const path = `${field}.${list}[${name}]`;
      findings.push(...validateName(name, path, rules), ...validateAmount(name, amount, path));
      if (list === 'requests') findings.push(...validateRequest(name, amount, ownValue(limits, name), field));
      findings.push(...validateHugePages(name, amount, path));
    }
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (
    names.some((name) => name.startsWith(hugePages)) &&
    !names.includes('cpu') &&
    !names.includes('memory')
  ) {
    findings.push(forbiddenField(field, 'HugePages require cpu or memory'));
  }
  return [...findings, ...validateClaims(claims, rules.claims, `${field}.claims`)];
}

function validateRequest(
  name: string,
  amount: string,
  limit: string | undefined,
  field: string,
): FieldError[] {
  if (limit === undefined) {
    return mayOvercommit(name)
      ? []
      : [required(`${field}.limits`, 'Limit must be set for non overcommitable resources')];
  }
  const order = compareAmounts(amount, limit) ?? 0;
  if (order !== 0 && !mayOvercommit(name)) {
    return [
      invalidValue(
        `${field}.requests`,
        canonical(amount),
        `must be equal to ${name} limit of ${canonical(limit)}`,
      ),
    ];
  }
  return order > 0
    ? [
        invalidValue(
          `${field}.requests`,
          canonical(amount),
          `must be less than or equal to ${name} limit of ${canonical(limit)}`,
        ),
      ]
    : [];
}
