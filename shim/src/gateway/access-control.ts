import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';

export interface AccessControlOptions {
  /** etcd's --cors: origins that may read answers; empty or with `*`: all. */
  cors: readonly string[];
  /** etcd's --host-whitelist: names that clients may call us without TLS; empty or with `*`: all. */
  hostWhitelist: readonly string[];
}

/** Lets requests pass to `next`, or answers them itself (etcd: `embed/serve.go`, its access controller). */
export function controlAccess(options: AccessControlOptions, next: RequestListener): RequestListener {
  const { cors, hostWhitelist } = options;
  const allows = (list: readonly string[], value: string): boolean =>
    list.length === 0 || list.includes('*') || list.includes(value);

  return (request: IncomingMessage, response: ServerResponse): void => {
    const host = (request.headers.host ?? '').replace(/:\d*$/, '');
    // With TLS the certificate says who is meant: no name can be rebound to it.
    const isSecure = (request.socket as Partial<TLSSocket>).encrypted === true;
    if (!isSecure && !allows(hostWhitelist, host)) {
      response.writeHead(421, {
        'Content-Type': 'text/plain; charset=utf-8',
        'X-Content-Type-Options': 'nosniff',
      });
      response.end(`the Host header ${JSON.stringify(host)} is not in --host-whitelist (CVE-2018-5702)\n`);
      return;
    }
    const origin = request.headers.origin;
    const allowed = allows(cors, '*')
      ? '*'
      : origin !== undefined && allows(cors, origin)
        ? origin
        : undefined;
    if (allowed !== undefined) {
      response.setHeader('Access-Control-Allow-Methods', 'POST, GET, OPTIONS, PUT, DELETE');
      response.setHeader('Access-Control-Allow-Origin', allowed);
      response.setHeader('Access-Control-Allow-Headers', 'accept, content-type, authorization');
    }
    if (request.method === 'OPTIONS') {
      response.writeHead(200, { 'Content-Length': 0 });
      response.end();
      return;
    }
    next(request, response);
  };
}
