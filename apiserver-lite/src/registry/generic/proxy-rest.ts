import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { BlockList, isIP } from 'node:net';
import type { V1Pod, V1PodStatus } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { badRequest, StatusError } from '../../api-errors/status-error.ts';
import type { Rest } from '../rest.ts';
import type { SubresourceOptions } from '../subresource-builder.ts';
import { storeRequest } from './store-rest.ts';
import { subresourceRest } from './subresource-rest.ts';

/**
 * The name in `NAME`, `NAME:PORT` or `SCHEME:NAME:PORT`; undefined: it is none of them (apimachinery:
 * `net.SplitSchemeNamePort`).
 */
function proxiedName(id: string): string | undefined {
  const parts = id.split(':');
  const scheme = parts.length === 3 ? parts.shift() : '';
  const isScheme = scheme === '' || scheme === 'http' || scheme === 'https';
  return isScheme && parts.length <= 2 && parts[0] !== '' ? parts[0] : undefined;
}

/**
 * Throws 400 for a Pod without an address that others may reach (Kubernetes: `core/pod.ResourceLocation`).
 */
function checkPodAddress(pod: KubeObject): void {
  const { podIP = '', podIPs = [] } = ((pod as V1Pod).status ?? {}) as V1PodStatus;
  const address = podIPs[0]?.ip ?? podIP;
  if (isIP(address) === 0 || notUnicast.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')) {
    throw badRequest('address not allowed');
  }
}

/** Addresses that are not global unicast: unspecified, loopback, link-local, multicast, broadcast. */
const notUnicast = new BlockList();
for (const [address, prefix] of [
  ['0.0.0.0', 32],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['255.255.255.255', 32],
] as const) {
  notUnicast.addSubnet(address, prefix, 'ipv4');
}
for (const [address, prefix] of [
  ['::', 127],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  notUnicast.addSubnet(address, prefix, 'ipv6');
}

/** `proxy` of nodes, pods and services: answers 503, as there is no kubelet or container to connect to. */
export function proxyRest(options: SubresourceOptions): Rest {
  return {
    ...subresourceRest(options),
    async connect(context, name) {
      const { kind } = options.parent.resource;
      const target = proxiedName(name);
      if (target === undefined) throw badRequest(`invalid ${kind.toLowerCase()} request ${goQuote(name)}`);
      const { object } = await options.store.get(storeRequest(context, options.clock, false), target, '');
      if (kind === 'Pod') checkPodAddress(object);
      throw new StatusError(
        503,
        'ServiceUnavailable',
        `error trying to reach ${kind.toLowerCase()} ${goQuote(name)}: nodes are simulated, nothing listens there`,
      );
    },
  };
}
