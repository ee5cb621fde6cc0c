import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Services } from '../rpc/services.ts';

export interface HttpEndpointsOptions {
  services: Services;
  /** The etcd version that clients are told. */
  version: string;
  /** The text of /metrics and its content type. */
  metrics: () => Promise<{ contentType: string; text: string }>;
  /** The result of a health check, for the metrics. */
  onHealth: (healthy: boolean) => void;
}

type Endpoint = (url: URL, response: ServerResponse) => Promise<void> | void;

/** No check waits longer for the store. */
const checkTimeoutMs = 5000;

/**
 * etcd's HTTP endpoints beside gRPC: /health, /livez, /readyz, /version and /metrics (etcd: `etcdserver/api/etcdhttp`).
 */
export function createHttpEndpoints(options: HttpEndpointsOptions): RequestListener {
  const { version, metrics } = options;
  const minor = version.replace(/^(\d+)\.(\d+).*$/, '$1.$2.0');

  const endpoints: Record<string, Endpoint> = {
    '/version': (_url, response) =>
      send(response, {
        type: 'application/json',
        body: JSON.stringify({ etcdserver: version, etcdcluster: minor, storage: minor }),
      }),
    '/metrics': async (_url, response) => {
      const { contentType, text } = await metrics();
      send(response, { type: contentType, body: text });
    },
    '/health': async (url, response) => {
      const failure = await read(options.services, url.searchParams.get('serializable') === 'true');
      options.onHealth(failure === undefined);
      const reason = failure === undefined ? '' : `RANGE ERROR:${failure}`;
      const body = JSON.stringify({ health: String(failure === undefined), reason });
      if (failure === undefined) send(response, { type: 'text/plain; charset=utf-8', body });
      else send(response, { status: 503, type: 'text/plain; charset=utf-8', body: `${body}\n` });
    },
  };
  const checks: Readonly<Record<string, Check>> = {
    data_corruption: () => Promise.resolve(undefined),
    serializable_read: () => read(options.services, true),
    linearizable_read: () => read(options.services, false),
    non_learner: () => Promise.resolve(undefined),
  };
  addChecks(endpoints, '/livez', { serializable_read: checks['serializable_read'] as Check });
  addChecks(endpoints, '/readyz', checks);

  return (request: IncomingMessage, response: ServerResponse): void => {
    const base = 'http://localhost';
    const target = request.url ?? '/';
    if (!URL.canParse(target, base)) {
      return send(response, { status: 400, type: 'text/plain; charset=utf-8', body: 'Bad Request\n' });
    }
    const url = new URL(target, base);
    const endpoint = Object.hasOwn(endpoints, url.pathname) ? endpoints[url.pathname] : undefined;
    if (endpoint === undefined) {
      send(response, { status: 404, type: 'text/plain; charset=utf-8', body: '404 page not found\n' });
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET');
      send(response, { status: 405, type: 'text/plain; charset=utf-8', body: 'Method Not Allowed\n' });
    } else {
      Promise.resolve(endpoint(url, response)).catch((error: unknown) => {
        send(response, { status: 500, type: 'text/plain; charset=utf-8', body: `${String(error)}\n` });
      });
    }
  };
}

/** Undefined when all is well. */
type Check = () => Promise<string | undefined>;

function addChecks(
  endpoints: Record<string, Endpoint>,
  path: string,
  checks: Readonly<Record<string, Check>>,
): void {
  const answer = async (names: readonly string[], url: URL, response: ServerResponse): Promise<void> => {
    const results = await Promise.all(names.map(async (name) => [name, await checks[name]?.()] as const));
    const report = results
      .map(([name, failure]) =>
        failure === undefined ? `[+]${name} ok\n` : `[-]${name} failed: ${failure}\n`,
      )
      .join('');
    const isHealthy = results.every(([, failure]) => failure === undefined);
    send(response, {
      status: isHealthy ? 200 : 503,
      type: 'text/plain; charset=utf-8',
      body: isHealthy ? `${url.searchParams.has('verbose') ? report : ''}ok\n` : report,
    });
  };
  endpoints[path] = (url, response) => {
    const excluded = new Set(url.searchParams.getAll('exclude'));
    return answer(
      Object.keys(checks).filter((name) => !excluded.has(name)),
      url,
      response,
    );
  };
  for (const name of Object.keys(checks)) {
    endpoints[`${path}/${name}`] = (url, response) => answer([name], url, response);
  }
}

/** Reads one key at most; undefined, or why it failed. */
async function read({ kv }: Services, serializable: boolean): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('etcdserver: request timed out')), checkTimeoutMs);
  });
  const request = { key: Uint8Array.of(0), keysOnly: true, limit: 1, serializable };
  try {
    await Promise.race([kv.range(request), timeout]);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    clearTimeout(timer);
  }
}

function send(response: ServerResponse, answer: { status?: number; type: string; body: string }): void {
  if (response.headersSent) return void response.end();
  response.writeHead(answer.status ?? 200, {
    'Content-Type': answer.type,
    'Content-Length': Buffer.byteLength(answer.body),
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(answer.body);
}
