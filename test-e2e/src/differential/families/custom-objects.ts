import { readdirSync, readFileSync } from 'node:fs';
import type { Ask, Family } from '../family.ts';
import { namespace } from '../places.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const applyPatch = { 'content-type': 'application/apply-patch+yaml' };
const mergePatch = { 'content-type': 'application/merge-patch+json' };

interface Defined {
  group: string;
  schema: object;
  status?: boolean | undefined;
  scale?: object | undefined;
}

function definition({ group, schema, status = false, scale }: Defined) {
  const subresources = { ...(status ? { status: {} } : {}), ...(scale === undefined ? {} : { scale }) };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `things.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'things', kind: 'Thing' },
      versions: [
        { name: 'v1', served: true, storage: true, subresources, schema: { openAPIV3Schema: schema } },
      ],
    },
  };
}

const placeOf = (group: string) => `/apis/${group}/v1/namespaces/${namespace}/things`;

/** Defines a resource, and waits until it is served. */
async function define(ask: Ask, defined: Defined): Promise<void> {
  await ask.silently({ path: definitions, body: definition(defined) });
  for (let attempt = 0; attempt < 400; attempt++) {
    if ((await ask.silently({ path: placeOf(defined.group) })).code === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${defined.group} is not served after 20 s`);
}

const forget = (ask: Ask, group: string) =>
  ask.silently({ method: 'DELETE', path: `${definitions}/things.${group}` });

/** One write of several that build on each other. */
interface Step {
  apply?: object;
  merge?: object;
  manager?: string;
  force?: true;
  status?: true;
}

const text = { type: 'string' };
const anything = { 'x-kubernetes-preserve-unknown-fields': true };
const mapOf = (keys: string[], properties: object) => ({
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': keys,
  items: { type: 'object', required: keys.slice(0, 1), properties },
});

const ownedSchema = {
  type: 'object',
  properties: {
    status: { type: 'object', properties: { phase: text, list: { type: 'array', items: text } } },
    spec: {
      type: 'object',
      properties: {
        a: text,
        b: { type: 'integer' },
        when: { type: 'string', format: 'date-time' },
        on: { type: 'boolean' },
        set: { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
        list: { type: 'array', items: text },
        map: mapOf(['k'], { k: text, v: text, in: { type: 'object', properties: { x: text, y: text } } }),
        two: mapOf(['k', 'p'], { k: text, p: { type: 'string', default: 'TCP' }, v: text }),
        whole: { type: 'object', 'x-kubernetes-map-type': 'atomic', properties: { a: text, b: text } },
        keys: { type: 'object', additionalProperties: text },
        deep: { type: 'object', additionalProperties: { type: 'object', properties: { x: text, y: text } } },
        open: {
          type: 'object',
          ...anything,
          properties: { known: text, o: { type: 'object', properties: { x: text } } },
        },
        any: anything,
        either: { 'x-kubernetes-int-or-string': true },
        maybe: { type: 'object', nullable: true, properties: { x: text } },
        object: { type: 'object', 'x-kubernetes-embedded-resource': true, ...anything },
        nothing: { type: 'object' },
      },
    },
  },
};

const spec = (fields: object) => ({ spec: fields });

/** Writes by several managers, each list to an object of its own. */
const histories: Readonly<Record<string, readonly Step[]>> = {
  fields: [
    { apply: spec({ a: 'x', b: 1, on: true }) },
    { apply: spec({ a: 'y' }), manager: 'other' },
    { apply: spec({ a: 'y' }), manager: 'other', force: true },
    { apply: spec({ b: 2 }) },
    { apply: spec({}) },
    { apply: {}, manager: 'other' },
  ],
  sets: [
    { apply: spec({ set: ['a', 'b'] }) },
    { apply: spec({ set: ['b', 'c'] }), manager: 'other' },
    { apply: spec({ set: ['a'] }) },
    { merge: spec({ set: ['z', 'c'] }), manager: 'editor' },
    { apply: spec({ set: [] }), manager: 'other' },
    { apply: spec({ set: ['a', 'a'] }) },
    { apply: spec({ set: [null] }) },
  ],
  'atomic lists': [
    { apply: spec({ list: ['a', 'b'] }) },
    { apply: spec({ list: ['a', 'c'] }), manager: 'other' },
    { apply: spec({ list: ['a', 'c'] }), manager: 'other', force: true },
    { merge: spec({ list: ['q'] }), manager: 'editor' },
    { apply: spec({ list: null }), manager: 'other' },
  ],
  maps: [
    { apply: spec({ map: [{ k: 'a', v: '1', in: { x: '1' } }, { k: 'b' }] }) },
    { apply: spec({ map: [{ k: 'a', in: { y: '2' } }, { k: 'c' }] }), manager: 'other' },
    { apply: spec({ map: [{ k: 'a', v: '2' }] }), manager: 'other' },
    { apply: spec({ map: [{ k: 'b', v: '3' }] }) },
    { merge: spec({ map: [{ k: 'b', v: '4' }, { k: 'd' }] }), manager: 'editor' },
    { apply: spec({ map: [{ v: '3' }] }) },
    { apply: spec({ map: [{ k: 'a' }, { k: 'a' }] }) },
    { apply: spec({ map: [null] }) },
    { apply: spec({ map: ['x'] }) },
  ],
  'maps of two keys': [
    { apply: spec({ two: [{ k: 'a', v: '1' }] }) },
    { apply: spec({ two: [{ k: 'a', p: 'TCP', v: '2' }] }), manager: 'other' },
    { apply: spec({ two: [{ k: 'a', p: 'UDP', v: '2' }] }), manager: 'other' },
    { apply: spec({ two: [] }) },
  ],
  'whole objects': [
    { apply: spec({ whole: { a: '1' } }) },
    { apply: spec({ whole: { b: '1' } }), manager: 'other' },
    { apply: spec({ whole: { b: '1' } }), manager: 'other', force: true },
    { merge: spec({ whole: { a: '5' } }), manager: 'editor' },
  ],
  'keys of maps': [
    { apply: spec({ keys: { a: '1', 'b.c': '2' }, deep: { p: { x: '1' }, q: {} } }) },
    { apply: spec({ keys: { a: '1', d: '3' }, deep: { p: { y: '2' } } }), manager: 'other' },
    { apply: spec({ keys: {}, deep: { q: {} } }) },
    { merge: spec({ keys: { a: null }, deep: null }), manager: 'editor' },
    { apply: spec({ keys: null }), manager: 'other' },
  ],
  'open objects': [
    { apply: spec({ open: { known: 'x', extra: { deep: [1, { a: 1 }], s: 'y' }, o: { x: '1', z: 2 } } }) },
    { apply: spec({ open: { extra: { s: 'z' } } }), manager: 'other' },
    { apply: spec({ open: { extra: { t: 'z' }, more: 1 } }), manager: 'other' },
    { apply: spec({ open: { extra: { s: 'y' } } }) },
    { merge: spec({ open: { more: { was: 'number' } } }), manager: 'editor' },
    { merge: spec({ open: { more: ['list'] } }), manager: 'editor' },
    { apply: spec({ open: {} }) },
  ],
  anything: [
    { apply: spec({ any: { a: { b: 1, c: [1, 2] } } }) },
    { apply: spec({ any: { a: { b: 2 } } }), manager: 'other' },
    { apply: spec({ any: 'text' }), force: true },
    { apply: spec({ any: [1, 2] }) },
    { merge: spec({ any: { back: { again: true } } }), manager: 'editor' },
    { apply: spec({ any: { x: null, y: {}, z: [] } }), force: true },
    { apply: spec({ either: 1 }) },
    { apply: spec({ either: '50%' }) },
    { apply: spec({ either: { a: 1 } }) },
  ],
  'nulls and empty objects': [
    { apply: spec({ maybe: null, nothing: {} }) },
    { apply: spec({ maybe: { x: 'a' } }), manager: 'other' },
    { apply: spec({ maybe: { x: 'a' } }), manager: 'other', force: true },
    { apply: spec({ maybe: {} }) },
    { merge: spec({ maybe: null }), manager: 'editor' },
  ],
  'embedded objects': [
    {
      apply: spec({
        object: {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'x', labels: { a: 'b' } },
          data: { k: 1 },
        },
      }),
    },
    {
      apply: spec({
        object: { apiVersion: 'v1', kind: 'Pod', metadata: { labels: { c: 'd' }, finalizers: ['a/b'] } },
      }),
      manager: 'other',
    },
    { apply: spec({ object: { apiVersion: 'v1', kind: 'Pod', metadata: { nope: 1 } } }) },
  ],
  'wrong documents': [
    { apply: spec({ a: 1 }) },
    { apply: spec({ b: 'x' }) },
    { apply: spec({ on: 'x' }) },
    { apply: spec({ a: { x: 1 } }) },
    { apply: spec({ list: 'x' }) },
    { apply: spec({ map: { a: 1 } }) },
    { apply: spec({ keys: ['x'] }) },
    { apply: spec({ unknown: 1 }) },
    { apply: { unknown: 1 } },
    { apply: { spec: 'x' } },
    { apply: spec({ when: 'x' }) },
    { apply: spec({ when: { a: 1 } }) },
    { apply: { metadata: { labels: { a: 1 } } } },
    { apply: { metadata: { unknown: 1 } } },
    { apply: spec({ keys: { a: 1 } }) },
  ],
  status: [
    { apply: spec({ a: 'x' }) },
    { apply: { status: { phase: 'New', list: ['a'] } }, status: true, manager: 'controller' },
    { apply: { status: { phase: 'Old' } }, status: true, manager: 'another' },
    { apply: { ...spec({ a: 'y' }), status: { phase: 'Old' } }, manager: 'both' },
    { merge: { status: { phase: 'Odd' } }, status: true, manager: 'editor' },
    { apply: { status: {} }, status: true, manager: 'controller' },
  ],
  metadata: [
    { apply: { metadata: { labels: { a: '1' }, annotations: { b: '2' }, finalizers: ['x.io/y'] } } },
    { apply: { metadata: { labels: { a: '2' } } }, manager: 'other' },
    {
      apply: {
        metadata: {
          labels: { c: '3' },
          ownerReferences: [{ apiVersion: 'v1', kind: 'A', name: 'b', uid: 'c' }],
        },
      },
      manager: 'other',
    },
    { apply: { metadata: { labels: {} } } },
  ],
};

const owned: Family = {
  name: 'server-side apply of custom objects',
  async run(ask) {
    const group = 'owned.example.com';
    await define(ask, { group, schema: ownedSchema, status: true });
    for (const [history, steps] of Object.entries(histories)) {
      const name = history.replaceAll(' ', '-');
      for (const [index, { apply, merge, manager = 'first', force, status }] of steps.entries()) {
        const query = `?fieldManager=${manager}${force === undefined ? '' : '&force=true'}`;
        const path = `${placeOf(group)}/${name}${status === undefined ? '' : '/status'}${query}`;
        const head = { apiVersion: `${group}/v1`, kind: 'Thing' };
        const body = apply === undefined ? merge! : { ...head, ...apply };
        const headers = apply === undefined ? mergePatch : applyPatch;
        await ask(`${history}, ${index + 1}`, { method: 'PATCH', path, headers, body });
      }
      await ask(`${history}, in the end`, { path: `${placeOf(group)}/${name}` });
    }
    await forget(ask, group);
  },
};

interface RecordedCase {
  name: string;
  schema: object;
  before?: object;
  status?: boolean;
  scale?: object;
  objects: { object: Record<string, unknown>; old?: object; query?: string }[];
}

const recorded = new URL('../../../../apiserver-lite/src/apiextensions/schema/recorded/', import.meta.url);

/**
 * What the recorded answers of a stock server were recorded of: new objects by their schemas. The definitions
 * stay, for answers in a random order to be asked for again.
 */
const bySchema = readdirSync(recorded)
  .filter((file) => file.endsWith('.jsonl') && !file.startsWith('ratchet'))
  .map((file): Family => ({
    name: `custom objects by their schemas, ${file.replace('.jsonl', '')}`,
    async run(ask) {
      const lines = readFileSync(new URL(file, recorded), 'utf8').trim().split('\n');
      for (const [number, line] of lines.entries()) {
        const { name, schema, status, scale, objects } = JSON.parse(line) as RecordedCase;
        const group = `s${number}.${file.replace('.jsonl', '')}.example.com`;
        await define(ask, { group, schema, status, scale });
        for (const [index, { object, query = '' }] of objects.entries()) {
          const metadata = { name: `o${index}`, ...(object['metadata'] as object | undefined) };
          const body = { apiVersion: `${group}/v1`, kind: 'Thing', ...object, metadata };
          await ask(`${name}, ${index}`, {
            path: `${placeOf(group)}${query === '' ? '?' : `${query}&`}dryRun=All`,
            body,
          });
        }
      }
    },
  }));

/** Objects of definitions: who owns their fields, and what their schemas do to them. */
export const customObjects: readonly Family[] = [owned, ...bySchema];
