/**
 * One object of every built-in kind, through its whole life: created by kubectl, read in every media type,
 * found in the store, written in every way, deleted.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ApiClient } from './api-client.ts';
import { eventually, run } from './command.ts';
import { type MinimalManifest, minimalManifests } from './minimal-manifests.ts';
import { projectRoot, RunningPg8s, temporaryDataDir } from './running-pg8s.ts';
import { StockClients } from './stock-clients.ts';

interface AnyObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    uid: string;
    resourceVersion: string;
    generation?: number;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    managedFields?: { manager: string; operation: string; subresource?: string }[];
  };
  status?: Record<string, unknown>;
}

interface DiscoveredResource {
  resource: string;
  responseKind: { kind: string };
  scope: 'Namespaced' | 'Cluster';
  verbs: string[];
  subresources?: { subresource: string; verbs: string[] }[];
}

interface Discovered extends DiscoveredResource {
  apiVersion: string;
}

interface Discovery {
  items: {
    metadata: { name?: string };
    versions: { version: string; resources: DiscoveredResource[] }[];
  }[];
}

interface Table {
  kind: string;
  columnDefinitions: { name: string }[];
  rows: { cells: unknown[]; object: { metadata: { name: string } } }[];
}

const namespace = 'walk';
const protobuf = 'application/vnd.kubernetes.protobuf';

/** A manifest, and where its object is. */
interface Place {
  manifest: MinimalManifest;
  resource: Discovered;
  name: string;
  collection: string;
  path: string;
  key: string;
}

describe('every resource', () => {
  let pg8s: RunningPg8s;
  let clients: StockClients;
  let api: ApiClient;
  let dataDir: Awaited<ReturnType<typeof temporaryDataDir>>;
  let discovered: Discovered[];

  before(async () => {
    dataDir = await temporaryDataDir();
    pg8s = await RunningPg8s.start(dataDir.path, '--nodes', '0');
    clients = await StockClients.of(pg8s);
    api = await ApiClient.of(pg8s);
    await clients.kubectl('create', 'namespace', namespace);
    discovered = await discover();
    await clients.kubectlInput(documents(minimalManifests.map(objectOf)), 'create', '-f', '-');
  });

  after(async () => {
    api?.close();
    await pg8s?.stop();
    await dataDir?.remove();
  });

  const discover = async (): Promise<Discovered[]> => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const lists = [
      await api.json<Discovery>('/api', { accept }),
      await api.json<Discovery>('/apis', { accept }),
    ];
    return lists
      .flatMap(({ items }) => items)
      .flatMap(({ metadata: { name = '' }, versions }) =>
        versions.flatMap(({ version, resources }) =>
          resources.map((resource) => ({
            apiVersion: name === '' ? version : `${name}/${version}`,
            ...resource,
          })),
        ),
      );
  };

  const nameOf = ({ name = 'walk' }: MinimalManifest): string => name;

  const isNamespaced = ({ apiVersion, kind }: MinimalManifest): boolean =>
    resourceOf({ apiVersion, kind }).scope === 'Namespaced';

  const resourceOf = ({ apiVersion, kind }: MinimalManifest): Discovered => {
    const found = discovered.find(
      (candidate) => candidate.apiVersion === apiVersion && candidate.responseKind.kind === kind,
    );
    assert.ok(found, `${apiVersion} has no ${kind}`);
    return found;
  };

  const objectOf = (manifest: MinimalManifest): object => ({
    apiVersion: manifest.apiVersion,
    kind: manifest.kind,
    metadata: { name: nameOf(manifest), ...(isNamespaced(manifest) ? { namespace } : {}) },
    ...manifest.body,
  });

  const placeOf = (manifest: MinimalManifest): Place => {
    const resource = resourceOf(manifest);
    const name = nameOf(manifest);
    const inNamespace = isNamespaced(manifest);
    const root = manifest.apiVersion.includes('/') ? '/apis' : '/api';
    const collection = `${root}/${manifest.apiVersion}${inNamespace ? `/namespaces/${namespace}` : ''}/${resource.resource}`;
    const prefix = manifest.key ?? resource.resource;
    return {
      manifest,
      resource,
      name,
      collection,
      path: `${collection}/${name}`,
      key: `/registry/${prefix}${inNamespace ? `/${namespace}` : ''}/${name}`,
    };
  };

  const places = (): Place[] => minimalManifests.map(placeOf);

  /** One document for kubectl. */
  const documents = (objects: readonly object[]): string =>
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });

  /** What is said of one resource names it. */
  const forEach = async (
    all: readonly Place[],
    check: (place: Place) => Promise<void> | void,
  ): Promise<void> => {
    const failures: string[] = [];
    for (const place of all) {
      try {
        await check(place);
      } catch (error) {
        failures.push(`${place.path}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    assert.deepEqual(failures, []);
  };

  const patch = (place: Place, type: string, body: unknown, query = ''): Promise<AnyObject> =>
    api.json<AnyObject>(`${place.path}${query}`, {
      method: 'PATCH',
      contentType: `application/${type}`,
      body: JSON.stringify(body),
    });

  test('that is stored has a manifest here', () => {
    const covered = new Set(minimalManifests.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`));
    const missing = discovered
      .filter(({ verbs }) => verbs.includes('create') && verbs.includes('get'))
      .map(({ apiVersion, responseKind }) => `${apiVersion} ${responseKind.kind}`)
      .filter((kind) => !covered.has(kind));
    assert.deepEqual(missing, []);
    assert.ok(minimalManifests.length > 55);
  });

  test('has the verbs of a stored resource', async () => {
    await forEach(places(), ({ resource, manifest }) => {
      // Only Namespaces cannot be deleted all at once.
      const expected = [
        'create',
        'delete',
        'deletecollection',
        'get',
        'list',
        'patch',
        'update',
        'watch',
      ].filter((verb) => manifest.kind !== 'Namespace' || verb !== 'deletecollection');
      assert.deepEqual(resource.verbs, expected);
    });
  });

  test('is listed and watched', async () => {
    await forEach(places(), async ({ collection, name, manifest }) => {
      const list = await api.json<{ kind: string; items: AnyObject[] }>(collection);
      assert.equal(list.kind, `${manifest.kind}List`);
      assert.ok(list.items.some(({ metadata }) => metadata.name === name));
    });
    await Promise.all(
      places().map(async ({ collection, name, manifest }) => {
        const query = `watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3D${name}`;
        const { body } = await api.ask(`${collection}?${query}`);
        const [event] = lines(body.toString()) as unknown as { type: string; object: AnyObject }[];
        assert.equal(event?.type, 'ADDED', collection);
        assert.equal(event.object.kind, manifest.kind);
        assert.equal(event.object.metadata.name, name);
      }),
    );
  });

  test('reads the same as JSON, YAML and protobuf', async () => {
    const all = places();
    const json: unknown[] = [];
    const yaml: string[] = [];
    const binary: string[] = [];
    await forEach(all, async ({ path, manifest, name }) => {
      const read = async (accept: string): Promise<Buffer> => {
        const answer = await api.ask(path, { accept });
        assert.equal(answer.code, 200, answer.body.toString());
        assert.equal(answer.contentType, accept);
        return answer.body;
      };
      const object = JSON.parse((await read('application/json')).toString()) as AnyObject;
      assert.equal(object.apiVersion, manifest.apiVersion);
      assert.equal(object.kind, manifest.kind);
      assert.equal(object.metadata.name, name);
      assert.match(object.metadata.uid, /^[0-9a-f-]{36}$/);
      json.push(object);
      yaml.push((await read('application/yaml')).toString());
      const bytes = await read(protobuf);
      assert.equal(bytes.subarray(0, 4).toString('latin1'), 'k8s\0');
      binary.push(bytes.toString('base64'));
    });
    const decoded = await run('node', ['pg8s/bin/pg8s.js', 'decode', '--base64'], {
      cwd: projectRoot,
      input: `${binary.join('\n')}\n`,
    });
    assert.deepEqual(lines(decoded), json);
    const parsed = await clients.kubectlInput(
      yaml.join('---\n'),
      'create',
      '--dry-run=client',
      '--validate=false',
      '--show-managed-fields',
      '-o',
      'json',
      '-f',
      '-',
    );
    const list = JSON.parse(`[${parsed.replaceAll(/^\}\n\{/gm, '},{')}]`) as unknown[];
    assert.deepEqual(list, json);
  });

  const lines = (text: string): AnyObject[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AnyObject);

  test('is printed as a table', async () => {
    await forEach(places(), async ({ path, name }) => {
      const table = await api.json<Table>(path, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
      assert.equal(table.kind, 'Table');
      assert.ok(table.columnDefinitions.length > 0);
      assert.equal(table.rows.length, 1);
      // Of an IPAddress kube-apiserver prints the age, too, and has no column for it.
      const more = path.includes('/ipaddresses/') ? 1 : 0;
      assert.equal(table.rows[0]!.cells.length, table.columnDefinitions.length + more);
      assert.equal(table.rows[0]!.object.metadata.name, name);
    });
  });

  test('lies under its key, in its form and version', async () => {
    const { kvs } = JSON.parse(await clients.etcdctl('get', '/registry/', '--prefix', '-w', 'json')) as {
      kvs: { key: string; value: string; mod_revision: number }[];
    };
    const stored = new Map(kvs.map((kv) => [Buffer.from(kv.key, 'base64').toString(), kv]));
    const all = places();
    await forEach(all, ({ key, manifest }) => {
      const kv = stored.get(key);
      assert.ok(kv, `nothing under ${key}`);
      const bytes = Buffer.from(kv.value, 'base64');
      if (manifest.storedForm === 'json') assert.equal(bytes[0], '{'.charCodeAt(0));
      else assert.equal(bytes.subarray(0, 4).toString('latin1'), 'k8s\0');
    });
    const values = all.map(({ key }) => stored.get(key)!.value);
    const decoded = lines(
      await run('node', ['pg8s/bin/pg8s.js', 'decode', '--base64'], {
        cwd: projectRoot,
        input: `${values.join('\n')}\n`,
      }),
    );
    for (const [index, { manifest, name }] of all.entries()) {
      const object = decoded[index]!;
      assert.equal(object.apiVersion, manifest.storedAs ?? manifest.apiVersion, manifest.kind);
      assert.equal(object.kind, manifest.kind);
      assert.equal(object.metadata.name, name);
      // The store never holds it: it is the key's own revision.
      assert.equal(object.metadata.resourceVersion, undefined);
    }
  });

  test('is replaced by kubectl', async () => {
    const objects = await Promise.all(places().map(({ path }) => api.json<AnyObject>(path)));
    const changed = objects.map((object) => ({
      ...object,
      metadata: {
        ...object.metadata,
        resourceVersion: undefined,
        labels: { ...object.metadata.labels, 'walk.example.com/replaced': 'yes' },
      },
    }));
    await clients.kubectlInput(documents(changed), 'replace', '-f', '-');
    await forEach(places(), async ({ path }) => {
      const { metadata } = await api.json<AnyObject>(path);
      assert.equal(metadata.labels?.['walk.example.com/replaced'], 'yes');
    });
  });

  test('is not replaced by who has seen an older one', async () => {
    await forEach(places(), async ({ path }) => {
      const object = await api.json<AnyObject>(path);
      object.metadata.resourceVersion = '1';
      const { code, body } = await api.ask(path, { method: 'PUT', body: JSON.stringify(object) });
      assert.equal(code, 409, body.toString());
      assert.match(body.toString(), /the object has been modified; please apply your changes/);
    });
  });

  test('takes patches of every type', async () => {
    await forEach(places(), async (place) => {
      const label = (name: string) => ({ metadata: { labels: { [`walk.example.com/${name}`]: 'yes' } } });
      await patch(place, 'json-patch+json', [
        { op: 'add', path: '/metadata/labels/walk.example.com~1json', value: 'yes' },
      ]);
      await patch(place, 'merge-patch+json', label('merge'));
      await patch(place, 'strategic-merge-patch+json', label('strategic'));
      const { metadata } = await patch(
        place,
        'apply-patch+yaml',
        {
          apiVersion: place.manifest.apiVersion,
          kind: place.manifest.kind,
          metadata: { name: place.name, labels: { 'walk.example.com/apply': 'yes' } },
        },
        '?fieldManager=walker',
      );
      for (const name of ['replaced', 'json', 'merge', 'strategic', 'apply']) {
        assert.equal(metadata.labels?.[`walk.example.com/${name}`], 'yes', name);
      }
      assert.ok(
        metadata.managedFields?.some(
          ({ manager, operation }) => manager === 'walker' && operation === 'Apply',
        ),
      );
    });
  });

  test('keeps its status apart', async () => {
    const withStatus = places().filter(({ resource }) =>
      resource.subresources?.some(({ subresource }) => subresource === 'status'),
    );
    assert.deepEqual(
      withStatus.filter(({ manifest }) => manifest.status === undefined).map(({ path }) => path),
      [],
    );
    await forEach(withStatus, async (place) => {
      const wanted = place.manifest.status!;
      const main = await patch(place, 'merge-patch+json', { status: wanted });
      assert.throws(
        () => assert.partialDeepStrictEqual(main.status, wanted),
        'a status was taken by the resource itself',
      );
      const written = await api.json<AnyObject>(`${place.path}/status`, {
        method: 'PATCH',
        contentType: 'application/merge-patch+json',
        body: JSON.stringify({ status: wanted }),
      });
      assert.partialDeepStrictEqual(written.status, wanted);
      const read = await api.json<AnyObject>(`${place.path}/status`);
      assert.partialDeepStrictEqual(read.status, wanted);
      assert.equal(read.metadata.generation, main.metadata.generation);
    });
  });

  test('that is not stored answers too', async () => {
    const virtual = discovered
      .filter(({ verbs }) => verbs.length > 0 && !(verbs.includes('create') && verbs.includes('get')))
      .map(({ resource }) => resource)
      .sort();
    assert.deepEqual(virtual, [
      'bindings',
      'componentstatuses',
      'localsubjectaccessreviews',
      'selfsubjectaccessreviews',
      'selfsubjectreviews',
      'selfsubjectrulesreviews',
      'subjectaccessreviews',
      'tokenreviews',
    ]);
    await eventually(async () => {
      const table = await clients.kubectl('get', 'componentstatuses', '--no-headers');
      const rows = table
        .trim()
        .split('\n')
        .map((row) => row.split(/ +/, 3));
      assert.deepEqual(rows.sort(), [
        ['controller-manager', 'Healthy', 'ok'],
        ['etcd-0', 'Healthy', 'ok'],
        ['scheduler', 'Healthy', 'ok'],
      ]);
      return true;
    });
    const attributes = { verb: 'list', resource: 'pods', namespace };
    const review = async (apiVersion: string, kind: string, spec: object, place = ''): Promise<unknown> => {
      const resource = discovered.find(({ responseKind }) => responseKind.kind === kind)!.resource;
      const { status } = await api.json<AnyObject>(`/apis/${apiVersion}${place}/${resource}`, {
        method: 'POST',
        body: JSON.stringify({ apiVersion, kind, metadata: place === '' ? {} : { namespace }, spec }),
      });
      return status;
    };
    const group = 'authorization.k8s.io/v1';
    assert.deepEqual(await review(group, 'SelfSubjectAccessReview', { resourceAttributes: attributes }), {
      allowed: true,
    });
    const asJane = { user: 'jane', resourceAttributes: attributes };
    assert.partialDeepStrictEqual(await review(group, 'SubjectAccessReview', asJane), { allowed: false });
    assert.partialDeepStrictEqual(
      await review(group, 'LocalSubjectAccessReview', asJane, `/namespaces/${namespace}`),
      { allowed: false },
    );
    assert.partialDeepStrictEqual(await review(group, 'SelfSubjectRulesReview', { namespace }), {
      resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
    });
    assert.partialDeepStrictEqual(await review('authentication.k8s.io/v1', 'SelfSubjectReview', {}), {
      userInfo: { username: 'kubernetes-admin' },
    });
    assert.deepEqual(await review('authentication.k8s.io/v1', 'TokenReview', { token: 'nobody knows' }), {
      user: {},
      error: 'invalid bearer token',
    });
    const binding = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name: 'walk' },
      target: { name: 'walk' },
    };
    const bound = await api.json<AnyObject>(`/api/v1/namespaces/${namespace}/bindings`, {
      method: 'POST',
      body: JSON.stringify(binding),
    });
    assert.equal(bound.kind, 'Status');
    const pod = await api.json<{ spec: { nodeName?: string } }>(`/api/v1/namespaces/${namespace}/pods/walk`);
    assert.equal(pod.spec.nodeName, 'walk');
  });

  test('is deleted, by itself and with its collection', async () => {
    const all = places();
    const [half, others] = [
      all.filter((_, index) => index % 2 === 0),
      all.filter((_, index) => index % 2 === 1),
    ];
    await clients.kubectlInput(
      documents(half.map(({ manifest }) => objectOf(manifest))),
      'delete',
      // Nobody is on the Pod's node to end it.
      '--grace-period=0',
      '--force',
      '--timeout=30s',
      '-f',
      '-',
    );
    await forEach(others, async ({ manifest, collection, path, name }) => {
      const target =
        manifest.kind === 'Namespace' ? path : `${collection}?fieldSelector=metadata.name%3D${name}`;
      const { code, body } = await api.ask(target, { method: 'DELETE' });
      assert.equal(code, 200, body.toString());
    });
    await forEach(all, async ({ path }) => {
      await eventually(async () => (await api.ask(path)).code === 404, { withinMs: 20_000 });
    });
  });
});
