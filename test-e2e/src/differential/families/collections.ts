import { minimalManifests } from '../../minimal-manifests.ts';
import type { Answer } from '../asked-server.ts';
import type { Ask, Family } from '../family.ts';
import { fullManifests } from '../full-manifests/full-manifests.ts';
import { type Place, placesOf } from '../places.ts';

const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const metadataOnly = table.replace('Table', 'PartialObjectMetadata');
const merge = { 'content-type': 'application/merge-patch+json' };

/** Kinds to which kube-apiserver itself writes, at times of its own. */
const selfWritten = new Set(['CustomResourceDefinition', 'APIService', 'FlowSchema']);
/** Kinds whose objects are held by finalizers, or named after what they stand for. */
const heldOrNamed = new Set(['Namespace', 'IPAddress', 'ServiceCIDR']);

const label = 'collection=yes';
const selector = `labelSelector=${encodeURIComponent(label)}`;

/** Long enough for events of what was done already; the watch is cut off then, before the next bookmark. */
const watchMs = 400;

interface Listed {
  metadata: { resourceVersion?: string; continue?: string };
  items?: { metadata: { name: string } }[];
}

const parsed = <T>({ body }: Answer): T => JSON.parse(body.toString()) as T;

function labelled({ object }: Place, metadata: object): object {
  return { ...object, metadata: { ...metadata, labels: { collection: 'yes' } } };
}

/** All pages of a list, one object each. */
async function pages(ask: Ask, { collection }: Place, accept = 'application/json'): Promise<void> {
  let token = '';
  for (let page = 0; page < 5; page++) {
    const query = `${selector}&limit=1${token === '' ? '' : `&continue=${encodeURIComponent(token)}`}`;
    const answer = await ask(`page ${page} as ${accept}`, {
      path: `${collection}?${query}`,
      headers: { accept },
    });
    token = answer.code === 200 ? (parsed<Listed>(answer).metadata.continue ?? '') : '';
    if (token === '') return;
  }
}

/** What happened since `revision`, in every form and by every selection. */
async function watches(ask: Ask, { collection }: Place, revision: string): Promise<void> {
  const since = `resourceVersion=${revision}`;
  const initial = 'sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan';
  const all: [string, string, string?][] = [
    ['of changes', `${since}&${selector}`],
    ['of changes, as tables', `${since}&${selector}`, table],
    ['of changes, as tables with objects', `${since}&${selector}&includeObject=Object`, table],
    ['of changes, as metadata', `${since}&${selector}`, metadataOnly],
    ['of one object', `${since}&fieldSelector=metadata.name%3Dwalk`],
    ['of another label', `${since}&labelSelector=changed%3Dyes`],
    ['of what there is', `${selector}&resourceVersion=0`],
    ['with initial events', `${initial}&${selector}`],
    ['with initial events, as tables', `${initial}&${selector}`, table],
    ['with initial events, as metadata', `${initial}&${selector}`, metadataOnly],
  ];
  await Promise.all(
    all.map(([name, query, accept = 'application/json']) =>
      ask(`watch ${name}`, {
        path: `${collection}?watch=1&timeoutSeconds=60&${query}`,
        headers: { accept },
        forMs: watchMs,
      }),
    ),
  );
}

/** Subresources that take what their object takes. */
async function putSubresources(ask: Ask, { path, subresources, manifest }: Place): Promise<void> {
  for (const name of subresources.filter((each) =>
    ['status', 'scale', 'approval', 'resize'].includes(each),
  )) {
    const answer = await ask(`get ${name}`, { path: `${path}/${name}` });
    if (answer.code !== 200) continue;
    const current = parsed<{ metadata: object }>(answer);
    const put = (what: string, body: object, query = '') =>
      ask(`put ${name}, ${what}`, { method: 'PUT', path: `${path}/${name}${query}`, body });
    await put('as it is', current);
    const { status } = manifest as { status?: object };
    if (name === 'status' && status !== undefined) await put('full', { ...current, status });
    await put('with another label', { ...current, metadata: { ...current.metadata, labels: { put: name } } });
    await put('without a spec', { ...current, spec: undefined });
    await put('without a name', { ...current, metadata: {} });
    await put('dry run', current, '?dryRun=All&fieldManager=dry');
    await put('of nothing', {});
  }
}

async function life(ask: Ask, place: Place, full: Place): Promise<void> {
  const { collection, path, name } = place;
  const before = await ask('list before', { path: `${collection}?${selector}` });
  const revision = parsed<Listed>(before).metadata.resourceVersion ?? '';
  await ask('create with everything', {
    path: `${collection}?fieldValidation=Strict`,
    body: labelled(full, { name }),
  });
  const isMany = !heldOrNamed.has(place.manifest.kind) && place.manifest.name === undefined;
  if (isMany) {
    await ask('create a second', { path: collection, body: labelled(place, { name: 'walk-2' }) });
    const generated = await ask('create with a generated name', {
      path: collection,
      body: labelled(place, { generateName: 'generated-' }),
    });
    if (generated.code === 201) {
      const made = parsed<{ metadata: { name: string } }>(generated).metadata.name;
      await ask.silently({ method: 'DELETE', path: `${collection}/${made}?gracePeriodSeconds=0` });
    }
  }
  await ask('get with everything', { path });
  await ask('put of everything', { method: 'PUT', path, body: labelled(full, { name }) });
  await ask('apply of everything', {
    method: 'PATCH',
    path: `${path}?fieldManager=one&force=true`,
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: labelled(full, { name }),
  });
  await ask('another label', { method: 'PATCH', path, headers: merge, body: changedLabel });
  await putSubresources(ask, full);
  for (const accept of ['application/json', table, `${metadataOnly.replace('Metadata;', 'MetadataList;')}`])
    await pages(ask, place, accept);
  await ask('delete the collection', { method: 'DELETE', path: `${collection}?${selector}` });
  await watches(ask, place, revision);
  await ask('list after', { path: `${collection}?${selector}` });
  await ask('delete an empty collection', { method: 'DELETE', path: `${collection}?${selector}` });
  await ask('delete what is left', { method: 'DELETE', path: `${path}?gracePeriodSeconds=0` });
}

const changedLabel = { metadata: { labels: { changed: 'yes' } } };

/** Of every kind: objects with all their fields, watches of them, pages, and the deletion of a collection. */
export function collections(): Family[] {
  const full = placesOf(fullManifests);
  return placesOf(minimalManifests)
    .map((place, index) => ({ place, full: full[index]! }))
    .filter(({ place }) => !selfWritten.has(place.manifest.kind))
    .map(({ place, full: whole }) => ({
      name: `collection of ${place.manifest.apiVersion} ${place.manifest.kind}`,
      run: (ask) => life(ask, place, whole),
    }));
}

const pagesOfServer = ['/flagz', '/statusz', '/metrics', '/metrics/slis', '/debug/flags', '/debug/flags/v'];
const debugPages = ['/debug/pprof', '/debug/pprof/', '/debug/api_priority_and_fairness/', '/debug', '/logs'];

/** What a user without rights and nobody may see of the server itself. */
export const serverPages: Family = {
  name: 'pages of the server',
  async run(ask) {
    for (const path of [...pagesOfServer, ...debugPages]) {
      for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
        for (const [who, token] of [
          ['a user', 'user-token'],
          ['nobody', null],
          ['a bad token', 'nonsense'],
        ] as const) {
          await ask(`${method} ${path} by ${who}`, { method, path, token });
        }
      }
    }
  },
};
