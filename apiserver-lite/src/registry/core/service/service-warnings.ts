import { specOf } from '../../fields/spec-and-status.ts';
import type { V1Service } from '@pg8s/k8s-proto/generated/models';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { addressWarnings } from '../../fields/address-warnings.ts';
import { canonicalIp, isMasked, isNonStandard, maskedCidr, parseCidr } from '../../fields/ip.ts';

function rangeWarnings(text: string, field: string): string[] {
  const cidr = parseCidr(text);
  if (cidr === undefined) return [];
  const { address, version, bits } = cidr;
  const better = maskedCidr(cidr);
  const warnings: string[] = [];
  if (!isMasked(cidr)) {
    const single = goQuote(`${canonicalIp(address)}/${version === 4 ? 32 : 128}`);
    const choice = `should be ${goQuote(better)} or ${single}?`;
    warnings.push(`${field}: CIDR value ${goQuote(text)} is ambiguous in this context (${choice})`);
  }
  if (isNonStandard(address) || !text.endsWith(`/${bits}`)) {
    warnings.push(`${field}: non-standard CIDR value ${goQuote(text)} is invalid: use ${goQuote(better)}`);
  }
  if (warnings.length === 0 && version === 6 && better !== text) {
    const form = `should be in RFC 5952 canonical format (${goQuote(better)})`;
    warnings.push(`${field}: IPv6 CIDR value ${goQuote(text)} ${form}`);
  }
  return warnings;
}

const oldHints = 'service.kubernetes.io/topology-aware-hints';

/** What of a Service is ignored, or will be (Kubernetes: `pkg/api/service/warnings.go`). */
export function serviceWarnings(object: V1Service): string[] {
  const spec = specOf(object);
  const { type, clusterIPs, externalIPs, loadBalancerIP = '', loadBalancerSourceRanges: allowed } = spec;
  const isHeadless = type === 'ClusterIP' && spec.clusterIP === 'None';
  const isName = type === 'ExternalName';
  const hasExternal = (externalIPs ?? []).length > 0;
  const warnings: string[] = [];
  if (object.metadata.annotations?.[oldHints] !== undefined) {
    const advice = 'please use service.kubernetes.io/topology-mode instead';
    warnings.push(`annotation ${oldHints} is deprecated, ${advice}`);
  }
  for (const [index, address] of (clusterIPs ?? []).entries()) {
    warnings.push(...addressWarnings(address, `spec.clusterIPs[${index}]`));
  }
  if (isHeadless) {
    const ignored = {
      loadBalancerIP: loadBalancerIP !== '',
      externalIPs: hasExternal,
      SessionAffinity: spec.sessionAffinity !== 'None',
    };
    for (const [name, isSet] of Object.entries(ignored)) {
      if (isSet) warnings.push(`spec.${name} is ignored for headless services`);
    }
  }
  for (const [index, address] of (externalIPs ?? []).entries()) {
    warnings.push(...addressWarnings(address, `spec.externalIPs[${index}]`));
  }
  if (hasExternal && !isHeadless && !isName) {
    warnings.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
  }
  warnings.push(...addressWarnings(loadBalancerIP, 'spec.loadBalancerIP'));
  for (const [index, range] of (allowed ?? []).entries()) {
    warnings.push(...rangeWarnings(range, `spec.loadBalancerSourceRanges[${index}]`));
  }
  if (isName && hasExternal) warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  if (!isName && spec.externalName) {
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  }
  if (spec.trafficDistribution === 'PreferClose') {
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  }
  return warnings;
}
