import type { V1ServiceSpec } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidValue } from '../../fields/field-errors.ts';
import { validateClusterIps } from './service-addresses.ts';
import { familyOf, type IpFamily } from './allocation/ip-range.ts';

const policyField = 'spec.ipFamilyPolicy';

function sameList(left: readonly string[] = [], right: readonly string[] = []): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index]);
}

/** Whether two Services have the same addresses. */
export function sameClusterIps(left: V1ServiceSpec, right: V1ServiceSpec): boolean {
  return sameList(left.clusterIPs, right.clusterIPs);
}

/** Whether two Services have the same families. */
export function sameIpFamilies(left: V1ServiceSpec, right: V1ServiceSpec): boolean {
  return sameList(left.ipFamilies, right.ipFamilies);
}

const isLoose = ({ clusterIP, selector }: V1ServiceSpec) =>
  clusterIP === 'None' && Object.keys(selector ?? {}).length === 0;

/** A Service that prefers two families keeps what it has, even where the cluster has changed. */
export function staysAsItPrefers(spec: V1ServiceSpec, old: V1ServiceSpec | undefined): boolean {
  return (
    old !== undefined &&
    old.type === spec.type &&
    spec.type !== 'ExternalName' &&
    spec.ipFamilyPolicy === 'PreferDualStack' &&
    (old.ipFamilyPolicy === undefined || old.ipFamilyPolicy === 'PreferDualStack') &&
    sameClusterIps(spec, old) &&
    sameIpFamilies(spec, old)
  );
}

function impliedPolicy(spec: V1ServiceSpec, old: V1ServiceSpec | undefined): string {
  return old?.ipFamilyPolicy ?? (isLoose(spec) ? 'RequireDualStack' : 'SingleStack');
}

/** To one family: what was not touched goes along; to two: nothing is dropped silently. */
function followPolicy(spec: V1ServiceSpec, old: V1ServiceSpec): FieldError[] {
  const { clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec;
  if (ipFamilyPolicy === 'SingleStack') {
    if (sameClusterIps(spec, old) && clusterIPs.length > 1) spec.clusterIPs = clusterIPs.slice(0, 1);
    if (sameIpFamilies(spec, old) && ipFamilies.length > 1) spec.ipFamilies = ipFamilies.slice(0, 1);
    return [];
  }
  const fewer = (now: readonly string[], before: readonly string[] = []) =>
    now.length > 0 && now.length < before.length;
  const refused = (what: string) =>
    invalidValue(policyField, ipFamilyPolicy, `must be 'SingleStack' to release the secondary ${what}`);
  return [
    ...(fewer(clusterIPs, old.clusterIPs) ? [refused('cluster IP')] : []),
    ...(fewer(ipFamilies, old.ipFamilies) ? [refused('IP family')] : []),
  ];
}

function refuseTwo({ clusterIPs = [], ipFamilies = [], ipFamilyPolicy }: V1ServiceSpec): FieldError[] {
  if (ipFamilyPolicy !== 'SingleStack') return [];
  const refused = (what: string) =>
    invalidValue(
      policyField,
      ipFamilyPolicy,
      `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`,
    );
  return [
    ...(clusterIPs.length === 2 ? [refused('cluster IPs')] : []),
    ...(ipFamilies.length === 2 ? [refused('IP families')] : []),
  ];
}

/** Addresses say which families are meant. */
function inferFamilies(spec: V1ServiceSpec, configured: readonly IpFamily[]): FieldError[] {
  const findings: FieldError[] = [];
  const families = [...(spec.ipFamilies ?? [])];
  for (const [index, address] of (spec.clusterIPs ?? []).entries()) {
    if (address === 'None') break;
    if (index < families.length) continue;
    const family = familyOf(address);
    if (configured.includes(family)) families.push(family);
    else {
      const detail = `${family} is not configured on this cluster`;
      findings.push(invalidValue(`spec.clusterIPs[${index}]`, spec.clusterIPs, detail));
    }
  }
  if (families.length > 0) spec.ipFamilies = families;
  return findings;
}

function refuseUnconfigured(spec: V1ServiceSpec, configured: readonly IpFamily[]): FieldError[] {
  const { ipFamilies = [], ipFamilyPolicy } = spec;
  const dual = 'this cluster is not configured for dual-stack services';
  return [
    ...(ipFamilyPolicy === 'RequireDualStack' && configured.length < 2
      ? [invalidValue(policyField, ipFamilyPolicy, dual)]
      : []),
    ...ipFamilies.flatMap((family, index) =>
      configured.includes(family as IpFamily)
        ? []
        : [invalidValue(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster')],
    ),
  ];
}

/**
 * Says which IP families a Service has, as far as it does not say so itself: by its addresses, its policy,
 * what it was before, and what the cluster has (Kubernetes: `service/storage.initIPFamilyFields`). Changes
 * the spec; answers with what is wrong.
 */
export function completeIpFamilies(
  spec: V1ServiceSpec,
  old: V1ServiceSpec | undefined,
  configured: readonly IpFamily[],
): FieldError[] {
  if (spec.type === 'ExternalName' || staysAsItPrefers(spec, old)) return [];
  spec.ipFamilyPolicy ??= impliedPolicy(spec, old);
  const unclear = validateClusterIps(spec);
  if (unclear.length > 0) return unclear;
  const findings = old === undefined ? [] : followPolicy(spec, old);
  findings.push(...refuseTwo(spec), ...inferFamilies(spec, configured));
  if (findings.length > 0) return findings;
  const loose = isLoose(spec);
  if (!loose) findings.push(...refuseUnconfigured(spec, configured));
  if (findings.length > 0) return findings;
  const families = spec.ipFamilies?.length ? [...spec.ipFamilies] : [configured[0] ?? 'IPv4'];
  // A Service with neither addresses nor Pods of the cluster's choosing may have families that the cluster
  // has not.
  if (spec.ipFamilyPolicy !== 'SingleStack' && families.length === 1 && (loose || configured.length === 2)) {
    families.push(families[0] === 'IPv4' ? 'IPv6' : 'IPv4');
  }
  spec.ipFamilies = families;
  return [];
}
