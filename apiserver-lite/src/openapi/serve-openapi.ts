import { createHash } from 'node:crypto';
import { stringifyJson } from '@pg8s/k8s-proto/json';
import { parseAccept } from '../endpoints/negotiation/accept.ts';
import { ApiTree, type ApiGroup } from '../discovery/api-tree.ts';
import type { RequestMetrics } from '../metrics/request-metrics.ts';
import type { ServedResources } from '../registry/resource-table.ts';
import type { PathRouter } from '../http/path-router.ts';
import type { Handler, RequestContext } from '../http/request-context.ts';
import { versionInfo } from '../discovery/version-info.ts';
import { documentV2, documentV2Text } from './document-v2.ts';
import { isCustomGroup } from './custom-operations.ts';
import { documentOf, groupDocumentV3, versionDocument } from './document-v3.ts';
import { jsonDocument, LazyDocument } from './lazy-document.ts';
import { mergedSpecs } from './merge-specs.ts';
import type { RemoteDocuments } from './remote-documents.ts';
import { rootPaths } from './root-paths.ts';
import { schemaTable } from './schema-table.ts';
import { protobufV2 } from './v2-protobuf.ts';
import { protobufV3 } from './v3-protobuf.ts';

/** To be raised when the documents change though neither the tables nor the served resources do. */
const documentRevision = 6;

const oneYearMs = 365 * 24 * 3600 * 1000;

const v2ProtobufTypes: readonly string[] = [
  'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
  'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
];

const v3ProtobufTypes: readonly string[] = v2ProtobufTypes.map((type) => type.replace('spec.v2', 'spec.v3'));

/** What OpenAPI documents are made from. */
export interface OpenApiOptions {
  resources: ServedResources;
  /** Whether the issuer of service account tokens is described (`/.well-known/openid-configuration`). */
  openId: boolean;
  /** Documents of other servers. Default: none. */
  remote?: RemoteDocuments;
  /** Default: nothing is counted. */
  metrics?: RequestMetrics;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

interface Page {
  path: string;
  hash: string;
  /** When what it is made from came to be: the start of the server, or the change that it followed. */
  lastModified: string;
  json: LazyDocument;
  protobuf: LazyDocument;
}

/** Everything about one state of what is served. */
interface Documents {
  groups: readonly ApiGroup[];
  /** Of the documents of other servers. */
  remoteVersion: number | undefined;
  pages: ReadonlyMap<string, Page>;
  index: LazyDocument;
  v2: Handler;
  lastModified: string;
}

/**
 * Serves `/openapi/v3`, an index of documents with their hashes, each document below it, and all in one on
 * `/openapi/v2` (Kubernetes: `kube-openapi/pkg/handler3`). Documents are made when first asked for, and kept
 * until what they are about changes; their hashes, which clients keep documents by, are of what the documents
 * are made from.
 */
export function serveOpenApi(
  router: PathRouter,
  { resources, openId, remote, metrics, now = Date.now }: OpenApiOptions,
): void {
  const tree = new ApiTree(resources);
  const startedAt = now();
  let known: Documents | undefined;
  const load = (): Documents => {
    const groups = tree.groups();
    if (known?.groups !== groups || known.remoteVersion !== remote?.version) {
      const lastModified = new Date(known === undefined ? startedAt : now()).toUTCString();
      known = documentsOf(groups, { openId, lastModified, remote, before: known?.pages });
    }
    return known;
  };
  const counted = (handler: Handler, path: string): Handler =>
    metrics === undefined ? handler : metrics.countedPath(path, '', handler);
  const sendIndex: Handler = (context) => {
    const { index, lastModified } = load();
    return index.send(context, lastModified);
  };
  router.any('/openapi/v3', counted(sendIndex, 'openapi/v3'));
  const sendBelow: Handler = (context) => {
    const path = context.requestInfo.path.slice('/openapi/v3/'.length);
    const other = remote?.handlerOf(path);
    if (other !== undefined) return other(context);
    const page = load().pages.get(path);
    return page === undefined ? sendNothing(context) : sendPage(context, page, now);
  };
  router.below('/openapi/v3/', counted(sendBelow, 'openapi/v3/'), true);
  router.any('/openapi/v2', (context) => load().v2(context));
}

interface DocumentsOptions {
  openId: boolean;
  lastModified: string;
  remote: RemoteDocuments | undefined;
  /** The pages of the state before: those that still hold are kept. */
  before: ReadonlyMap<string, Page> | undefined;
}

function documentsOf(groups: readonly ApiGroup[], options: DocumentsOptions): Documents {
  const { openId, lastModified, remote } = options;
  const pages = pagesOf(groups, options);
  const specs = remote?.specs() ?? [];
  const merged = async () => mergedSpecs(await documentV2(groups, { openId }), specs);
  const text = async () =>
    specs.length === 0 ? documentV2Text(groups, { openId }) : stringifyJson(await merged());
  const v2 = v2Handler(text, merged, lastModified);
  const index = indexOf(pages, remote?.index() ?? {});
  return { groups, remoteVersion: remote?.version, pages, index, v2, lastModified };
}

/** A document that there is not, in as many words as kube-openapi has for it. */
async function sendNothing(context: RequestContext): Promise<void> {
  const { response } = context;
  response.statusCode = 404;
  response.end();
}

function pagesOf(
  groups: readonly ApiGroup[],
  { openId, lastModified, before }: DocumentsOptions,
): Map<string, Page> {
  const pages = new Map<string, Page>();
  const add = (path: string, source: object, make: () => Promise<unknown>): void => {
    const hash = hashOf(path, source);
    const former = before?.get(path);
    pages.set(path, former?.hash === hash ? former : pageOf({ path, hash, lastModified, make }));
  };
  for (const [path, item] of Object.entries(rootPaths({ openId }))) add(path, item, () => documentOf([item]));
  for (const group of groups) {
    if (group.name !== '' && !isCustomGroup(group))
      add(`apis/${group.name}`, { name: group.name }, () => groupDocumentV3(group));
    for (const version of group.versions) {
      const path = group.name === '' ? `api/${version.version}` : `apis/${group.name}/${version.version}`;
      add(path, version, () => versionDocument(version));
    }
  }
  return pages;
}

const hashes = new WeakMap<object, string>();

/** The hash of a document by what it is made from; of the same object only once. */
function hashOf(path: string, source: object): string {
  const known = hashes.get(source);
  if (known !== undefined) return known;
  const base = `${documentRevision} ${versionInfo.gitVersion} ${schemaTable().digest}`;
  const hash = createHash('sha512')
    .update(`${base} ${path} ${JSON.stringify(source)}`)
    .digest('hex')
    .toUpperCase();
  hashes.set(source, hash);
  return hash;
}

function pageOf({
  make,
  ...page
}: Pick<Page, 'path' | 'hash' | 'lastModified'> & { make: () => Promise<unknown> }): Page {
  const [contentType = ''] = v3ProtobufTypes;
  const protobuf = new LazyDocument({ contentType }, async () => protobufV3(await make()));
  return { ...page, json: jsonDocument(make), protobuf };
}

function indexOf(pages: ReadonlyMap<string, Page>, remote: Readonly<Record<string, unknown>>): LazyDocument {
  const own = [...pages.values()].map(({ path, hash }): [string, unknown] => [
    path,
    { serverRelativeURL: relativeUrl(path, hash) },
  ]);
  const paths = [...new Map([...own, ...Object.entries(remote)])].sort(([left], [right]) =>
    left < right ? -1 : 1,
  );
  // Its type is what an HTTP server takes it for that has to guess, as the aggregator does not say it.
  return jsonDocument(() => Promise.resolve({ paths: Object.fromEntries(paths) as unknown }), {
    contentType: 'text/plain; charset=utf-8',
    untagged: true,
  });
}

function relativeUrl(path: string, hash: string): string {
  return `/openapi/v3/${path}?hash=${hash}`;
}

async function sendPage(
  context: RequestContext,
  { path, hash, lastModified, json, protobuf }: Page,
  now: () => number,
): Promise<void> {
  const { response } = context;
  const asked = context.url.searchParams.get('hash');
  if (asked !== null && asked !== hash) {
    response.statusCode = 301;
    response.setHeader('Location', relativeUrl(path, hash));
    response.setHeader('Content-Type', 'application/json');
    response.setHeader('Vary', 'Accept');
    response.end();
    return;
  }
  // Where nothing can be read of the header, nothing is answered.
  if (acceptedBy(context).length === 0) {
    response.end();
    return;
  }
  response.setHeader('Vary', 'Accept');
  const document = preferred(context, { json, protobuf, protobufTypes: v3ProtobufTypes });
  if (document !== undefined && asked !== null) {
    // What has this hash never changes.
    response.setHeader('Cache-Control', 'public, immutable');
    response.setHeader('Expires', new Date(now() + oneYearMs).toUTCString());
  }
  await sendPreferred(context, document, lastModified);
}

/** Answers with the document, or with 406 and nothing else where there is none that the client takes. */
async function sendPreferred(
  context: RequestContext,
  document: LazyDocument | undefined,
  lastModified: string,
): Promise<void> {
  if (document !== undefined) return document.send(context, lastModified);
  const { response } = context;
  response.statusCode = 406;
  response.end();
}

function v2Handler(
  text: () => Promise<string>,
  make: () => Promise<Record<string, unknown>>,
  lastModified: string,
): Handler {
  const json = new LazyDocument({ contentType: 'application/json', compresses: true }, async () =>
    Buffer.from(await text()),
  );
  const [contentType = ''] = v2ProtobufTypes;
  const protobuf = new LazyDocument({ contentType, compresses: true }, async () => protobufV2(await make()));
  return async (context) => {
    context.response.setHeader('Vary', 'Accept-Encoding, Accept');
    const document = preferred(context, { json, protobuf, protobufTypes: v2ProtobufTypes });
    await sendPreferred(context, document, lastModified);
  };
}

function acceptedBy({ request }: RequestContext): ReturnType<typeof parseAccept> {
  return parseAccept(request.headers.accept || '*/*');
}

interface Forms {
  json: LazyDocument;
  protobuf: LazyDocument;
  protobufTypes: readonly string[];
}

/** The form that the client likes best of those that there are. */
function preferred(
  context: RequestContext,
  { json, protobuf, protobufTypes }: Forms,
): LazyDocument | undefined {
  for (const { type, subtype } of acceptedBy(context)) {
    const wanted = `${type}/${subtype}`;
    if (protobufTypes.includes(wanted)) return protobuf;
    if (wanted === 'application/json' || wanted === 'application/*' || type === '*') return json;
  }
  return undefined;
}
