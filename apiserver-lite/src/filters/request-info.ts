import type { Filter, RequestInfo } from '../server/request-context.ts';
import { RequestScope } from '../server/request-scope.ts';
import { badRequest } from '../server/status-error.ts';

const verbOfMethod: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

const namespaceSubresources = new Set(['status', 'finalize']);
const longRunningSubresources = new Set(['attach', 'exec', 'proxy', 'log', 'portforward']);

/**
 * Reads what is asked off method and URL (Kubernetes: `endpoints/request/requestinfo.go`).
 *
 *     /api/v1/namespaces/default/pods/web/log   get pods/log "web" in default
 *     /apis/apps/v1/deployments?watch=1         watch deployments everywhere
 *     /api/v1/watch/pods                        the same, as it was written long ago
 *     /healthz, /apis/apps/v1                   no resource: verb is the lower-case method
 *
 * Throws URIError for an escape that is none, and a StatusError for a watch of nothing.
 */
export function requestInfoOf(method: string, url: URL): RequestInfo {
  const path = url.pathname.includes('%') ? decodeURIComponent(url.pathname) : url.pathname;
  const info = {
    isResourceRequest: false,
    path,
    verb: method.toLowerCase(),
    apiPrefix: '',
    apiGroup: '',
    apiVersion: '',
    namespace: '',
    resource: '',
    subresource: '',
    name: '',
    parts: [] as readonly string[],
    fieldSelector: '',
    labelSelector: '',
  };
  let parts = splitPath(path);
  if (parts.length < 3) return info;
  const prefix = parts[0];
  if (prefix !== 'api' && prefix !== 'apis') return info;
  info.apiPrefix = prefix;
  if (prefix === 'apis') {
    if (parts.length < 4) return info;
    info.apiGroup = parts[1] ?? '';
    parts = parts.slice(2);
  } else {
    parts = parts.slice(1);
  }
  info.isResourceRequest = true;
  info.apiVersion = parts[0] ?? '';
  parts = parts.slice(1);

  info.verb = verbOfMethod[method] ?? '';
  if (parts[0] === 'watch' || parts[0] === 'proxy') {
    if (parts.length < 2) throw badRequest(`unable to determine kind and namespace from url, ${path}`);
    info.verb = parts[0];
    parts = parts.slice(1);
  }
  if (parts[0] === 'namespaces' && parts.length > 1) {
    info.namespace = parts[1] ?? '';
    if (parts.length > 2 && !namespaceSubresources.has(parts[2] ?? '')) parts = parts.slice(2);
  }
  info.parts = parts;
  info.resource = parts[0] ?? '';
  info.name = parts[1] ?? '';
  if (info.verb !== 'proxy') info.subresource = parts[2] ?? '';

  if (url.search !== '') {
    info.fieldSelector = url.searchParams.get('fieldSelector') ?? '';
    info.labelSelector = url.searchParams.get('labelSelector') ?? '';
  }
  if (info.name === '' && info.verb === 'get') info.verb = asksToWatch(url) ? 'watch' : 'list';
  if (info.name === '' && info.verb === 'delete') info.verb = 'deletecollection';
  if (
    info.name === '' &&
    (info.verb === 'list' || info.verb === 'watch' || info.verb === 'deletecollection')
  ) {
    info.name = selectedName(info.fieldSelector);
  }
  return info;
}

function splitPath(path: string): string[] {
  let start = 0;
  let end = path.length;
  while (path[start] === '/') start++;
  while (end > start && path[end - 1] === '/') end--;
  return start === end ? [] : path.slice(start, end).split('/');
}

/** A flag of the query as Go reads it: there and not `false` or `0`. */
function asksToWatch(url: URL): boolean {
  if (url.search === '') return false;
  const value = url.searchParams.get('watch');
  return value !== null && value !== 'false' && value !== '0';
}

/** A list of one name is a question about that name: RBAC's resourceNames cover it. */
function selectedName(fieldSelector: string): string {
  for (const requirement of fieldSelector.split(',')) {
    const match = /^metadata\.name==?([^=/%]+)$/.exec(requirement);
    if (match?.[1] !== undefined && match[1] !== '.' && match[1] !== '..') return match[1];
  }
  return '';
}

/** Requests that may take as long as they like (Kubernetes: `filters.BasicLongRunningRequestCheck`). */
export function isLongRunning({ isResourceRequest, verb, subresource }: RequestInfo): boolean {
  if (!isResourceRequest) return false;
  return verb === 'watch' || verb === 'proxy' || longRunningSubresources.has(subresource);
}

/** Fills in `requestInfo`, on which every later stage stands. */
export function readRequestInfo(): Filter {
  return (next) => (context) => {
    context.requestInfo = readInfo(context.request.method ?? 'GET', context.url);
    if (context instanceof RequestScope) context.longRunning = isLongRunning(context.requestInfo);
    return next(context);
  };
}

function readInfo(method: string, url: URL): RequestInfo {
  try {
    return requestInfoOf(method, url);
  } catch (error) {
    throw error instanceof URIError ? badRequest(`invalid URL escape in ${url.pathname}`) : error;
  }
}
