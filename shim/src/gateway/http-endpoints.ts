import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AlarmType } from '../etcdserverpb/admin-types.ts';
import type { Services } from '../rpc/services.ts';
import { debugVars } from './debug-vars.ts';
import type { JsonGateway } from './json/json-gateway.ts';

export interface HttpEndpointsOptions {
  services: Services;
  /** The etcd version that `/version` answers. */
  version: string;
  /** The text of /metrics and its content type. */
  metrics: () => Promise<{ contentType: string; text: string }>;
  /** The result of a health check, for the metrics. */
  onHealth: (healthy: boolean) => void;
  /** As `onHealth`, of one check of /livez or /readyz. */
  onCheck: (check: { type: string; name: string; passed: boolean }) => void;
  /** The JSON gateway, if it is served. */
  gateway: JsonGateway | undefined;
}

/** The endpoints, by who is allowed to see them. */
export interface HttpEndpoints {
  readonly forClients: RequestListener;
  /** Health and metrics alone. */
  readonly forScrapers: RequestListener;
}

type Endpoint = (url: URL, response: ServerResponse) => Promise<void> | void;

/** No check waits longer for the store. */
const checkTimeoutMs = 5000;

/**
 * etcd's HTTP endpoints beside gRPC: /health, /livez, /readyz, /version and /metrics (etcd:
 * `etcdserver/api/etcdhttp`).
 */
export function createHttpEndpoints(options: HttpEndpointsOptions): HttpEndpoints {
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
    '/debug/vars': async (_url, response) => {
      const { header, leader, raftIndex, raftTerm } = await options.services.maintenance.status();
      const raft = { memberId: header.memberId, leader, term: raftTerm, commitIndex: raftIndex };
      send(response, { type: 'application/json; charset=utf-8', body: debugVars(raft) });
    },
    '/health': async (url, response) => {
      const reason =
        alarmReason(options.services, new Set(url.searchParams.getAll('exclude'))) ??
        (await rangeReason(options.services, url.searchParams.get('serializable') === 'true')) ??
        '';
      const isHealthy = reason === '';
      options.onHealth(isHealthy);
      const body = JSON.stringify({ health: String(isHealthy), reason });
      if (isHealthy) send(response, { type: 'text/plain; charset=utf-8', body });
      else send(response, { status: 503, type: 'text/plain; charset=utf-8', body: `${body}\n` });
    },
  };
  const checks: Readonly<Record<string, Check>> = {
    data_corruption: () => {
      const isCorrupt = raisedAlarms(options.services).includes('CORRUPT');
      return Promise.resolve(isCorrupt ? 'alarm activated: CORRUPT' : undefined);
    },
    serializable_read: () => read(options.services, true),
    linearizable_read: () => read(options.services, false),
    non_learner: () => Promise.resolve(undefined),
  };
  const livez = { serializable_read: checks['serializable_read'] as Check };
  addChecks(endpoints, { path: '/livez', checks: livez, onCheck: options.onCheck });
  addChecks(endpoints, { path: '/readyz', checks, onCheck: options.onCheck });

  const serve = (
    request: IncomingMessage,
    response: ServerResponse,
    gateway: JsonGateway | undefined,
  ): void => {
    const base = 'http://localhost';
    const target = request.url ?? '/';
    if (!URL.canParse(target, base)) {
      return send(response, { status: 400, type: 'text/plain; charset=utf-8', body: 'Bad Request\n' });
    }
    const url = new URL(target, base);
    if (!isDecodable(url.pathname)) {
      response.shouldKeepAlive = false;
      return send(response, { status: 400, type: 'text/plain; charset=utf-8', body: '400 Bad Request' });
    }
    // The name that etcd 3.3 had for it.
    const path = url.pathname.replace(/^\/v3beta\//, '/v3/');
    if (gateway !== undefined && path.startsWith('/v3/')) {
      gateway(request, response, path).catch(() => response.destroy());
      return;
    }
    const endpoint = Object.hasOwn(endpoints, url.pathname) ? endpoints[url.pathname] : undefined;
    if (endpoint === undefined) {
      send(response, { status: 404, type: 'text/plain; charset=utf-8', body: '404 page not found\n' });
    } else if (request.method !== 'GET' && url.pathname !== '/metrics') {
      response.setHeader('Allow', 'GET');
      send(response, { status: 405, type: 'text/plain; charset=utf-8', body: 'Method Not Allowed\n' });
    } else {
      Promise.resolve(endpoint(url, response)).catch((error: unknown) => {
        send(response, { status: 500, type: 'text/plain; charset=utf-8', body: `${String(error)}\n` });
      });
    }
  };
  return {
    forClients: (request, response) => serve(request, response, options.gateway),
    forScrapers: (request, response) => serve(request, response, undefined),
  };
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** Undefined when all is well. */
type Check = () => Promise<string | undefined>;

function addChecks(
  endpoints: Record<string, Endpoint>,
  {
    path,
    checks,
    onCheck,
  }: Pick<HttpEndpointsOptions, 'onCheck'> & {
    path: string;
    checks: Readonly<Record<string, Check>>;
  },
): void {
  const answer = async (names: readonly string[], url: URL, response: ServerResponse): Promise<void> => {
    const results = await Promise.all(names.map(async (name) => [name, await checks[name]?.()] as const));
    const type = path.slice(1);
    for (const [name, failure] of results) onCheck({ type, name, passed: failure === undefined });
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

/** What alarms this shim knows of; it looks again every few seconds. */
function raisedAlarms({ maintenance }: Services): AlarmType[] {
  return maintenance.raisedAlarms().map(({ alarm }) => alarm);
}

/** etcd's word for the first alarm that is not excluded. */
function alarmReason(services: Services, excluded: ReadonlySet<string>): string | undefined {
  const alarm = raisedAlarms(services).find((type) => !excluded.has(type));
  if (alarm === undefined) return undefined;
  return alarm === 'NOSPACE' || alarm === 'CORRUPT' ? `ALARM ${alarm}` : 'ALARM UNKNOWN';
}

async function rangeReason(services: Services, isSerializable: boolean): Promise<string | undefined> {
  const failure = await read(services, isSerializable);
  return failure === undefined ? undefined : `RANGE ERROR:${failure}`;
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
