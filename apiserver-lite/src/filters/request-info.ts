import { flag, text } from '../http/query.ts';
import { parseFieldSelector } from '../selectors/field-selector.ts';
import type { Filter, RequestInfo } from '../http/request-context.ts';
import { sendText } from '../http/respond.ts';
import { ServerRequest, unknownRequest } from '../http/server-request.ts';
import type { RequestTarget } from '../http/request-target.ts';

const verbOfMethod: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** A path of which nobody can say what it asks for. */
class RequestInfoError extends Error {
  override readonly name = 'RequestInfoError';
}

const namespaceSubresources = new Set(['status', 'finalize']);
const longRunningSubresources = new Set(['attach', 'exec', 'proxy', 'log', 'portforward']);

/**
 * Reads what is asked off method and target (Kubernetes: `endpoints/request/requestinfo.go`).
 *
 *     /api/v1/namespaces/default/pods/web/log   get pods/log "web" in default
 *     /apis/apps/v1/deployments?watch=1         watch deployments everywhere
 *     /api/v1/watch/pods                        the same, as it was written long ago
 *     /healthz, /apis/apps/v1                   no resource: verb is the lower-case method
 *
 * Throws a RequestInfoError for a watch of nothing.
 */
export function requestInfoOf(method: string, { path, searchParams }: RequestTarget): RequestInfo {
  const info: RequestInfo = { ...unknownRequest, path, verb: method.toLowerCase() };
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

  info.verb = Object.hasOwn(verbOfMethod, method) ? (verbOfMethod[method] ?? '') : '';
  if (parts[0] === 'watch' || parts[0] === 'proxy') {
    if (parts.length < 2)
      throw new RequestInfoError(`unable to determine kind and namespace from url, ${path}`);
    info.verb = info.specialVerb = parts[0];
    parts = parts.slice(1);
  }
  if (parts[0] === 'namespaces' && parts.length > 1) {
    info.namespace = parts[1] ?? '';
    if (parts.length > 2 && !namespaceSubresources.has(parts[2] ?? '')) {
      info.inNamespace = true;
      parts = parts.slice(2);
    }
  }
  info.parts = parts;
  info.resource = parts[0] ?? '';
  info.name = parts[1] ?? '';
  if (info.verb !== 'proxy') info.subresource = parts[2] ?? '';

  const { fieldSelector, labelSelector, watch } = listParameters(searchParams);
  if (info.name === '' && info.verb === 'get') {
    info.verb = watch ? 'watch' : 'list';
    info.name = selectedName(fieldSelector);
  }
  if (info.name === '' && info.verb === 'delete') info.verb = 'deletecollection';
  if (info.specialVerb === '' && verbsWithSelectors.has(info.verb)) {
    info.fieldSelector = fieldSelector;
    info.labelSelector = labelSelector;
  }
  return info;
}

const verbsWithSelectors: ReadonlySet<string> = new Set(['list', 'watch', 'deletecollection']);

function splitPath(path: string): string[] {
  let start = 0;
  let end = path.length;
  while (path[start] === '/') start++;
  while (end > start && path[end - 1] === '/') end--;
  return start === end ? [] : path.slice(start, end).split('/');
}

/** What of the query decides what is asked. */
function listParameters(query: URLSearchParams): {
  fieldSelector: string;
  labelSelector: string;
  watch: boolean;
} {
  if (query.size === 0) return { fieldSelector: '', labelSelector: '', watch: false };
  return {
    fieldSelector: text(query, 'fieldSelector'),
    labelSelector: text(query, 'labelSelector'),
    watch: flag(query, 'watch') ?? false,
  };
}

/** A list of one name is a question about that name: RBAC's resourceNames cover it. */
function selectedName(fieldSelector: string): string {
  if (fieldSelector === '') return '';
  let name: string | undefined;
  try {
    name = parseFieldSelector(fieldSelector).find(
      ({ field, equals }) => field === 'metadata.name' && equals,
    )?.value;
  } catch {
    // The list itself will be refused for it.
  }
  return name === undefined || name === '.' || name === '..' || /[/%]/.test(name) ? '' : name;
}

/** Requests that may take as long as they like (Kubernetes: `filters.BasicLongRunningRequestCheck`). */
export function isLongRunning({ isResourceRequest, verb, subresource, path }: RequestInfo): boolean {
  if (!isResourceRequest) return path.startsWith('/debug/pprof/');
  return verb === 'watch' || verb === 'proxy' || longRunningSubresources.has(subresource);
}

/** Fills in `requestInfo`, on which every later stage stands. */
export function readRequestInfo(): Filter {
  return (next) => (context) => {
    try {
      context.requestInfo = requestInfoOf(context.request.method ?? 'GET', context.url);
    } catch (error) {
      if (!(error instanceof RequestInfoError)) throw error;
      const why = `failed to create RequestInfo: ${error.message}`;
      return sendText(context, 500, `Internal Server Error: ${JSON.stringify(context.url.path)}: ${why}\n`);
    }
    if (context instanceof ServerRequest) context.longRunning = isLongRunning(context.requestInfo);
    return next(context);
  };
}
