import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Ask, Family } from '../family.ts';
import { placesOf, type Place } from '../places.ts';
import { untilCondition } from '../until-condition.ts';
import { withoutEvents } from './without-events.ts';

const file = join(import.meta.dirname, '../table-objects.yaml');

interface TableObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; finalizers?: readonly string[] };
  status?: object;
  deleting?: boolean;
}

/** The objects of the file, by their kind. */
function objectsByKind(): Map<string, TableObject[]> {
  const kinds = new Map<string, TableObject[]>();
  for (const text of readFileSync(file, 'utf8').split('---\n').slice(1)) {
    const object = parse(text) as TableObject;
    const kind = `${object.apiVersion} ${object.kind}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), object]);
  }
  return kinds;
}

function placeOf({ apiVersion, kind, metadata: { name } }: TableObject): Place {
  return placesOf([{ apiVersion, kind, name }])[0]!;
}

const merge = { 'content-type': 'application/merge-patch+json' };
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const finalizer = 'example.com/table';

async function create(ask: Ask, object: TableObject): Promise<void> {
  const { collection, path } = placeOf(object);
  const { status, deleting = false, ...rest } = object;
  const { name } = object.metadata;
  const metadata = deleting ? { ...object.metadata, finalizers: [finalizer] } : object.metadata;
  await ask(`create ${name}`, { path: collection, body: { ...rest, metadata } });
  if (object.kind === 'FlowSchema') await untilCondition(ask, path, 'Dangling');
  if (object.kind === 'CustomResourceDefinition') await untilCondition(ask, path, 'Established');
  if (status !== undefined) {
    await ask(`status of ${name}`, {
      method: 'PATCH',
      path: `${path}/status`,
      headers: merge,
      body: { status },
    });
  }
  if (deleting) await ask(`delete ${name}`, { method: 'DELETE', path });
}

async function remove(ask: Ask, object: TableObject): Promise<void> {
  const { path } = placeOf(object);
  await ask.silently({ method: 'DELETE', path: `${path}?gracePeriodSeconds=0` });
  await ask.silently({ method: 'PATCH', path, headers: merge, body: { metadata: { finalizers: null } } });
}

async function print(ask: Ask, objects: readonly TableObject[]): Promise<void> {
  for (const object of objects) {
    const { path } = placeOf(object);
    const { name } = object.metadata;
    await ask(`table of ${name}`, { path, headers: { accept: table } });
    await ask(`table of ${name} alone`, { path: `${path}?includeObject=None`, headers: { accept: table } });
  }
  const { collection } = placeOf(objects[0]!);
  for (const version of ['v1', 'v1beta1']) {
    const accept = table.replace('v=v1', `v=${version}`);
    await ask(`table of all, ${version}`, { path: `${collection}?includeObject=None`, headers: { accept } });
  }
  await ask('watch as a table', {
    path: `${collection}?watch=1&timeoutSeconds=1&resourceVersion=0`,
    headers: { accept: table },
  });
}

/** Tables of objects that reach every branch of the printed columns. */
export const printedObjects: readonly Family[] = [...objectsByKind()].map(([kind, objects]): Family => ({
  name: `tables of ${kind}`,
  async run(ask) {
    if (kind.endsWith(' Event')) await withoutEvents(ask);
    for (const object of objects) await create(ask, object);
    await print(ask, objects);
    for (const object of objects) await remove(ask, object);
  },
}));
