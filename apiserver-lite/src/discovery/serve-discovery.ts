import { createHash } from 'node:crypto';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { parseAccept } from '../endpoints/negotiation/accept.ts';
import type { AcceptClause } from '../endpoints/negotiation/accept.ts';
import { negotiateOutput } from '../endpoints/negotiation/output.ts';
import { wantsPretty } from '../endpoints/negotiation/pretty.ts';
import { toYaml } from '../endpoints/encoding/yaml.ts';
import { encodeValue } from '../endpoints/write-response.ts';
import type { ServerMetrics } from '../metrics/server-metrics.ts';
import type { ServedResources } from '../registry/resource-table.ts';
import type { PathRouter } from '../http/path-router.ts';
import { PathTable } from '../http/path-table.ts';
import type { Handler, RequestContext } from '../http/request-context.ts';
import { sendBody } from '../http/respond.ts';
import { aggregatedDocument } from './aggregated-document.ts';
import { ApiTree, type ApiGroup } from './api-tree.ts';
import { ListedGroups, type RegisteredVersions } from './listed-groups.ts';
import type { RemoteVersions } from './remote-versions.ts';
import { coreVersions, groupDocument, groupList, resourceList } from './legacy-documents.ts';

/** What discovery documents are made from. */
export interface DiscoveryOptions {
  resources: ServedResources;
  /** What other servers answer for. Default: nothing. */
  remote?: RemoteVersions;
  /** The versions that have an APIService. Default: what is served is all that is listed. */
  registered?: RegisteredVersions;
  /** `host:port` of this server, as `/api` names it. */
  serverAddress: () => string;
  /** Default: nothing is counted. */
  metrics?: DiscoveryMetrics;
}

/** What is counted of aggregated documents. */
export type DiscoveryMetrics = Pick<ServerMetrics, 'requests' | 'discoveries' | 'discoveriesWithoutPeers'>;

/**
 * Serves what clients ask first: which groups, versions and resources there are. Each document is made when
 * first asked for, and kept as long as what it is about is served unchanged.
 */
export function serveDiscovery(
  router: PathRouter,
  { resources, remote, registered, serverAddress, metrics }: DiscoveryOptions,
): void {
  const tree = new ApiTree(resources, remote);
  const documents = new WeakMap<object, Handler>();
  const lists = new ListedGroups(registered);
  let made: { groups: readonly ApiGroup[]; listed: readonly ApiGroup[]; paths: PathTable } | undefined;
  router.mount(() => {
    const groups = tree.groups();
    const listed = lists.of(groups);
    if (made?.groups !== groups || made.listed !== listed) {
      const paths = discoveryPaths(groups, listed, { serverAddress, documents, metrics });
      made = { groups, listed, paths };
    }
    return made.paths;
  });
}

interface DiscoveryParts {
  serverAddress: () => string;
  /** Handlers that were made for groups and versions. */
  documents: WeakMap<object, Handler>;
  metrics: DiscoveryMetrics | undefined;
}

function discoveryPaths(
  groups: readonly ApiGroup[],
  listed: readonly ApiGroup[],
  { serverAddress, documents, metrics }: DiscoveryParts,
): PathTable {
  const paths = new PathTable();
  const core = groups.filter(({ name }) => name === '');
  const others = groups.filter(({ name }) => name !== '');
  const kept = (about: object, make: () => unknown, route?: 'object'): Handler => {
    const handler = documents.get(about) ?? document(make, route);
    documents.set(about, handler);
    return handler;
  };
  paths.service(
    '/api',
    negotiated(
      core,
      document(() => coreVersions(core[0], serverAddress()), 'object'),
      { name: 'api', metrics },
    ),
  );
  const list = negotiated(
    others,
    document(() => groupList(listed.filter(({ name }) => name !== ''))),
    { name: 'apis', metrics },
  );
  paths.any('/apis', list);
  paths.any('/apis/', list);
  for (const group of listed) {
    if (group.name === '') continue;
    const path = `/apis/${group.name}`;
    serveGroup(
      paths,
      path,
      kept(group, () => groupDocument(group)),
    );
    if (!isOpen(group)) paths.claim(path);
  }
  for (const group of groups) {
    for (const version of group.versions) {
      // Requests for it are handed on.
      if (version.remote !== undefined) continue;
      const path = group.name === '' ? `/api/${version.version}` : `/apis/${group.name}/${version.version}`;
      paths.service(
        path,
        kept(version, () => resourceList(version), 'object'),
        { open: isOpen(group) },
      );
    }
  }
  return paths;
}

/** As the aggregator lists a group: with any method. */
function serveGroup(paths: PathTable, path: string, handler: Handler): void {
  paths.any(path, handler);
  paths.unlisted(`${path}/`, handler);
}

/** Definitions and other servers have no web service, so that what is unknown there is no Status. */
function isOpen({ versions }: ApiGroup): boolean {
  return versions.every(({ resources }) => resources.every(({ isCustom }) => isCustom === true));
}

interface Document {
  body: Buffer;
  contentType: string;
  etag: string;
}

/**
 * An old document, in any form that objects are written in; each form is made once. `route`: it is served as
 * resources are, with their rules for the Accept header.
 */
function document(make: () => unknown, route?: 'object'): Handler {
  const get = once(() => withVersion(make() as KubeObject));
  const bodies = new Map<string, Uint8Array>();
  return async (context) => {
    const { mediaType } = negotiateOutput(context.request.headers.accept, {
      transforms: 'none',
      ...(route === undefined ? {} : { route }),
    });
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
function negotiated(
  groups: readonly ApiGroup[],
  plain: Handler,
  { name, metrics }: { name: string; metrics: DiscoveryMetrics | undefined },
): Handler {
  const inForm = (form: 'json' | 'yaml'): Handler => {
    const whole = once(() => {
      metrics?.discoveries.inc();
      return aggregated(groups, form);
    });
    const sendWhole: Handler = (context) => send(context, whole());
    return metrics?.requests.countedPath(name, 'apiserver', sendWhole) ?? sendWhole;
  };
  const answers = { json: inForm('json'), yaml: inForm('yaml') };
  return async (context) => {
    // Who understands the new form gets it, even where the old one stands before it.
    const clause = accepts(context).find(wantsAggregated);
    if (clause === undefined) return plain(context);
    if (clause.parameters.get('profile') === 'nopeer') metrics?.discoveriesWithoutPeers.inc();
    return answers[clause.subtype === 'yaml' ? 'yaml' : 'json'](context);
  };
}

function aggregated(groups: readonly ApiGroup[], form: 'json' | 'yaml'): Document {
  const document = aggregatedDocument(groups);
  const json = Buffer.from(`${JSON.stringify(document)}\n`);
  return {
    body: form === 'json' ? json : Buffer.from(toYaml(document)),
    contentType: `application/${form};g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList`,
    // Of the document, not of its form.
    etag: `"${createHash('sha512').update(json).digest('hex').toUpperCase()}"`,
  };
}

async function send(context: RequestContext, { body, contentType, etag }: Document): Promise<void> {
  const { response } = context;
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

function isText({ type, subtype, quality }: AcceptClause): boolean {
  if (quality <= 0) return false;
  return type === '*' || (type === 'application' && ['json', 'yaml', '*'].includes(subtype));
}

/** The one version that kube-apiserver 1.36 serves. */
function wantsAggregated(clause: AcceptClause): boolean {
  const { parameters } = clause;
  return (
    isText(clause) &&
    parameters.get('as') === 'APIGroupDiscoveryList' &&
    parameters.get('g') === 'apidiscovery.k8s.io' &&
    parameters.get('v') === 'v2'
  );
}

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
