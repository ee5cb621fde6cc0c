import { type MinimalManifest, minimalManifests } from '../../minimal-manifests.ts';
import type { Ask, Family } from '../family.ts';
import { placesOf, type Place } from '../places.ts';
import { untilCleanedUp, untilCondition } from '../until-condition.ts';
import { withoutEvents } from './without-events.ts';

const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const partial = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
const partialList = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';
const protobuf = 'application/vnd.kubernetes.protobuf';

/** The forms of a whole object. */
const plain = ['application/json', 'application/yaml', protobuf, 'application/cbor'];

/** The same in the older version of the kinds of apimachinery. */
const beta = (accept: string) => accept.replace('v=v1;', 'v=v1beta1;');

const patchHeaders = (type: string) => ({ 'content-type': `application/${type}` });

interface KubeObject {
  metadata: { name: string; resourceVersion?: string; labels?: Record<string, string> };
}

/** Every form in which an object and its list can be read. */
async function read(ask: Ask, { path, collection }: Place): Promise<void> {
  for (const accept of [...plain, table, beta(table), partial, beta(partial)]) {
    await ask(`get as ${accept}`, { path, headers: { accept } });
  }
  await ask('get pretty', { path: `${path}?pretty=true` });
  await ask('table with objects', { path: `${path}?includeObject=Object`, headers: { accept: table } });
  for (const accept of [...plain, table, beta(table), partialList, beta(partialList)]) {
    await ask(`list as ${accept}`, { path: collection, headers: { accept } });
  }
  for (const query of [
    'limit=1',
    'labelSelector=life%3Dyes',
    'labelSelector=life%21%3Dyes',
    'fieldSelector=metadata.name%3Dwalk',
    'fieldSelector=spec.unknown%3Dx',
    'resourceVersion=0',
    'resourceVersion=abc',
    'resourceVersionMatch=Exact',
    'resourceVersion=0&resourceVersionMatch=Exact',
    'continue=abc',
    'continue=abc&resourceVersion=1',
    'limit=-1',
    'limit=abc',
    'labelSelector=%3D%3D',
    'labelSelector=life+in+%28yes%2Cno%29',
    'fieldSelector=metadata.name%21%3Dwalk',
    'fieldSelector=%3D%3D',
    'resourceVersionMatch=NotOlderThan',
    'resourceVersion=0&resourceVersionMatch=NotOlderThan',
    'resourceVersion=1&resourceVersionMatch=Sometimes',
    'sendInitialEvents=true',
    'timeoutSeconds=x',
  ]) {
    await ask(`list ${query}`, { path: `${collection}?${query}` });
  }
}

async function patches(ask: Ask, place: Place): Promise<void> {
  const { path, manifest } = place;
  const patch = (name: string, type: string, body: unknown, query = '') =>
    ask(name, {
      method: 'PATCH',
      path: `${path}${query}`,
      headers: patchHeaders(type),
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const label = (name: string, value: string | null = 'yes') => ({ metadata: { labels: { [name]: value } } });
  await patch('merge patch', 'merge-patch+json', label('merge'));
  await patch('merge patch again', 'merge-patch+json', label('merge'));
  await patch('merge patch that removes', 'merge-patch+json', label('merge', null));
  await patch('merge patch, dry run', 'merge-patch+json', label('dry'), '?dryRun=All&fieldManager=dry');
  await patch('strategic patch', 'strategic-merge-patch+json', label('strategic'));
  await patch('json patch', 'json-patch+json', [
    { op: 'test', path: '/metadata/labels/strategic', value: 'yes' },
    { op: 'add', path: '/metadata/annotations', value: { json: 'yes' } },
  ]);
  await patch('json patch whose test fails', 'json-patch+json', [
    { op: 'test', path: '/metadata/labels/strategic', value: 'no' },
  ]);
  await patch('patch of an unknown field', 'merge-patch+json', { bogus: 1 }, '?fieldValidation=Strict');
  await patch('patch of an unknown field, warned', 'merge-patch+json', { bogus: 1 }, '?fieldValidation=Warn');
  await patch('patch of the name', 'merge-patch+json', { metadata: { name: 'other' } });
  await patch('patch of the uid', 'merge-patch+json', { metadata: { uid: 'other' } });
  await patch('patch with an old version', 'merge-patch+json', { metadata: { resourceVersion: '1' } });
  await patch('patch of a wrong type', 'merge-patch+json', { metadata: { labels: ['a'] } });
  await patch('patch that is no JSON', 'merge-patch+json', '{');
  const { apiVersion, kind } = manifest;
  const applied = { apiVersion, kind, metadata: { name: place.name } };
  await patch('apply without a manager', 'apply-patch+yaml', applied);
  await patch('apply of the manifest', 'apply-patch+yaml', place.object, '?fieldManager=one');
  await patch(
    'apply of the manifest, forced',
    'apply-patch+yaml',
    place.object,
    '?fieldManager=one&force=true',
  );
  await patch(
    'apply by another',
    'apply-patch+yaml',
    { ...applied, metadata: { ...applied.metadata, labels: { two: 'yes', one: 'no' } } },
    '?fieldManager=two',
  );
  await patch('apply of less', 'apply-patch+yaml', applied, '?fieldManager=two');
  await patch('apply of nothing by the first', 'apply-patch+yaml', applied, '?fieldManager=one');
  await patch(
    'apply of another kind',
    'apply-patch+yaml',
    { ...applied, kind: 'Other' },
    '?fieldManager=one',
  );
}

async function updates(ask: Ask, place: Place): Promise<void> {
  const { path, object } = place;
  const current = JSON.parse((await ask('get before updates', { path })).body.toString()) as KubeObject;
  const put = (name: string, body: object, query = '') =>
    ask(name, { method: 'PUT', path: `${path}${query}`, body });
  await put('put of what was read', current);
  await put('put of the manifest', object, '?fieldManager=putter');
  await put('put of an old version', { ...current, metadata: { ...current.metadata, resourceVersion: '1' } });
  await put('put of another name', { ...object, metadata: { ...current.metadata, name: 'other' } });
  await put('put of another uid', { ...object, metadata: { name: current.metadata.name, uid: 'other' } });
  await put('put with an unknown field', { ...object, bogus: 1 }, '?fieldValidation=Strict');
  await put(
    'put, dry run',
    { ...object, metadata: { ...current.metadata, labels: { dry: 'yes' } } },
    '?dryRun=All',
  );
  await put('put of labels that are wrong', {
    ...object,
    metadata: { name: current.metadata.name, labels: { '-': '-' }, annotations: { '-': '' } },
  });
}

async function subresources(ask: Ask, place: Place): Promise<void> {
  const { path, manifest } = place;
  const { status } = manifest as MinimalManifest;
  for (const name of place.subresources) {
    if (['proxy', 'log', 'exec', 'attach', 'portforward', 'finalize', 'eviction'].includes(name)) continue;
    await ask(`get ${name}`, { path: `${path}/${name}` });
    const headers = patchHeaders('merge-patch+json');
    const body =
      name === 'status' && status !== undefined ? { status } : { metadata: { labels: { sub: name } } };
    await ask(`patch ${name}`, { method: 'PATCH', path: `${path}/${name}`, headers, body });
    await ask(`patch ${name} of what is another's`, {
      method: 'PATCH',
      path: `${path}/${name}?fieldManager=sub`,
      headers,
      body: { metadata: { annotations: { sub: name }, finalizers: ['example.com/sub'] }, spec: {} },
    });
    const { apiVersion, kind } = manifest;
    await ask(`apply ${name}`, {
      method: 'PATCH',
      path: `${path}/${name}?fieldManager=sub&force=true`,
      headers: patchHeaders('apply-patch+yaml'),
      body: { apiVersion, kind, metadata: { name: place.name }, ...(status === undefined ? {} : { status }) },
    });
    await ask(`${name} as a table`, { path: `${path}/${name}`, headers: { accept: table } });
  }
}

async function deletes(ask: Ask, place: Place): Promise<void> {
  const { path, collection, object } = place;
  const remove = (name: string, query: string, body?: object) =>
    ask(name, { method: 'DELETE', path: `${path}${query}`, ...(body === undefined ? {} : { body }) });
  await remove('delete, dry run', '?dryRun=All');
  for (const query of [
    'propagationPolicy=Orphan',
    'propagationPolicy=Foreground',
    'propagationPolicy=Background',
    'propagationPolicy=',
    'orphanDependents=true',
    'gracePeriodSeconds=-1',
    'gracePeriodSeconds=x',
    'ignoreStoreReadErrorWithClusterBreakingPotential=true',
    'ignoreStoreReadErrorWithClusterBreakingPotential=true&gracePeriodSeconds=0',
  ]) {
    await remove(`delete ${query}, dry run`, `?dryRun=All&${query}`);
  }
  await remove('delete with another uid', '', { preconditions: { uid: 'other' } });
  await remove('delete with an old version', '', { preconditions: { resourceVersion: '1' } });
  await remove('delete with a wrong policy', '?propagationPolicy=Sometimes');
  await remove('delete with two policies', '?propagationPolicy=Orphan&orphanDependents=true');
  await ask('delete a collection, dry run', {
    method: 'DELETE',
    path: `${collection}?dryRun=All&fieldSelector=metadata.name%3D${place.name}`,
  });
  await ask('add a finalizer', {
    method: 'PATCH',
    path,
    headers: patchHeaders('merge-patch+json'),
    body: { metadata: { finalizers: ['example.com/life'] } },
  });
  await remove('delete in the background', '?propagationPolicy=Background');
  if (place.manifest.kind === 'CustomResourceDefinition') await untilCleanedUp(ask, path);
  await ask('get while it is deleted', { path });
  await ask('add another finalizer', {
    method: 'PATCH',
    path,
    headers: patchHeaders('merge-patch+json'),
    body: { metadata: { finalizers: ['example.com/life', 'example.com/late'] } },
  });
  await ask('create while it is deleted', { path: collection, body: object });
  await ask('remove the finalizer', {
    method: 'PATCH',
    path,
    headers: patchHeaders('merge-patch+json'),
    body: { metadata: { finalizers: null } },
  });
  await remove('delete what is left', '?gracePeriodSeconds=0');
  await remove('delete what is gone', '');
  await ask('get what is gone', { path });
  await ask('patch what is gone', {
    method: 'PATCH',
    path,
    headers: patchHeaders('merge-patch+json'),
    body: {},
  });
  await ask('put what is gone', { method: 'PUT', path, body: object });
}

async function live(ask: Ask, place: Place): Promise<void> {
  const { collection, object, path, manifest } = place;
  const { apiVersion, kind } = manifest;
  if (kind === 'Event') await withoutEvents(ask);
  await ask('create, dry run', { path: `${collection}?dryRun=All`, body: object });
  await ask('create with an unknown field', {
    path: `${collection}?fieldValidation=Strict`,
    body: { ...object, bogus: 1 },
  });
  await ask('create of another kind', { path: collection, body: { ...object, kind: 'Other' } });
  await ask('create of nothing', { path: collection, body: { apiVersion, kind } });
  await ask('create without a body', { method: 'POST', path: collection });
  await ask('create with a resource version', {
    path: collection,
    body: { ...object, metadata: { name: place.name, resourceVersion: '5' } },
  });
  await ask('create with a bad name', {
    path: collection,
    body: { ...object, metadata: { name: 'Bad_Name' } },
  });
  await ask('create', { path: `${collection}?fieldManager=creator`, body: object });
  if (manifest.condition !== undefined) await untilCondition(ask, path, manifest.condition);
  await ask('create again', { path: collection, body: object });
  await ask('label', {
    method: 'PATCH',
    path,
    headers: patchHeaders('merge-patch+json'),
    body: { metadata: { labels: { life: 'yes' } } },
  });
  await read(ask, place);
  await patches(ask, place);
  await updates(ask, place);
  await subresources(ask, place);
  await deletes(ask, place);
}

/** The life of one object of every kind. */
export function lives(): Family[] {
  return placesOf(minimalManifests).map((place) => ({
    name: `life of ${place.manifest.apiVersion} ${place.manifest.kind}`,
    run: (ask) => live(ask, place),
  }));
}
