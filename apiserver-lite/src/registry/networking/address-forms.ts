import { formatAddress, parseAddress } from '../core/service/allocation/ip-range.ts';

export const hasLeadingZeros = (address: string) => !address.includes(':') && /(?:^|\.)0\d/.test(address);

export const isMapped = (address: string) =>
  /^::ffff:[0-9a-f]+:[0-9a-f]+$/.test(formatAddress(parseAddress(address)));
