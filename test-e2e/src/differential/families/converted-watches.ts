import type { Review } from '../../../../apiserver-lite/src/apiextensions/conversion/testing/conversion-answers.ts';
import { startConversionWebhook } from '../conversion-webhook.ts';
import type { Ask, Family } from '../family.ts';
import { namespace } from '../places.ts';
import { cleaned } from './cleaned.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const group = 'watched.conversion.example.com';
const merge = { 'content-type': 'application/merge-patch+json' };
const table = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
const metadata = { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' };
const waitMs = 100;
const attempts = 300;
/** How long watches last, and how long they get to be there before something is written. */
const watchSeconds = 4;
const beginMs = 1000;

type Version = 'v1' | 'v2';

const pathOf = (version: Version) => `/apis/${group}/${version}/namespaces/${namespace}/parcels`;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function versionOf(name: Version): object {
  const text = { type: 'string' };
  const field = name === 'v1' ? 'text' : 'words';
  const properties = {
    spec: { type: 'object', properties: { [field]: text, number: { type: 'integer' } } },
  };
  return {
    name,
    served: true,
    storage: name === 'v1',
    schema: { openAPIV3Schema: { type: 'object', properties } },
    additionalPrinterColumns: [{ name: 'Words', type: 'string', jsonPath: '.spec.words' }],
    selectableFields: [{ jsonPath: `.spec.${field}` }],
  };
}

class Parcels {
  readonly #ask: Ask;
  readonly #ports: readonly number[];

  constructor(ask: Ask, port: number) {
    this.#ask = ask;
    this.#ports = [port];
  }

  async define(conversion: object): Promise<void> {
    await this.#ask.silently({
      path: definitions,
      body: {
        metadata: { name: `parcels.${group}` },
        spec: {
          group,
          scope: 'Namespaced',
          names: { plural: 'parcels', kind: 'Parcel' },
          versions: [versionOf('v1'), versionOf('v2')],
          conversion,
        },
      },
    });
    for (let attempt = 0; attempt < attempts; attempt++) {
      const answers = await Promise.all(
        (['v1', 'v2'] as const).map((version) => this.create('probe', version, {}, '?dryRun=All')),
      );
      if (answers.every((code) => code === 201)) return;
      await pause(waitMs);
    }
  }

  async create(name: string, version: Version, spec: object, query = ''): Promise<number> {
    const { code } = await this.#ask.silently({
      path: `${pathOf(version)}${query}`,
      body: {
        apiVersion: `${group}/${version}`,
        kind: 'Parcel',
        metadata: { name, labels: { name } },
        spec,
      },
    });
    return code;
  }

  async merge(name: string, version: Version, body: object): Promise<void> {
    await this.#ask.silently({ method: 'PATCH', path: `${pathOf(version)}/${name}`, headers: merge, body });
  }

  async delete(name: string, version: Version): Promise<void> {
    await this.#ask.silently({ method: 'DELETE', path: `${pathOf(version)}/${name}` });
  }

  async revision(version: Version): Promise<string> {
    const { body } = await this.#ask.silently({ path: `${pathOf(version)}?limit=1` });
    return (JSON.parse(body.toString()) as { metadata: { resourceVersion: string } }).metadata
      .resourceVersion;
  }

  async show(title: string, version: Version, query: string, headers = {}): Promise<void> {
    const { code, body } = await this.#ask.silently({ path: `${pathOf(version)}${query}`, headers });
    this.#ask.show(title, { code, body: JSON.parse(cleaned(body.toString(), this.#ports)) as unknown });
  }

  /** The events of a watch, shown once it ended. */
  async watch(title: string, version: Version, query: string, headers = {}): Promise<void> {
    const startedMs = performance.now();
    const { code, body } = await this.#ask.silently({
      path: `${pathOf(version)}?watch=1&timeoutSeconds=${watchSeconds}&${query}`,
      headers,
      forMs: (watchSeconds + 2) * 1000,
    });
    const lines = cleaned(body.toString(), this.#ports).split('\n');
    // Bookmarks that say how far a watch has come are sent when each server finds the time.
    const isShown = (line: string) =>
      line !== '' && (!line.includes('"BOOKMARK"') || line.includes('initial-events-end'));
    const events = lines.filter(isShown).map((line) => JSON.parse(line) as unknown);
    const isEarly = performance.now() - startedMs < (watchSeconds - 1) * 1000;
    this.#ask.show(title, { code, isEarly, events });
  }

  async forget(): Promise<void> {
    await this.#ask.silently({ method: 'DELETE', path: `${definitions}/parcels.${group}` });
  }
}

/** Watches of both versions while objects are written in both. */
async function tryWatches(parcels: Parcels): Promise<void> {
  await parcels.create('old', 'v1', { text: 'hi', number: 1 });
  await parcels.create('other', 'v2', { words: 'hello' });
  const revision = await parcels.revision('v1');
  const initial = 'sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan';
  // Few enough for the connections to one server.
  for (const version of ['v1', 'v2'] as const) {
    const watches = [
      parcels.watch(`${version} from a revision`, version, `resourceVersion=${revision}`),
      parcels.watch(`${version} from 0`, version, 'resourceVersion=0'),
      parcels.watch(`${version} with initial events`, version, initial),
      parcels.watch(`${version} by label`, version, `resourceVersion=${revision}&labelSelector=name%3Dold`),
      parcels.watch(
        `${version} by a field`,
        version,
        `resourceVersion=${revision}&fieldSelector=${version === 'v1' ? 'spec.text' : 'spec.words'}%3Dchanged`,
      ),
      parcels.watch(`${version} as a table`, version, `resourceVersion=${revision}`, table),
      parcels.watch(`${version} as metadata`, version, `resourceVersion=${revision}`, metadata),
    ];
    await pause(beginMs);
    const name = `new-${version}`;
    await parcels.create(name, 'v1', { text: 'new' });
    await parcels.merge('old', 'v2', { spec: { words: 'changed' } });
    await parcels.merge(name, 'v2', { spec: { words: 'changed' } });
    await parcels.merge('old', 'v1', { spec: { text: 'again' } });
    await parcels.delete(name, 'v2');
    await Promise.all(watches);
  }
}

/** Watches that come upon an object which the webhook does not convert. */
async function tryRefusals(parcels: Parcels, refuse: (name: string | undefined) => void): Promise<void> {
  const revision = await parcels.revision('v1');
  refuse('bad');
  const watches = [
    parcels.watch('refused: v1 from a revision', 'v1', `resourceVersion=${revision}`),
    parcels.watch('refused: v2 from a revision', 'v2', `resourceVersion=${revision}`),
    parcels.watch('refused: v2 from 0', 'v2', 'resourceVersion=0'),
    parcels.watch('refused: v2 by label', 'v2', `resourceVersion=${revision}&labelSelector=name%3Dgood`),
  ];
  await pause(beginMs);
  await parcels.create('bad', 'v1', { text: 'bad' });
  await parcels.create('good', 'v1', { text: 'good' });
  await Promise.all(watches);
  await parcels.watch('refused: v2 later, from the revision', 'v2', `resourceVersion=${revision}`);
  await parcels.show('refused: list of v2', 'v2', '');
  await parcels.show('refused: list of v1', 'v1', '');
  await parcels.show('refused: get of v2', 'v2', '/bad');
  refuse(undefined);
  await pause(beginMs * 6);
  await parcels.show('afterwards: list of v2', 'v2', '');
  await parcels.watch('afterwards: v2 from 0', 'v2', 'resourceVersion=0');
}

const nameIn = ({ objects }: Review['request']): unknown[] =>
  objects.map((object) => object.metadata['name']);

/** Watches of custom objects that a webhook converts. */
export const convertedWatches: Family = {
  name: 'watches through a conversion webhook',
  async run(ask) {
    const webhook = await startConversionWebhook();
    const parcels = new Parcels(ask, webhook.port);
    try {
      await parcels.define(webhook.conversion);
      await tryWatches(parcels);
      await tryRefusals(parcels, (name) => {
        webhook.refuses = name === undefined ? undefined : (request) => nameIn(request).includes(name);
      });
      await parcels.forget();
    } finally {
      await webhook.close();
    }
  },
};
