import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { canonicalIp, ipVersion, isNonStandard } from './ip.ts';

/**
 * Warns of an address that is not written in its one form; what is no address is left to validation
 * (Kubernetes: `util/validation.GetWarningsForIP`).
 */
export function addressWarnings(address: string, field: string): string[] {
  const version = ipVersion(address);
  if (version === 0) return [];
  const better = canonicalIp(address);
  if (isNonStandard(address)) {
    return [`${field}: non-standard IP address ${goQuote(address)} is invalid: use ${goQuote(better)}`];
  }
  return version === 4 || better === address
    ? []
    : [
        `${field}: IPv6 address ${goQuote(address)} should be in RFC 5952 canonical format (${goQuote(better)})`,
      ];
}
