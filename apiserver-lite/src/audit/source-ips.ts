import { isIP } from 'node:net';
import type { HttpRequest } from '../http/request-context.ts';

/**
 * Where a request comes from, the farthest first: what proxies say in `X-Forwarded-For` and `X-Real-Ip`, then
 * the address of the connection. Headers can be made up: this is for records only (Kubernetes:
 * `util/net.SourceIPs`).
 */
export function sourceIps({ headers, socket }: HttpRequest): string[] {
  const addresses: string[] = [];
  for (const part of [headers['x-forwarded-for'] ?? []].flat().join(',').split(',')) {
    const address = addressOf(part.trim());
    if (address !== undefined) addresses.push(address);
  }
  const real = addressOf([headers['x-real-ip'] ?? ''].flat()[0] ?? '');
  if (real !== undefined && !addresses.includes(real)) addresses.push(real);
  const remote = addressOf(socket?.remoteAddress ?? '');
  if (remote !== undefined && addresses.at(-1) !== remote) addresses.push(remote);
  return addresses;
}

function addressOf(text: string): string | undefined {
  const address = text.startsWith('::ffff:') && text.includes('.') ? text.slice(7) : text;
  return isIP(address) === 0 ? undefined : address;
}
