import type { OutgoingHttpHeaders } from 'node:http';
import type { AggregatorOptions } from '../apiserver-options.ts';
import type { UserInfo } from '../http/request-context.ts';
import type { Destination, OutgoingAnswer, OutgoingClient } from '../outgoing/outgoing-client.ts';
import type { NetworkAddress } from '../outgoing/service-resolver.ts';
import type { RemoteService } from './api-service.ts';
import { remoteUserHeaders } from './remote-user-headers.ts';

/** Calls servers behind APIServices, with the certificate by which they know this server. */
export class ExtensionServers {
  readonly client: OutgoingClient;
  readonly #options: Pick<AggregatorOptions, 'cert' | 'key'>;

  constructor(client: OutgoingClient, options: Pick<AggregatorOptions, 'cert' | 'key'>) {
    this.client = client;
    this.#options = options;
  }

  /** Where a path of a server is. `address`: the one to call. Default: any of the Service's. */
  destination(
    { service, caBundle, insecure }: RemoteService,
    path: string,
    address?: NetworkAddress,
  ): Destination {
    const { cert, key } = this.#options;
    const serverName = `${service.name}.${service.namespace}.svc`;
    const host = address === undefined ? serverName : hostText(address);
    return {
      url: new URL(`https://${host}${path}`),
      ...(address === undefined ? { service } : {}),
      tls: {
        serverName,
        insecure,
        ...(caBundle === '' ? {} : { ca: caBundle }),
        ...(cert === undefined || key === undefined ? {} : { cert, key }),
      },
    };
  }

  /** Asks a server something for the API server itself. Rejects with an OutgoingError. */
  get(
    remote: RemoteService,
    path: string,
    options: {
      user: UserInfo;
      headers?: OutgoingHttpHeaders;
      timeoutMs: number;
      address?: NetworkAddress;
      maxBytes?: number;
    },
  ): Promise<OutgoingAnswer> {
    const { user, headers, timeoutMs, address, maxBytes = maxDocumentBytes } = options;
    return this.client.call({
      ...this.destination(remote, path, address),
      headers: { ...headers, ...remoteUserHeaders(user) },
      timeoutMs,
      maxBytes,
    });
  }
}

/** Of a discovery or OpenAPI document. */
const maxDocumentBytes = 32 * 1024 * 1024;

/** `10.0.0.1:443`, `[fd00::1]:443` */
export function hostText({ host, port }: NetworkAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
