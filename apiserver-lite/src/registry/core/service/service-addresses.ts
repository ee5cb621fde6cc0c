import type { V1ServiceSpec } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { isSame } from '../../generic/copy-object.ts';
import {
  duplicate,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
} from '../../fields/field-errors.ts';
import { ipVersion, validateIp } from '../../fields/ip.ts';
import { immutable } from '../../fields/metadata.ts';
import { each, oneOfIfSet } from '../../fields/rules.ts';
import { validateLoadBalancerClass } from './load-balancer-class.ts';

const familyNames = ['IPv4', 'IPv6'];
const familyPolicies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
const once = 'may not change once set';

/** A Service without an address of its own. */
export function isHeadless({ clusterIPs = [] }: V1ServiceSpec): boolean {
  return clusterIPs.length === 1 && clusterIPs[0] === 'None';
}

/**
 * Addresses and families that agree with each other (Kubernetes: `ValidateServiceClusterIPsRelatedFields`).
 */
export function validateClusterIps(spec: V1ServiceSpec): FieldError[] {
  if (spec.type === 'ExternalName') return [];
  const { clusterIP = '', clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec;
  const field = 'spec.clusterIPs';
  const findings: FieldError[] = [];
  const refuse = (detail: string) => findings.push(invalidValue(field, clusterIPs, detail));
  if (clusterIP !== '' && clusterIPs.length === 0) findings.push(required(field));
  else if (clusterIP !== '' && clusterIPs[0] !== clusterIP) refuse('first value must match `clusterIP`');
  else if (clusterIP === '' && clusterIPs.length > 0)
    refuse('must be empty when `clusterIP` is not specified');
  const seen = new Set<string>();
  findings.push(
    ...each(ipFamilies, 'spec.ipFamilies', (family, path) => {
      const found = familyNames.includes(family) ? [] : [notSupported(path, family, familyNames)];
      if (seen.has(family)) found.push(duplicate(path, family));
      seen.add(family);
      return found;
    }),
    ...oneOfIfSet('spec.ipFamilyPolicy', ipFamilyPolicy, familyPolicies),
  );
  let wrong = false;
  for (const [index, address] of clusterIPs.entries()) {
    if (index === 0 && address === 'None') {
      if (clusterIPs.length > 1) {
        wrong = true;
        refuse("'None' must be the first and only value");
      }
      continue;
    }
    const found = validateIp(`${field}[${index}]`, address);
    wrong ||= found.length > 0;
    findings.push(...found);
  }
  if (clusterIPs.length > 2) refuse('may only hold up to 2 values');
  if (wrong) return findings;
  if (clusterIPs.length > 1 && new Set(clusterIPs.map(ipVersion)).size < 2) {
    refuse('may specify no more than one IP for each IP family');
  }
  if (isHeadless(spec)) return findings;
  for (const [index, address] of clusterIPs.entries()) {
    const family = ipFamilies[index];
    if (family !== 'IPv4' && family !== 'IPv6') continue;
    if (family === `IPv${ipVersion(address)}`) continue;
    const detail = `expected an ${family} value as indicated by \`ipFamilies[${index}]\``;
    findings.push(invalidValue(`${field}[${index}]`, address, detail));
  }
  return findings;
}

/** The first of two lists stays what it was; the second comes, and goes when the policy says so. */
function validateList(
  name: 'clusterIPs' | 'ipFamilies',
  what: string,
  next: V1ServiceSpec,
  old: V1ServiceSpec,
): FieldError[] {
  const now: string[] = next[name] ?? [];
  const before: string[] = old[name] ?? [];
  const field = `spec.${name}`;
  if (now.length === before.length) {
    return before.flatMap((value, index) =>
      value === now[index] ? [] : [invalidValue(`${field}[${name === 'clusterIPs' ? index : 0}]`, now, once)],
    );
  }
  const findings: FieldError[] = [];
  const released = before.length > now.length;
  if (released && now.length === 0) {
    findings.push(invalidValue(`${field}[0]`, now, `primary ${what} can not be unset`));
  }
  if (before.length > 0 && now.length > 0 && now[0] !== before[0]) {
    findings.push(invalidValue(`${field}[0]`, now, once));
  }
  if (released && now.length === 1 && next.ipFamilyPolicy !== 'SingleStack') {
    const detail = `must be set to 'SingleStack' when releasing the secondary ${what}`;
    findings.push(invalidValue('spec.ipFamilyPolicy', next.ipFamilyPolicy, detail));
  }
  return findings;
}

/** A Service keeps its addresses while it has some (Kubernetes: `core/validation.ValidateServiceUpdate`). */
export function validateServiceUpdate(next: V1ServiceSpec, old: V1ServiceSpec): FieldError[] {
  const findings: FieldError[] = [];
  if (next.type !== 'ExternalName' && old.type !== 'ExternalName') {
    const [headless, before] = [isHeadless(next), isHeadless(old)];
    if (!headless || !before) findings.push(...validateList('clusterIPs', 'clusterIP', next, old));
    if (!headless && !before) findings.push(...validateList('ipFamilies', 'ipFamily', next, old));
  }
  findings.push(...validateLoadBalancerClass(next, old));
  if (old.type !== 'LoadBalancer' || next.type !== 'LoadBalancer') return findings;
  const bothCheckHealth = [old, next].every(({ externalTrafficPolicy }) => externalTrafficPolicy === 'Local');
  if (bothCheckHealth && !isSame(next.healthCheckNodePort, old.healthCheckNodePort)) {
    findings.push(forbiddenField('spec.healthCheckNodePort', immutable));
  }
  return findings;
}
