import type { Library } from '../../library.ts';
import { boolType, intType, stringType } from '../../types.ts';
import { EvaluationError, noSuchOverload } from '../../values.ts';
import { declare, member, overload } from '../declare.ts';
import { cidrOf, cidrType, CidrValue, ipOf, ipType, IpValue } from './network-values.ts';
import { containsAddress, containsPrefix, formatPrefix, maskedPrefix } from './prefix.ts';

function containsIp({ prefix }: CidrValue, ip: IpValue | EvaluationError) {
  // kube-apiserver loses what is wrong with the address; containsCIDR keeps it.
  return ip instanceof EvaluationError ? noSuchOverload : containsAddress(prefix, ip.address);
}

function containsCidr({ prefix }: CidrValue, inner: CidrValue | EvaluationError) {
  return inner instanceof EvaluationError ? inner : containsPrefix(prefix, inner.prefix);
}

/** `cidr()`, `isCIDR()` and what a network tells (Kubernetes: `kubernetes.net.cidr`, since 1.30). */
export const cidrLibrary: Library = {
  name: 'kubernetes.net.cidr',
  types: [cidrType],
  functions: [
    declare('cidr', overload('string_to_cidr', [stringType], cidrType, cidrOf)),
    declare(
      'containsIP',
      member('cidr_contains_ip_string', [cidrType, stringType], boolType, (cidr: CidrValue, text: string) =>
        containsIp(cidr, ipOf(text)),
      ),
      member('cidr_contains_ip_ip', [cidrType, ipType], boolType, containsIp),
    ),
    declare(
      'containsCIDR',
      member('cidr_contains_cidr_string', [cidrType, stringType], boolType, (cidr: CidrValue, text: string) =>
        containsCidr(cidr, cidrOf(text)),
      ),
      member('cidr_contains_cidr', [cidrType, cidrType], boolType, containsCidr),
    ),
    declare(
      'ip',
      member('cidr_ip', [cidrType], ipType, ({ prefix }: CidrValue) => new IpValue(prefix.address)),
    ),
    declare(
      'prefixLength',
      member('cidr_prefix_length', [cidrType], intType, ({ prefix }: CidrValue) => BigInt(prefix.length)),
    ),
    declare(
      'masked',
      member(
        'cidr_masked',
        [cidrType],
        cidrType,
        ({ prefix }: CidrValue) => new CidrValue(maskedPrefix(prefix)),
      ),
    ),
    declare(
      'isCIDR',
      overload('is_cidr', [stringType], boolType, (text: string) => cidrOf(text) instanceof CidrValue),
    ),
    declare(
      'string',
      overload('cidr_to_string', [cidrType], stringType, ({ prefix }: CidrValue) => formatPrefix(prefix)),
    ),
  ],
};
