import type { Library } from '../../library.ts';
import { boolType, intType, stringType } from '../../types.ts';
import { EvaluationError } from '../../values.ts';
import { declare, member, overload } from '../declare.ts';
import {
  type Address,
  formatAddress,
  isGlobalUnicast,
  isLinkLocalMulticast,
  isLinkLocalUnicast,
  isLoopback,
  isUnspecified,
} from './address.ts';
import { ipOf, ipType, IpValue } from './network-values.ts';

const question = (name: string, id: string, ask: (address: Address) => boolean) =>
  declare(
    name,
    member(id, [ipType], boolType, ({ address }: IpValue) => ask(address)),
  );

/** `ip()`, `isIP()` and what an address tells (Kubernetes: `kubernetes.net.ip`, since 1.30). */
export const ipLibrary: Library = {
  name: 'kubernetes.net.ip',
  types: [ipType],
  functions: [
    declare('ip', overload('string_to_ip', [stringType], ipType, ipOf)),
    declare(
      'family',
      member('ip_family', [ipType], intType, ({ address }: IpValue) => (address.bits === 32 ? 4n : 6n)),
    ),
    declare(
      'ip.isCanonical',
      overload('ip_is_canonical', [stringType], boolType, (text: string) => {
        const ip = ipOf(text);
        return ip instanceof EvaluationError ? ip : formatAddress(ip.address) === text;
      }),
    ),
    question('isUnspecified', 'ip_is_unspecified', isUnspecified),
    question('isLoopback', 'ip_is_loopback', isLoopback),
    question('isLinkLocalMulticast', 'ip_is_link_local_multicast', isLinkLocalMulticast),
    question('isLinkLocalUnicast', 'ip_is_link_local_unicast', isLinkLocalUnicast),
    question('isGlobalUnicast', 'ip_is_global_unicast', isGlobalUnicast),
    declare(
      'isIP',
      overload('is_ip', [stringType], boolType, (text: string) => ipOf(text) instanceof IpValue),
    ),
    declare(
      'string',
      overload('ip_to_string', [ipType], stringType, ({ address }: IpValue) => formatAddress(address)),
    ),
  ],
};
