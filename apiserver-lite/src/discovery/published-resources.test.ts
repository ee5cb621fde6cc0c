import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { factsFolder } from '@pg8s/k8s-proto/testing/facts-folder';
import { resourceInfo } from '@pg8s/k8s-proto/scheme';
import { testRegistry } from '../registry/testing/test-registry.ts';
import { PathRouter } from '../http/path-router.ts';
import { fakeExchange } from '../http/testing/fake-exchange.ts';
import { serveDiscovery } from './serve-discovery.ts';

const factsFile = join(factsFolder(), 'resources.json');

interface PublishedSubresource {
  name: string;
  kind: string;
  group?: string;
  version?: string;
  verbs: string[];
}

interface PublishedResource extends PublishedSubresource {
  singularName: string;
  namespaced: boolean;
  shortNames: string[];
  categories: string[];
  storageKeyPrefix: string | null;
  subresources: PublishedSubresource[];
}

interface Published {
  groups: {
    name: string;
    versions: { version: string; servedByDefault: boolean; resources: PublishedResource[] }[];
  }[];
}

const published = JSON.parse(readFileSync(factsFile, 'utf8')) as Published;

type Row = Record<string, unknown> & { name: string };

/** Tokens are there only where a key to sign them is given. */
const isOptional = ({ name }: Row): boolean => name === 'serviceaccounts/token';

function rowsOf({ resources }: { resources: PublishedResource[] }): Row[] {
  return resources
    .flatMap(
      ({ subresources, name, namespaced, kind, singularName, verbs, shortNames, categories }): Row[] => [
        ...(verbs.length === 0
          ? []
          : [
              {
                name,
                singularName,
                namespaced,
                kind,
                verbs: verbs.toSorted(),
                ...(shortNames.length === 0 ? {} : { shortNames }),
                ...(categories.length === 0 ? {} : { categories }),
              },
            ]),
        ...subresources.map((subresource) => ({
          name: `${name}/${subresource.name}`,
          singularName: '',
          namespaced,
          ...(subresource.group === undefined
            ? {}
            : { group: subresource.group, version: subresource.version }),
          kind: subresource.kind,
          verbs: subresource.verbs.toSorted(),
        })),
      ],
    )
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .filter((row) => !isOptional(row));
}

const withoutHash = (row: Row): Row => ({
  ...Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'storageVersionHash')),
  name: row.name,
});

async function client(runtimeConfig: Record<string, boolean>) {
  const router = new PathRouter();
  const { registry } = await testRegistry({ options: { runtimeConfig } });
  serveDiscovery(router, { resources: registry.resources, serverAddress: () => '127.0.0.1:6443' });
  return async <Document>(url: string, accept = 'application/json'): Promise<Document> => {
    const { context, response } = fakeExchange({ url, headers: { accept } });
    await router.handler(context);
    assert.equal(response.statusCode, 200, url);
    return JSON.parse(response.text) as Document;
  };
}

type Get = Awaited<ReturnType<typeof client>>;

/** `group/version` of what is served, from the old documents. */
async function servedVersions(get: Get): Promise<string[]> {
  const { groups } = await get<{
    groups: { preferredVersion: { groupVersion: string }; versions: { groupVersion: string }[] }[];
  }>('/apis');
  for (const { preferredVersion, versions } of groups) assert.deepEqual(preferredVersion, versions[0]);
  return ['v1', ...groups.flatMap(({ versions }) => versions.map(({ groupVersion }) => groupVersion))];
}

const groupVersion = (group: string, version: string) => (group === '' ? version : `${group}/${version}`);

async function assertPublished(get: Get, isServed: (version: string, byDefault: boolean) => boolean) {
  const wanted = published.groups.flatMap(({ name, versions }) =>
    versions
      .filter(({ version, servedByDefault }) => isServed(version, servedByDefault))
      .map((version) => ({ id: groupVersion(name, version.version), rows: rowsOf(version) })),
  );
  assert.deepEqual((await servedVersions(get)).toSorted(), wanted.map(({ id }) => id).toSorted());
  for (const { id, rows } of wanted) {
    const { resources } = await get<{ resources: Row[] }>(id === 'v1' ? '/api/v1' : `/apis/${id}`);
    const found = resources
      .filter((row) => !isOptional(row))
      .map((row) => ({ ...withoutHash(row), verbs: (row['verbs'] as string[]).toSorted() }));
    assert.deepEqual(found, rows, id);
  }
}

describe('discovery is that of a stock server', () => {
  test('by default', async () => {
    await assertPublished(await client({}), (_, byDefault) => byDefault);
  });

  test('with --runtime-config=api/all=true', async () => {
    await assertPublished(await client({ 'api/all': true }), () => true);
  });

  test('with --runtime-config=api/beta=true', async () => {
    await assertPublished(
      await client({ 'api/beta': true }),
      (version, byDefault) => byDefault || version.includes('beta'),
    );
  });

  test('hashes of storage versions are there for all that is stored', async () => {
    const get = await client({});
    for (const { name, versions } of published.groups) {
      for (const { version, servedByDefault, resources } of versions) {
        if (!servedByDefault) continue;
        const path = name === '' ? `/api/${version}` : `/apis/${name}/${version}`;
        const document = await get<{ resources: Row[] }>(path);
        for (const { name: resource, storageKeyPrefix } of resources) {
          const row = document.resources.find((found) => found.name === resource);
          const stored = resourceInfo(name, version, resource)?.storedAs;
          const text = `${stored?.group}/${stored?.version}/${stored?.kind}`;
          const hash = createHash('sha256').update(text).digest().subarray(0, 8).toString('base64');
          assert.equal(row?.['storageVersionHash'], storageKeyPrefix === null ? undefined : hash, text);
        }
      }
    }
  });
});

/** Groups by priority, with the versions that an ordinary server with everything switched on has. */
const order =
  'apiregistration.k8s.io apps events.k8s.io authentication.k8s.io authorization.k8s.io autoscaling batch ' +
  'certificates.k8s.io networking.k8s.io policy rbac.authorization.k8s.io storage.k8s.io ' +
  'admissionregistration.k8s.io apiextensions.k8s.io scheduling.k8s.io coordination.k8s.io node.k8s.io ' +
  'discovery.k8s.io resource.k8s.io flowcontrol.apiserver.k8s.io internal.apiserver.k8s.io storagemigration.k8s.io';

interface Aggregated {
  apiVersion: string;
  items: {
    metadata: { name?: string };
    versions: {
      version: string;
      freshness: string;
      resources: {
        resource: string;
        responseKind: { group: string; version: string; kind: string };
        scope: string;
        singularResource: string;
        verbs: string[];
        shortNames?: string[];
        categories?: string[];
        subresources?: {
          subresource: string;
          responseKind: { group: string; version: string; kind: string };
          verbs: string[];
        }[];
      }[];
    }[];
  }[];
}

/** What an aggregated document says about a version, as the rows of an old one. */
function oldRows({ resources }: Aggregated['items'][number]['versions'][number]): Row[] {
  return resources.flatMap((entry): Row[] => {
    const namespaced = entry.scope === 'Namespaced';
    const { resource, singularResource, responseKind, verbs, shortNames, categories } = entry;
    return [
      ...(verbs.length === 0
        ? []
        : [
            {
              name: resource,
              singularName: singularResource,
              namespaced,
              kind: responseKind.kind,
              verbs,
              ...(shortNames && { shortNames }),
              ...(categories && { categories }),
            },
          ]),
      ...(entry.subresources ?? []).map(({ subresource, responseKind: { group, version, kind }, verbs }) => ({
        name: `${resource}/${subresource}`,
        singularName: '',
        namespaced,
        ...(version === '' ? {} : { group, version }),
        kind,
        verbs,
      })),
    ];
  });
}

test('aggregated discovery says what the old documents say, in the same order', async () => {
  const get = await client({ 'api/all': true });
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const [core, others] = [await get<Aggregated>('/api', accept), await get<Aggregated>('/apis', accept)];
  assert.equal(others.apiVersion, 'apidiscovery.k8s.io/v2');
  assert.equal(others.items.map(({ metadata }) => metadata.name).join(' '), order);
  const { groups } = await get<{ groups: { name: string }[] }>('/apis');
  assert.equal(groups.map(({ name }) => name).join(' '), order);
  const found: string[] = [];
  for (const { metadata, versions } of [...core.items, ...others.items]) {
    for (const entry of versions) {
      const id = groupVersion(metadata.name ?? '', entry.version);
      found.push(id);
      const { resources } = await get<{ resources: Row[] }>(id === 'v1' ? '/api/v1' : `/apis/${id}`);
      assert.deepEqual(
        oldRows(entry),
        resources.map((row) => withoutHash(row)),
        id,
      );
      assert.equal(entry.freshness, 'Current');
    }
  }
  assert.deepEqual(found, await servedVersions(get));
});
