import { type ConversionWebhook, startConversionWebhook } from '../conversion-webhook.ts';
import type { Answer } from '../asked-server.ts';
import type { Ask, Family } from '../family.ts';
import { namespace } from '../places.ts';
import { cleaned } from './cleaned.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const applyPatch = { 'content-type': 'application/apply-patch+yaml' };
const mergePatch = { 'content-type': 'application/merge-patch+json' };
const waitMs = 100;
const attempts = 300;

type Version = 'v1' | 'v2' | 'v3';

/** The name of the object, the version that it is written in, and who writes. */
type Write = [name: string, version: Version, manager: string];

const text = { type: 'string' };
const number = { type: 'integer' };
const items = {
  type: 'array',
  items: { type: 'object', required: ['name'], properties: { name: text, value: text } },
};
const keyedItems = { ...items, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] };
const fields = {
  replicas: number,
  other: text,
  items,
  map: { type: 'object', properties: { a: text, b: text } },
};

/** A version whose spec has these fields. */
function versionOf(name: Version, properties: object): object {
  return {
    name,
    served: true,
    storage: name === 'v1',
    schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } } },
  };
}

const usualVersions = [
  versionOf('v1', { ...fields, text, first: text }),
  versionOf('v2', { ...fields, words: text }),
];

class Gadgets {
  readonly #ask: Ask;
  readonly #group: string;
  readonly #title: string;
  readonly #ports: readonly number[];

  constructor(ask: Ask, title: string, ports: readonly number[]) {
    this.#ask = ask;
    this.#title = title;
    this.#ports = ports;
    this.#group = `${title.toLowerCase()}.owners.example.com`;
  }

  #path(version: Version): string {
    return `/apis/${this.#group}/${version}/namespaces/${namespace}/gadgets`;
  }

  async #show(title: string, request: Parameters<Ask['silently']>[0]): Promise<number> {
    const { code, body } = await this.#ask.silently(request);
    const answer = JSON.parse(cleaned(body.toString(), this.#ports)) as unknown;
    this.#ask.show(`${this.#title}: ${title}`, { code, body: answer });
    return code;
  }

  async define(conversion: object, versions: readonly object[] = usualVersions): Promise<void> {
    await this.#ask.silently({
      path: definitions,
      body: {
        metadata: { name: `gadgets.${this.#group}` },
        spec: {
          group: this.#group,
          scope: 'Namespaced',
          names: { plural: 'gadgets', kind: 'Gadget' },
          versions,
          conversion,
        },
      },
    });
    await this.#until('v1', {}, ({ code }) => code === 201);
  }

  /** Gives the definition other versions, and waits until an object of one of them gets the right answer. */
  async redefine(
    versions: readonly object[],
    [version, spec]: [Version, object],
    isRight: (answer: Answer) => boolean,
  ): Promise<void> {
    await this.#ask.silently({
      method: 'PATCH',
      path: `${definitions}/gadgets.${this.#group}`,
      headers: mergePatch,
      body: { spec: { versions } },
    });
    await this.#until(version, spec, isRight);
  }

  async #until(version: Version, spec: object, isRight: (answer: Answer) => boolean): Promise<void> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const answer = await this.#ask.silently({
        path: `${this.#path(version)}?dryRun=All`,
        body: {
          apiVersion: `${this.#group}/${version}`,
          kind: 'Gadget',
          metadata: { name: 'probe' },
          spec,
        },
      });
      if (isRight(answer)) return;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }

  async create([name, version, manager]: Write, spec: object, metadata: object = {}): Promise<void> {
    await this.#show(`${name}: create in ${version} by ${manager}`, {
      path: `${this.#path(version)}?fieldManager=${manager}`,
      body: {
        apiVersion: `${this.#group}/${version}`,
        kind: 'Gadget',
        metadata: { name, ...metadata },
        spec,
      },
    });
  }

  async merge([name, version, manager]: Write, body: object): Promise<void> {
    await this.#show(`${name}: merge in ${version} by ${manager}: ${JSON.stringify(body)}`, {
      method: 'PATCH',
      path: `${this.#path(version)}/${name}?fieldManager=${manager}`,
      headers: mergePatch,
      body,
    });
  }

  async apply(
    [name, version, manager]: Write,
    spec: object,
    { force = false, labels = {} } = {},
  ): Promise<void> {
    await this.#show(
      `${name}: apply in ${version} by ${manager}: ${JSON.stringify({ spec, labels, force })}`,
      {
        method: 'PATCH',
        path: `${this.#path(version)}/${name}?fieldManager=${manager}${force ? '&force=true' : ''}`,
        headers: applyPatch,
        body: {
          apiVersion: `${this.#group}/${version}`,
          kind: 'Gadget',
          metadata: { name, ...(Object.keys(labels).length === 0 ? {} : { labels }) },
          spec,
        },
      },
    );
  }

  async get(name: string, version: Version): Promise<void> {
    await this.#show(`${name}: get in ${version}`, { path: `${this.#path(version)}/${name}` });
  }

  async forget(): Promise<void> {
    await this.#ask.silently({ method: 'DELETE', path: `${definitions}/gadgets.${this.#group}` });
  }
}

/** Writes of several managers in two versions. */
async function tryOwners(gadgets: Gadgets): Promise<void> {
  await gadgets.create(['updates', 'v1', 'a'], { text: 'hi', replicas: 1 });
  await gadgets.merge(['updates', 'v2', 'b'], { spec: { words: 'changed', replicas: 2 } });
  await gadgets.get('updates', 'v1');
  await gadgets.merge(['updates', 'v1', 'c'], { spec: { text: 'changed again' } });
  await gadgets.merge(['updates', 'v2', 'a'], { spec: { other: 'x' } });
  await gadgets.merge(['updates', 'v1', 'a'], { spec: { text: null, replicas: null } });
  await gadgets.merge(['updates', 'v1', 'd'], { spec: { first: 'unknown in v2' } });

  await gadgets.apply(['applied', 'v2', 'x'], { words: 'one', replicas: 1, map: { a: '1', b: '1' } });
  await gadgets.apply(['applied', 'v1', 'y'], { text: 'two', other: 'mine' });
  await gadgets.apply(['applied', 'v1', 'y'], { text: 'two', other: 'mine' }, { force: true });
  await gadgets.apply(['applied', 'v1', 'x'], { text: 'two', map: { a: '1' } });
  await gadgets.apply(['applied', 'v2', 'x'], { words: 'two' });
  await gadgets.apply(['applied', 'v2', 'y'], {});
  await gadgets.apply(['applied', 'v1', 'x'], { text: 'two', first: 'unknown in v2' });
  await gadgets.get('applied', 'v2');

  await gadgets.apply(['unknown', 'v1', 'x'], { text: 'one' });
  await gadgets.merge(['unknown', 'v2', 'b'], { spec: { replicas: 2 } });
  await gadgets.apply(['unknown', 'v1', 'x'], { first: 'unknown in v2' });
  await gadgets.merge(['unknown', 'v1', 'c'], { spec: { first: 'unknown in v2' } });
}

/** Two items with one key: wrong where items have keys. */
const doubled: [Version, object] = ['v1', { items: [{ name: 'a' }, { name: 'a' }] }];

const owned = (group: string, version: string): object => ({
  manager: 'given',
  operation: 'Update',
  apiVersion: `${group}/${version}`,
  fieldsType: 'FieldsV1',
  fieldsV1: { 'f:spec': { 'f:other': {} } },
});

/** Owners in versions that there are not, or no more. */
async function tryMissingVersions(gadgets: Gadgets, group: string): Promise<void> {
  await gadgets.create(['other-version', 'v1', 'a'], { other: 'x' }, { managedFields: [owned(group, 'v7')] });
  await gadgets.create(
    ['other-group', 'v1', 'a'],
    { other: 'x' },
    { managedFields: [owned('example.org', 'v1')] },
  );
  await gadgets.create(
    ['no-group', 'v1', 'a'],
    { other: 'x' },
    { managedFields: [{ ...owned(group, 'v1'), apiVersion: 'v1' }] },
  );
  await gadgets.create(['plain', 'v1', 'a'], { other: 'x' });
  await gadgets.merge(['plain', 'v1', 'b'], {
    metadata: { managedFields: [owned(group, 'v7')] },
    spec: { replicas: 1 },
  });
  await gadgets.create(['left', 'v1', 'a'], { text: 'hi' });
  await gadgets.merge(['left', 'v3', 'b'], { spec: { other: 'x' } });
  await gadgets.apply(['left', 'v3', 'x'], { replicas: 3 });
  await gadgets.create(['left-too', 'v1', 'a'], { text: 'hi' });
  await gadgets.merge(['left-too', 'v3', 'b'], { spec: { other: 'x' } });
  await gadgets.redefine(usualVersions, ['v3', {}], ({ code }) => code === 404);
  await gadgets.get('left', 'v1');
  await gadgets.apply(['left', 'v1', 'x'], { replicas: 3 });
  await gadgets.apply(['left', 'v1', 'y'], { replicas: 4 });
  await gadgets.merge(['left', 'v1', 'c'], {});
  await gadgets.apply(['left', 'v1', 'x'], { replicas: 3, other: 'x' });
  await gadgets.merge(['left-too', 'v1', 'c'], { spec: { replicas: 5 } });
}

/** Owners of fields whose schema changed meanwhile. */
async function tryChangedSchemas(gadgets: Gadgets): Promise<void> {
  await gadgets.create(['live', 'v2', 'b'], { extra: 'x', other: 'y' });
  await gadgets.apply(['live', 'v1', 'x'], { replicas: 1 });
  await gadgets.create(['live-too', 'v2', 'b'], { extra: 'x', other: 'y' });
  await gadgets.redefine(
    [versionOf('v1', { ...fields, extra: text }), versionOf('v2', fields)],
    ['v2', { extra: 'x' }],
    ({ body }) => !body.includes('"extra":"x"'),
  );
  await gadgets.apply(['live', 'v1', 'x'], { replicas: 2 });
  await gadgets.apply(['live', 'v1', 'y'], { replicas: 2 });
  await gadgets.merge(['live-too', 'v1', 'c'], {});
  await gadgets.merge(['live', 'v1', 'c'], { spec: { replicas: 5 } });

  const list = [
    { name: 'a', value: '1' },
    { name: 'b', value: '2' },
  ];
  const changes = async (name: string): Promise<void> => {
    await gadgets.merge([name, 'v1', 'c'], {});
    await gadgets.apply([name, 'v1', 'y'], { items: [{ name: 'a', value: '1' }] });
    await gadgets.apply([name, 'v1', 'x'], { items: [{ name: 'a', value: '3' }], map: { a: '1' } });
    await gadgets.merge([name, 'v1', 'c'], { spec: { items: [{ name: 'b', value: '7' }] } });
  };
  const keyed = (items: object, type: string) => [
    versionOf('v1', { ...fields, items, map: { ...fields.map, 'x-kubernetes-map-type': type } }),
    versionOf('v2', fields),
  ];
  await gadgets.apply(['granular', 'v1', 'x'], { items: list, map: { a: '1', b: '2' } });
  await gadgets.create(['granular-too', 'v1', 'b'], { items: list, map: { a: '1', b: '2' } });
  await gadgets.redefine(keyed(keyedItems, 'granular'), doubled, ({ code }) => code === 422);
  await changes('granular');
  await changes('granular-too');
  await gadgets.apply(['atomic', 'v1', 'x'], { items: list, map: { a: '1', b: '2' } });
  await gadgets.create(['atomic-too', 'v1', 'b'], { items: list, map: { a: '1', b: '2' } });
  await gadgets.redefine(keyed(items, 'atomic'), doubled, ({ code }) => code === 201);
  await changes('atomic');
  await changes('atomic-too');
}

/** A webhook that does not convert any more. */
async function tryRefusals(gadgets: Gadgets, webhook: ConversionWebhook): Promise<void> {
  for (const name of ['refused', 'unchanged', 'again']) {
    await gadgets.create([name, 'v1', 'a'], { text: 'hi' });
    await gadgets.merge([name, 'v2', 'b'], { spec: { other: 'x' } });
  }
  webhook.refuses = ({ desiredAPIVersion }) => desiredAPIVersion.endsWith('/v2');
  await gadgets.apply(['refused', 'v1', 'x'], { replicas: 1 });
  await gadgets.merge(['refused', 'v1', 'c'], { spec: { replicas: 2 } });
  await gadgets.merge(['unchanged', 'v1', 'c'], {});
  await gadgets.merge(['again', 'v1', 'c'], { metadata: { labels: { a: 'b' } } });
  webhook.refuses = undefined;
  await gadgets.apply(['refused', 'v1', 'x'], { replicas: 2, other: 'y' });
  await gadgets.get('unchanged', 'v2');
}

/** Who owns what of custom objects that are written in several versions, by name or by a webhook. */
export const ownersInVersions: Family = {
  name: 'owners in versions',
  async run(ask) {
    const webhook = await startConversionWebhook();
    const ports = [webhook.port];
    try {
      const tries: [string, object][] = [
        ['None', { strategy: 'None' }],
        ['Webhook', webhook.conversion],
      ];
      for (const [strategy, conversion] of tries) {
        const run = async (
          title: string,
          versions: readonly object[],
          attempt: (it: Gadgets) => Promise<void>,
        ) => {
          const gadgets = new Gadgets(ask, `${strategy}-${title}`, ports);
          await gadgets.define(conversion, versions);
          await attempt(gadgets);
          await gadgets.forget();
        };
        await run('owners', usualVersions, tryOwners);
        await run('missing', [...usualVersions, versionOf('v3', { ...fields, text })], (gadgets) =>
          tryMissingVersions(gadgets, `${strategy.toLowerCase()}-missing.owners.example.com`),
        );
        await run(
          'schemas',
          [versionOf('v1', { ...fields, extra: text }), versionOf('v2', { ...fields, extra: text })],
          tryChangedSchemas,
        );
      }
      const gadgets = new Gadgets(ask, 'refusals', ports);
      await gadgets.define(webhook.conversion);
      await tryRefusals(gadgets, webhook);
      await gadgets.forget();
    } finally {
      await webhook.close();
    }
  },
};
