import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { V1PodResourceClaim, V1PodSpec } from '@pg8s/k8s-proto/generated/models';
import { formatQuantity } from '@pg8s/k8s-proto/quantity';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { containerTotals } from './pod-resource-defaults.ts';
import { duplicate, forbiddenField, invalidEach, invalidValue } from '../../fields/field-errors.ts';
import { dns1123Label, dns1123Subdomain } from '../../fields/formats.ts';
import { isGiven } from '../../fields/given-value.ts';
import { goValue } from '../../fields/go-value.ts';
import { compareAmounts, each, named } from '../../fields/rules.ts';
import { canonical, validateResources } from './resources.ts';

/**
 * The devices that a Pod claims: each under a name, by a claim or by a template of one; static Pods claim
 * none.
 */
export function validateResourceClaims(
  claims: readonly V1PodResourceClaim[] | undefined,
  field: string,
  isStatic = false,
): FieldError[] {
  if (isStatic)
    return (claims ?? []).map(() => forbiddenField('[]', 'static pods do not support resource claims'));
  const names = new Set<string>();
  return each(claims, field, (claim, path) => {
    const { name } = claim;
    const byName = claim.resourceClaimName ?? undefined;
    const byTemplate = claim.resourceClaimTemplateName ?? undefined;
    const findings: FieldError[] = [];
    if (name && names.has(name)) findings.push(duplicate(`${path}.name`, name));
    else findings.push(...named(`${path}.name`, name, dns1123Label));
    names.add(name);
    const refuse = (detail: string) =>
      findings.push(invalidValue(path, goValue('core.v1.PodResourceClaim', claim), detail));
    if (byName !== undefined && byTemplate !== undefined) {
      refuse('at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified');
    }
    if (byName === undefined && byTemplate === undefined) {
      refuse('must specify one of: `resourceClaimName`, `resourceClaimTemplateName`');
    }
    for (const [part, value] of [
      ['resourceClaimName', byName],
      ['resourceClaimTemplateName', byTemplate],
    ] as const) {
      if (value !== undefined)
        findings.push(...invalidEach(`${path}.${part}`, value, dns1123Subdomain(value)));
    }
    return findings;
  });
}

/** What a Pod as a whole may use: at least what its containers request, at most what it limits. */
export function validatePodResources(
  spec: V1PodSpec,
  field: string,
  claims: ReadonlySet<string>,
): FieldError[] {
  const { resources } = spec;
  if (!resources) return [];
  const findings = isGiven(resources, 'claims')
    ? [forbiddenField(`${field}.claims`, 'claims may not be set for Resources at pod-level')]
    : [];
  findings.push(...validateResources(resources, field, { claims, podLevel: true }));
  const requests = resources.requests ?? {};
  for (const [name, total] of containerTotals(spec, 'requests')) {
    const own = ownValue(requests, name);
    if (own === undefined || (compareAmounts(formatQuantity(total), own) ?? 0) <= 0) continue;
    const detail = `must be greater than or equal to aggregate container requests of ${formatQuantity(total)}`;
    findings.push(invalidValue(`${field}.requests[${name}]`, canonical(own), detail));
  }
  for (const [index, { resources: own }] of (spec.containers ?? []).entries()) {
    for (const [name, limit] of Object.entries(own?.limits ?? {})) {
      const most = ownValue(resources.limits, name);
      if (most === undefined || (compareAmounts(limit, most) ?? 0) <= 0) continue;
      const detail = `must be less than or equal to pod limits of ${canonical(most)}`;
      findings.push(invalidValue(`${field}.containers[${index}][${name}].limits`, canonical(limit), detail));
    }
  }
  return findings;
}
