import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ApiClient, type ApiRequest } from './api-client.ts';
import { minimalManifests } from './minimal-manifests.ts';
import { RunningPg8s, temporaryDataDir } from './running-pg8s.ts';

const seed = Number(process.env['PG8S_TEST_SEED'] ?? Date.now() % 1_000_000);
const requestsPerResource = 40;

interface Resource {
  apiVersion: string;
  resource: string;
  kind: string;
  namespaced: boolean;
  subresources: string[];
}

interface Discovery {
  items: {
    metadata: { name?: string };
    versions: {
      version: string;
      resources: {
        resource: string;
        responseKind: { kind: string };
        scope: 'Namespaced' | 'Cluster';
        subresources?: { subresource: string }[];
      }[];
    }[];
  }[];
}

/** Numbers that a seed repeats (mulberry32). */
class Dice {
  #state: number;

  constructor(start: number) {
    this.#state = start;
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) % limit;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

const oddValues: readonly unknown[] = [
  null,
  [],
  {},
  '',
  'x',
  'constructor',
  '__proto__',
  -1,
  0,
  1.5,
  1e300,
  Number.MAX_SAFE_INTEGER,
  true,
  [null],
  [[]],
  [{}],
  ['a', 'a'],
  { constructor: 'x' },
  { '': '' },
  '1Gi',
  '2026-01-01T00:00:00Z',
  '😀',
];
const oddTexts = [
  '',
  'x',
  '-1',
  '1',
  'true',
  'All',
  'a=b',
  'metadata.name=x',
  '%',
  ';',
  '💥',
  '0',
  'Exact',
  'Orphan',
];
const parameters = [
  'dryRun',
  'fieldManager',
  'fieldValidation',
  'force',
  'limit',
  'continue',
  'labelSelector',
  'fieldSelector',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'timeoutSeconds',
  'gracePeriodSeconds',
  'propagationPolicy',
  'pretty',
  'timeout',
];
const contentTypes = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/json-patch+json',
  'application/apply-patch+yaml',
];
const accepted = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  '*/*',
];

/** A copy with something odd in some places. */
function odd(dice: Dice, value: unknown): unknown {
  if (dice.below(12) === 0) return dice.pick(oddValues);
  if (Array.isArray(value)) {
    const items = value.map((item) => odd(dice, item));
    return dice.below(8) === 0 ? [...items, ...items, dice.pick(oddValues)] : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(() => dice.below(20) > 0)
    .map(([key, item]): [string, unknown] => [key, odd(dice, item)]);
  if (dice.below(10) === 0)
    entries.push([dice.pick(['constructor', '__proto__', 'status', 'x']), dice.pick(oddValues)]);
  return Object.fromEntries(entries);
}

describe('odd requests', () => {
  let dataDir: Awaited<ReturnType<typeof temporaryDataDir>>;
  let pg8s: RunningPg8s;
  let api: ApiClient;

  before(async () => {
    dataDir = await temporaryDataDir();
    pg8s = await RunningPg8s.start(dataDir.path, '--nodes', '0');
    api = await ApiClient.of(pg8s);
  });

  after(async () => {
    api?.close();
    await pg8s?.stop();
    await dataDir?.remove();
  });

  const discover = async (): Promise<Resource[]> => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const found: Resource[] = [];
    for (const root of ['/api', '/apis']) {
      const { items } = await api.json<Discovery>(root, { accept });
      for (const { metadata, versions } of items) {
        for (const { version, resources } of versions) {
          const apiVersion = metadata.name ? `${metadata.name}/${version}` : version;
          for (const { resource, responseKind, scope, subresources = [] } of resources) {
            found.push({
              apiVersion,
              resource,
              kind: responseKind.kind,
              namespaced: scope === 'Namespaced',
              subresources: subresources
                .map(({ subresource }) => subresource)
                .filter((name) => !/^(proxy|exec|attach|portforward|log)$/.test(name)),
            });
          }
        }
      }
    }
    return found;
  };

  test(`never end in an internal error (PG8S_TEST_SEED=${seed})`, async () => {
    const dice = new Dice(seed);
    const faults: string[] = [];
    for (const { apiVersion, resource, kind, namespaced, subresources } of await discover()) {
      const manifest = minimalManifests.find((each) => each.kind === kind && each.apiVersion === apiVersion);
      const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
      const collection = `${root}${namespaced ? '/namespaces/default' : ''}/${resource}`;
      const sample = {
        apiVersion,
        kind,
        metadata: { name: 'odd', labels: { a: 'b' }, annotations: { a: 'b' }, finalizers: [] },
        spec: {},
        ...manifest?.body,
      };
      await api.ask(collection, { method: 'POST', body: JSON.stringify(sample) });
      for (let count = 0; count < requestsPerResource; count++) {
        const method = dice.pick(['POST', 'PUT', 'PATCH', 'PATCH', 'PATCH', 'GET', 'DELETE']);
        const named = method === 'POST' ? dice.below(3) === 0 : dice.below(6) > 0;
        const below =
          named && subresources.length > 0 && dice.below(2) === 0 ? `/${dice.pick(subresources)}` : '';
        // Namespaces are left alone: the others live in one.
        if (method === 'DELETE' && (resource === 'namespaces' || !named)) continue;
        const query = Array.from(
          { length: dice.below(3) },
          () => `${dice.pick(parameters)}=${encodeURIComponent(dice.pick(oddTexts))}`,
        );
        if (method !== 'GET' && dice.below(2) === 0) query.push('dryRun=All');
        if (method === 'PATCH') query.push('fieldManager=odd');
        const contentType =
          method === 'PATCH' ? dice.pick(contentTypes.slice(3)) : dice.pick(contentTypes.slice(0, 2));
        const patch = contentType === 'application/json-patch+json';
        const body = patch
          ? [
              {
                op: dice.pick(['add', 'replace', 'remove', 'test', 'copy', 'move', 'x']),
                path: dice.pick([
                  '/metadata/labels',
                  '/spec',
                  '/metadata/name',
                  '',
                  '/x/y',
                  '/metadata/labels/a',
                ]),
                from: '/metadata',
                value: dice.pick(oddValues),
              },
            ]
          : odd(dice, sample);
        const request: ApiRequest = {
          method,
          accept: dice.pick(accepted),
          ...(method === 'GET' ? {} : { contentType, body: JSON.stringify(body) ?? 'null' }),
        };
        const path = `${collection}${named ? '/odd' : ''}${below}?${query.join('&')}`;
        const answer = await api.ask(path, request);
        const text = answer.body.toString();
        if (/InternalError|Internal error occurred/.test(text)) {
          faults.push(
            `${method} ${path} ${contentType} ${String(request.body)}\n    ${answer.code} ${text.slice(0, 400)}`,
          );
        }
      }
    }
    assert.deepEqual(faults, []);
  });
});
