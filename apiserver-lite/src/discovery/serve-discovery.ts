import { createHash } from 'node:crypto';
import { parseAccept } from '../endpoints/negotiation/accept.ts';
import type { AcceptClause } from '../endpoints/negotiation/accept.ts';
import type { Registry } from '../registry/rest.ts';
import type { PathRouter } from '../server/path-router.ts';
import type { Handler, RequestContext } from '../server/request-context.ts';
import { responseOf } from '../server/request-scope.ts';
import { sendBody } from '../server/respond.ts';
import { notAcceptable } from '../server/status-error.ts';
import { aggregatedDocument } from './aggregated-document.ts';
import type { AggregatedVersion } from './aggregated-document.ts';
import { apiTree } from './api-tree.ts';
import type { ApiGroup } from './api-tree.ts';
import { coreVersions, groupDocument, groupList, resourceList } from './legacy-documents.ts';

export interface DiscoveryOptions {
  registry: Registry;
  /** `host:port` of this server, as `/api` names it. */
  serverAddress: () => string;
}

/** Serves what clients ask first: which groups, versions and resources there are. Each document is made once, at first use. */
export function serveDiscovery(router: PathRouter, { registry, serverAddress }: DiscoveryOptions): void {
  const groups = apiTree(registry);
  const core = groups.filter(({ name }) => name === '');
  const others = groups.filter(({ name }) => name !== '');
  router.get(
    '/api',
    negotiated(core, () => coreVersions(core[0], serverAddress())),
  );
  router.get(
    '/apis',
    negotiated(others, () => groupList(others)),
  );
  for (const group of groups) {
    if (group.name !== '')
      router.get(
        `/apis/${group.name}`,
        document(() => groupDocument(group)),
      );
    for (const version of group.versions) {
      const path = group.name === '' ? `/api/${version.version}` : `/apis/${group.name}/${version.version}`;
      router.get(
        path,
        document(() => resourceList(version)),
      );
    }
  }
}

interface Document {
  body: Buffer;
  contentType: string;
  /** Only aggregated documents have one. */
  etag?: string;
}

/** One document for all who take JSON. */
function document(make: () => unknown): Handler {
  const get = once(() => plain(make()));
  return async (context) => {
    if (!accepts(context).some((clause) => isJson(clause))) throw notAcceptable(['application/json']);
    await send(context, get());
  };
}

/** The old document, or the aggregated one for those who say that they understand it. */
function negotiated(groups: readonly ApiGroup[], legacy: () => unknown): Handler {
  const documents = {
    legacy: once(() => plain(legacy())),
    v2: once(() => aggregated(groups, 'v2')),
    v2beta1: once(() => aggregated(groups, 'v2beta1')),
  };
  return async (context) => {
    responseOf(context).setHeader('Vary', 'Accept');
    const wanted = accepts(context)
      .map((clause) => preferredForm(clause))
      .find((form) => form !== undefined);
    if (wanted === undefined) throw notAcceptable(['application/json']);
    await send(context, documents[wanted]());
  };
}

function plain(value: unknown): Document {
  return { body: Buffer.from(`${JSON.stringify(value)}\n`), contentType: 'application/json' };
}

function aggregated(groups: readonly ApiGroup[], version: AggregatedVersion): Document {
  const body = Buffer.from(`${JSON.stringify(aggregatedDocument(groups, version))}\n`);
  return {
    body,
    contentType: `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
    etag: `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"`,
  };
}

async function send(context: RequestContext, { body, contentType, etag }: Document): Promise<void> {
  const response = responseOf(context);
  if (etag !== undefined) {
    response.setHeader('ETag', etag);
    // Clients may keep it, but must ask whether it still holds.
    response.setHeader('Cache-Control', 'public');
    if (context.request.headers['if-none-match'] === etag) {
      response.statusCode = 304;
      response.end();
      return;
    }
  }
  await sendBody(context, { code: 200, contentType, body });
}

function accepts({ request }: RequestContext): readonly AcceptClause[] {
  return parseAccept(request.headers.accept || '*/*');
}

function isJson({ type, subtype, quality }: AcceptClause): boolean {
  if (quality <= 0) return false;
  return type === '*' || (type === 'application' && (subtype === 'json' || subtype === '*'));
}

function preferredForm(clause: AcceptClause): 'legacy' | AggregatedVersion | undefined {
  if (!isJson(clause)) return undefined;
  const { parameters } = clause;
  if (!parameters.has('as')) return 'legacy';
  if (parameters.get('as') !== 'APIGroupDiscoveryList' || parameters.get('g') !== 'apidiscovery.k8s.io')
    return undefined;
  const version = parameters.get('v');
  return version === 'v2' || version === 'v2beta1' ? version : undefined;
}

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
