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

/** `proxy` of nodes, pods and services: answers 503, as there is no kubelet or container to connect to. */
export function proxyRest(options: SubresourceOptions): Rest {
  return {
    ...subresourceRest(options),
    async connect(context, name) {
      const { kind } = options.parent.resource;
      const target = proxiedName(name);
      if (target === undefined)
        throw badRequest(`invalid ${kind.toLowerCase()} request ${JSON.stringify(name)}`);
      await options.store.get(storeRequest(context, options.clock, false), target, '');
      throw new StatusError(
        503,
        'ServiceUnavailable',
        `error trying to reach ${kind.toLowerCase()} ${JSON.stringify(name)}: nodes are simulated, nothing listens there`,
      );
    },
  };
}
