import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { recoverPanic } from '../../filters/recover-panic.ts';
import { requestInfoOf } from '../../filters/request-info.ts';
import type { ServedResources } from '../../registry/resource-table.ts';
import { ServerRequest } from '../../http/server-request.ts';
import { takeUpgrades } from '../../http/web-socket.ts';
import type { UserInfo } from '../../http/request-context.ts';
import { createResourceHandler, type ResourceHandlerOptions } from '../resource-handler.ts';
import { encodeStatus } from '../write-response.ts';

/** A response, read to its end. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // oxlint-disable-next-line typescript/no-explicit-any
  json: any;
}

/** Body and headers of a request. */
export interface SendOptions {
  body?: unknown;
  headers?: Record<string, string>;
}

/** The impersonated user, else a master: there are no filters that would authenticate one. */
function userOf(headers: IncomingHttpHeaders): UserInfo {
  const name = headers['impersonate-user'];
  if (name === undefined)
    return { name: 'admin', uid: 'admin-uid', groups: ['system:masters', 'system:authenticated'] };
  const groups = [headers['impersonate-group'] ?? []].flat();
  return { name: String(name), groups: [...groups, 'system:authenticated'] };
}

/** The endpoints over plain HTTP, without the filters that guard them. */
export class EndpointServer {
  readonly url: string;
  readonly #close: () => Promise<void>;

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url;
    this.#close = close;
  }

  static async start(
    resources: ServedResources,
    options: Omit<ResourceHandlerOptions, 'resources'> = {},
  ): Promise<EndpointServer> {
    const log = pino({ level: 'silent' });
    const handler = recoverPanic(encodeStatus)(createResourceHandler({ resources, ...options }));
    const take = (request: IncomingMessage, response: ServerResponse): void => {
      const context = new ServerRequest({ request, response, log, receivedAt: 0 });
      context.requestInfo = requestInfoOf(request.method ?? 'GET', context.url);
      context.user = userOf(request.headers);
      response.once('close', () => {
        context.cancel(new Error('closed'));
      });
      void handler(context);
    };
    const server = createServer(take);
    takeUpgrades(server, take);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return new EndpointServer(`http://127.0.0.1:${port}`, async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });
  }

  /** One request; a body that isn't text is sent as JSON. */
  async send(method: string, path: string, { body, headers = {} }: SendOptions = {}): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        'user-agent': 'kubectl/v1.36.0 (linux/amd64)',
        'content-type': 'application/json',
        ...headers,
      },
      ...(body === undefined
        ? {}
        : {
            body:
              typeof body === 'string' || body instanceof Uint8Array
                ? (body as string)
                : JSON.stringify(body),
          }),
    });
    const text = await response.text();
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    return { status: response.status, headers: response.headers, text, json };
  }

  /** Cuts what is open. */
  close(): Promise<void> {
    return this.#close();
  }
}
