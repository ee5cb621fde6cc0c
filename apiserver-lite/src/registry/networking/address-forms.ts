import { formatAddress, parseAddress } from '../core/service/allocation/ip-range.ts';

/** Whether an IPv4 address has leading zeros, `010.0.0.1`. */
export const hasLeadingZeros = (address: string) => !address.includes(':') && /(?:^|\.)0\d/.test(address);

/** Whether an IPv6 address stands for an IPv4 one, `::ffff:10.0.0.1`. */
export const isMapped = (address: string) =>
  /^::ffff:[0-9a-f]+:[0-9a-f]+$/.test(formatAddress(parseAddress(address)));
