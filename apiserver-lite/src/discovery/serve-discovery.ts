import { createHash } from 'node:crypto';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { parseAccept } from '../endpoints/negotiation/accept.ts';
import type { AcceptClause } from '../endpoints/negotiation/accept.ts';
import { negotiateOutput } from '../endpoints/negotiation/output.ts';
import { wantsPretty } from '../endpoints/negotiation/pretty.ts';
import { encodeValue } from '../endpoints/write-response.ts';
import type { ServedResources } from '../registry/resource-table.ts';
import type { PathRouter } from '../http/path-router.ts';
import { PathTable } from '../http/path-table.ts';
import type { Handler, RequestContext } from '../http/request-context.ts';
import { responseOf } from '../http/server-request.ts';
import { sendBody } from '../http/respond.ts';
import { aggregatedDocument } from './aggregated-document.ts';
import type { AggregatedVersion } from './aggregated-document.ts';
import { ApiTree, type ApiGroup } from './api-tree.ts';
import { coreVersions, groupDocument, groupList, resourceList } from './legacy-documents.ts';

/** What discovery documents are made from. */
export interface DiscoveryOptions {
  resources: ServedResources;
  /** `host:port` of this server, as `/api` names it. */
  serverAddress: () => string;
}

/**
 * Serves what clients ask first: which groups, versions and resources there are. Each document is made when first asked for, and
 * kept as long as what it is about is served unchanged.
 */
export function serveDiscovery(router: PathRouter, { resources, serverAddress }: DiscoveryOptions): void {
  const tree = new ApiTree(resources);
  const documents = new WeakMap<object, Handler>();
  let made: { groups: readonly ApiGroup[]; paths: PathTable } | undefined;
  router.mount(() => {
    const groups = tree.groups();
    if (made?.groups !== groups)
      made = { groups, paths: discoveryPaths(groups, { serverAddress, documents }) };
    return made.paths;
  });
}

interface DiscoveryParts {
  serverAddress: () => string;
  /** Handlers that were made for groups and versions. */
  documents: WeakMap<object, Handler>;
}

function discoveryPaths(
  groups: readonly ApiGroup[],
  { serverAddress, documents }: DiscoveryParts,
): PathTable {
  const paths = new PathTable();
  const core = groups.filter(({ name }) => name === '');
  const others = groups.filter(({ name }) => name !== '');
  const kept = (about: object, make: () => unknown): Handler => {
    const handler = documents.get(about) ?? document(make);
    documents.set(about, handler);
    return handler;
  };
  paths.service(
    '/api',
    negotiated(core, () => coreVersions(core[0], serverAddress())),
  );
  const list = negotiated(others, () => groupList(others));
  paths.any('/apis', list);
  paths.any('/apis/', list);
  for (const group of groups) {
    if (group.name !== '')
      serveGroup(
        paths,
        `/apis/${group.name}`,
        kept(group, () => groupDocument(group)),
      );
    for (const version of group.versions) {
      const path = group.name === '' ? `/api/${version.version}` : `/apis/${group.name}/${version.version}`;
      paths.service(
        path,
        kept(version, () => resourceList(version)),
      );
    }
  }
  return paths;
}

/** As the aggregator lists a group: with any method; below it, what is wrong is a Status. */
function serveGroup(paths: PathTable, path: string, handler: Handler): void {
  paths.any(path, handler);
  paths.unlisted(`${path}/`, handler);
  paths.claim(path);
}

interface Document {
  body: Buffer;
  contentType: string;
  etag: string;
}

/** An old document, in any form that objects are written in; each form is made once. */
function document(make: () => unknown): Handler {
  const get = once(() => withVersion(make() as KubeObject));
  const bodies = new Map<string, Uint8Array>();
  return async (context) => {
    const { mediaType } = negotiateOutput(context.request.headers.accept, { transforms: false });
    const form = `${mediaType} ${wantsPretty(context)}`;
    let body = bodies.get(form);
    if (body === undefined) {
      body = encodeValue(context, get(), mediaType);
      bodies.set(form, body);
    }
    await sendBody(context, { code: 200, contentType: mediaType, body });
  };
}

/** The oldest documents don't tell their version in JSON; their envelope in protobuf does. */
function withVersion(document: KubeObject): KubeObject {
  return 'apiVersion' in document
    ? document
    : Object.defineProperty(document, 'apiVersion', { value: 'v1', enumerable: false });
}

/** The old document, or the aggregated one for those who say that they understand it. */
function negotiated(groups: readonly ApiGroup[], legacy: () => unknown): Handler {
  const plain = document(legacy);
  const documents = {
    v2: once(() => aggregated(groups, 'v2')),
    v2beta1: once(() => aggregated(groups, 'v2beta1')),
  };
  return async (context) => {
    // Who understands the new form gets it, even where the old one stands before it.
    const version = accepts(context)
      .map((clause) => aggregatedVersion(clause))
      .find((wanted) => wanted !== undefined);
    if (version === undefined) await plain(context);
    else await send(context, documents[version]());
  };
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
  response.setHeader('Vary', 'Accept');
  response.setHeader('ETag', etag);
  // Clients may keep it, but must ask whether it still holds.
  response.setHeader('Cache-Control', 'public');
  if (context.request.headers['if-none-match'] === etag) {
    response.statusCode = 304;
    response.end();
    return;
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

function aggregatedVersion(clause: AcceptClause): AggregatedVersion | undefined {
  const { parameters } = clause;
  if (!isJson(clause)) return undefined;
  if (parameters.get('as') !== 'APIGroupDiscoveryList' || parameters.get('g') !== 'apidiscovery.k8s.io')
    return undefined;
  const version = parameters.get('v');
  return version === 'v2' || version === 'v2beta1' ? version : undefined;
}

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
