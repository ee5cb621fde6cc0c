import type { Ask, Family } from '../family.ts';
import { namespace } from '../places.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const mergePatch = 'application/merge-patch+json';
const jsonPatch = 'application/json-patch+json';
const applyPatch = 'application/apply-patch+yaml';
const strategicPatch = 'application/strategic-merge-patch+json';
const meta = (kind: string) => `application/json;as=${kind};v=v1;g=meta.k8s.io`;

// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

const specSchema = {
  type: 'object',
  properties: {
    replicas: { type: 'integer' },
    color: { type: 'string', default: 'red' },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    wide: { type: 'integer', format: 'int64' },
    ratio: { type: 'number' },
    either: { 'x-kubernetes-int-or-string': true },
    since: { type: 'string', format: 'date-time' },
    on: { type: 'boolean' },
    names: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
    ports: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string' }, port: { type: 'integer', default: 80 } },
      },
    },
    plain: { type: 'array', items: { type: 'string' } },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    whole: {
      type: 'object',
      'x-kubernetes-map-type': 'atomic',
      properties: { a: { type: 'string' }, b: { type: 'string' } },
    },
  },
};

const versionOne = {
  name: 'v1',
  served: true,
  storage: true,
  subresources: {
    status: {},
    scale: {
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.status.selector',
    },
  },
  additionalPrinterColumns: [
    { name: 'Size', type: 'integer', jsonPath: '.spec.replicas', description: 'How many.' },
    { name: 'Color', type: 'string', jsonPath: '.spec.color', priority: 1 },
    { name: 'Ratio', type: 'number', jsonPath: '.spec.ratio' },
    { name: 'On', type: 'boolean', jsonPath: '.spec.on' },
    { name: 'Since', type: 'date', jsonPath: '.spec.since' },
    { name: 'Ports', type: 'string', jsonPath: '.spec.ports[*].port' },
    { name: 'Whole', type: 'string', jsonPath: '.spec.whole' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  selectableFields: [{ jsonPath: '.spec.color' }, { jsonPath: '.spec.on' }],
  schema: {
    openAPIV3Schema: {
      type: 'object',
      properties: {
        spec: specSchema,
        status: {
          type: 'object',
          properties: { replicas: { type: 'integer' }, selector: { type: 'string' } },
        },
      },
    },
  },
};

const versionBeta = {
  name: 'v1beta1',
  served: true,
  storage: false,
  deprecated: true,
  schema: {
    openAPIV3Schema: {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: { replicas: { type: 'integer' }, color: { type: 'string' }, old: { type: 'string' } },
        },
      },
    },
  },
};

interface Named {
  group: string;
  plural: string;
  kind: string;
  shortNames?: string[];
  categories?: string[];
  scope?: string;
  versions?: object[];
}

function definition({ group, plural, kind, shortNames, categories, scope, versions }: Named) {
  const names = {
    plural,
    kind,
    ...(shortNames === undefined ? {} : { shortNames }),
    ...(categories === undefined ? {} : { categories }),
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: { group, scope: scope ?? 'Namespaced', names, versions: versions ?? [versionOne, versionBeta] },
  };
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not after 20 s: ${what}`);
}

async function read(ask: Ask, path: string): Promise<Json> {
  const { body } = await ask.silently({ path });
  const text = body.toString();
  return text.startsWith('{') ? JSON.parse(text) : {};
}

/** Waits until a condition of a definition has the status. */
async function untilStatus(ask: Ask, name: string, type: string, status: string): Promise<void> {
  await until(`${type}=${status} of ${name}`, async () => {
    const { status: found = {} } = await read(ask, `${definitions}/${name}`);
    return (found.conditions ?? []).some((each: Json) => each.type === type && each.status === status);
  });
}

/** Waits until the version of a group is in discovery with so many resources, and can be asked. */
async function untilDiscovered(ask: Ask, group: string, plural: string, version = 'v1'): Promise<void> {
  await until(`${plural}.${group} in discovery`, async () => {
    const { resources = [] } = await read(ask, `/apis/${group}/${version}`);
    return resources.some(({ name }: Json) => name === plural);
  });
}

async function define(ask: Ask, named: Named, attempt = ''): Promise<void> {
  const body = definition(named);
  await ask(`create ${body.metadata.name}${attempt}`, { path: `${definitions}?fieldManager=test`, body });
  await untilStatus(ask, body.metadata.name, 'Established', 'True');
  await untilDiscovered(ask, named.group, named.plural);
}

async function remove(ask: Ask, name: string, attempt = ''): Promise<void> {
  await ask(`delete ${name}${attempt}`, { method: 'DELETE', path: `${definitions}/${name}` });
  await untilGone(ask, name);
}

async function untilGone(ask: Ask, name: string): Promise<void> {
  await until(
    `${name} gone`,
    async () => (await ask.silently({ path: `${definitions}/${name}` })).code === 404,
  );
}

const lifeGroup = 'life.custom.example.com';

const life: Family = {
  name: 'life of definitions',
  async run(ask) {
    const group = lifeGroup;
    const objects = `/apis/${group}/v1/namespaces/${namespace}/widgets`;
    await ask('group before', { path: `/apis/${group}` });
    await ask('version before', { path: `/apis/${group}/v1` });
    await ask('objects before', { path: objects });
    await define(ask, { group, plural: 'widgets', kind: 'Widget', shortNames: ['wd'], categories: ['all'] });
    await ask('established', { path: `${definitions}/widgets.${group}` });
    await ask('group', { path: `/apis/${group}` });
    await ask('version', { path: `/apis/${group}/v1` });
    await ask('other version', { path: `/apis/${group}/v1beta1` });
    await ask('APIService', { path: `/apis/apiregistration.k8s.io/v1/apiservices/v1.${group}` });
    const { items = [] } = JSON.parse(
      (
        await ask.silently({
          path: '/apis',
          headers: { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' },
        })
      ).body.toString(),
    ) as { items?: { metadata: { name: string } }[] };
    ask.show('aggregated discovery', { items: items.filter(({ metadata }) => metadata.name === group) });

    // Names that are in use.
    const other = definition({ group, plural: 'gadgets', kind: 'Widget', shortNames: ['wd', 'gd'] });
    await ask('create one of the same kind', { path: definitions, body: other });
    await untilStatus(ask, `gadgets.${group}`, 'NamesAccepted', 'False');
    await ask('in conflict', { path: `${definitions}/gadgets.${group}` });
    await ask('objects in conflict', { path: `/apis/${group}/v1/gadgets` });
    await ask('version in conflict', { path: `/apis/${group}/v1` });
    const plural = definition({ group, plural: 'things', kind: 'Thing', shortNames: ['widgets'] });
    await ask('create one with a short name in use', { path: definitions, body: plural });
    await untilStatus(ask, `things.${group}`, 'NamesAccepted', 'False');
    await ask('short name in conflict', { path: `${definitions}/things.${group}` });
    await ask('rename what is in conflict', {
      method: 'PATCH',
      path: `${definitions}/things.${group}`,
      headers: { 'content-type': mergePatch },
      body: { spec: { names: { shortNames: ['tg'] } } },
    });
    await untilStatus(ask, `things.${group}`, 'Established', 'True');
    await ask('renamed', { path: `${definitions}/things.${group}` });

    // A finalizer on an object keeps both.
    await ask('create an object', {
      path: objects,
      body: widget(group, 'held', { replicas: 1 }, ['example.com/x']),
    });
    await ask('delete the definition', { method: 'DELETE', path: `${definitions}/widgets.${group}` });
    await until('the object is being deleted', async () => {
      const { metadata = {} } = await read(ask, `${objects}/held`);
      return metadata.deletionTimestamp !== undefined;
    });
    await untilStatus(ask, `widgets.${group}`, 'Terminating', 'True');
    await ask('terminating', { path: `${definitions}/widgets.${group}` });
    await until('verbs of what goes', async () => {
      const { resources = [] } = await read(ask, `/apis/${group}/v1`);
      return resources.some(({ name, verbs }: Json) => name === 'widgets' && verbs.length === 5);
    });
    ask.show('version while terminating', {
      resources: ((await read(ask, `/apis/${group}/v1`)).resources as Json[]).toSorted((a, b) =>
        a.name < b.name ? -1 : 1,
      ),
    });
    await ask('create while terminating', { path: objects, body: widget(group, 'late') });
    await ask('apply while terminating', {
      method: 'PATCH',
      path: `${objects}/late?fieldManager=test`,
      headers: { 'content-type': applyPatch },
      body: widget(group, 'late'),
    });
    await ask('update while terminating', {
      method: 'PATCH',
      path: `${objects}/held`,
      headers: { 'content-type': mergePatch },
      body: { metadata: { labels: { a: 'b' } } },
    });
    await ask('delete the definition again', { method: 'DELETE', path: `${definitions}/widgets.${group}` });
    await ask('free the object', {
      method: 'PATCH',
      path: `${objects}/held`,
      headers: { 'content-type': mergePatch },
      body: { metadata: { finalizers: null } },
    });
    await until(
      'definition gone',
      async () => (await ask.silently({ path: `${definitions}/widgets.${group}` })).code === 404,
    );
    await untilStatus(ask, `gadgets.${group}`, 'Established', 'True');
    await ask('the other one has the names', { path: `${definitions}/gadgets.${group}` });
    await ask('objects after', { path: objects });
    await remove(ask, `gadgets.${group}`);
    await define(ask, { group, plural: 'widgets', kind: 'Widget' }, ' again');
    await ask('objects of the second one', { path: objects });
    await ask('delete of another uid', {
      method: 'DELETE',
      path: `${definitions}/widgets.${group}`,
      body: { preconditions: { uid: '00000000-0000-0000-0000-000000000000' } },
    });
    await ask('delete as a dry run', {
      method: 'DELETE',
      path: `${definitions}/widgets.${group}?dryRun=All`,
    });
    await remove(ask, `widgets.${group}`);
    await remove(ask, `things.${group}`);
    await until('group gone', async () => (await ask.silently({ path: `/apis/${group}` })).code === 404);
    await ask('group after', { path: `/apis/${group}` });

    const community = definition({ group: 'custom.k8s.io', plural: 'widgets', kind: 'Widget' });
    await ask('create in a protected group', { path: definitions, body: community });
    await ask('create an unapproved one', {
      path: definitions,
      body: {
        ...community,
        metadata: {
          ...community.metadata,
          annotations: { 'api-approved.kubernetes.io': 'unapproved, test' },
        },
      },
    });
    await untilStatus(ask, 'widgets.custom.k8s.io', 'KubernetesAPIApprovalPolicyConformant', 'False');
    await untilStatus(ask, 'widgets.custom.k8s.io', 'Established', 'True');
    const { status } = await read(ask, `${definitions}/widgets.custom.k8s.io`);
    ask.show('conditions of an unapproved one', {
      conditions: status.conditions.toSorted((a: Json, b: Json) => (a.type < b.type ? -1 : 1)),
    });
    await ask('delete of an unapproved one', {
      method: 'DELETE',
      path: `${definitions}/widgets.custom.k8s.io`,
    });
    await untilGone(ask, 'widgets.custom.k8s.io');
  },
};

function widget(group: string, name: string, spec: object = {}, finalizers?: string[]) {
  return {
    apiVersion: `${group}/v1`,
    kind: 'Widget',
    metadata: { name, ...(finalizers === undefined ? {} : { finalizers }) },
    spec,
  };
}

const objectsOf: Family = {
  name: 'life of custom objects',
  async run(ask) {
    const group = 'objects.custom.example.com';
    const collection = `/apis/${group}/v1/namespaces/${namespace}/widgets`;
    const everywhere = `/apis/${group}/v1/widgets`;
    const beta = `/apis/${group}/v1beta1/namespaces/${namespace}/widgets`;
    const create = (name: string, body: object | string, query = '') =>
      ask(name, { path: `${collection}?fieldManager=test${query}`, body });
    const patch = (name: string, path: string, type: string, body: object | string) =>
      ask(name, {
        method: 'PATCH',
        path: `${path}${path.includes('?') ? '&' : '?'}fieldManager=test`,
        headers: { 'content-type': type },
        body,
      });
    await define(ask, { group, plural: 'widgets', kind: 'Widget', shortNames: ['ow'] });
    await ask.silently({ path: collection, body: widget(group, 'first') });
    await ask.silently({ method: 'DELETE', path: `${collection}/first` });

    await create('create', {
      ...widget(group, 'a', {
        replicas: 2,
        ratio: 1.5,
        either: 'x',
        since: '2020-01-01T00:00:00Z',
        on: true,
        free: { b: 1, a: { z: [1, { y: 1.25 }] } },
        ports: [{ name: 'web' }, { name: 'x', port: 1 }],
        labels: { b: 'c', a: 'b' },
        whole: { b: '1', a: '2' },
        unknown: 1,
      }),
      status: { replicas: 4 },
    });
    for (const [name, free] of [
      ['in a new list', { l: [{ b: null, a: { d: null, c: 1 } }, null, [{ e: null }]] }],
      ['in a new object', { o: { b: null, a: [{ c: null }] } }],
      ['in place of a list', { a: { z: [{ y: null, x: 1 }] } }],
      ['in place of an object', { a: [{ y: null, x: 1 }] }],
      ['in place of a number', { b: [{ y: null, x: 1 }] }],
    ] as const) {
      await patch(`nulls ${name}`, `${collection}/a?dryRun=All`, mergePatch, { spec: { free } });
    }
    await create('create another', widget(group, 'b', { color: 'blue', wide: 12 }));
    await create('create, strict', widget(group, 'c', { unknown: 1 }), '&fieldValidation=Strict');
    await create(
      'create, unknown fields ignored',
      widget(group, 'c', { unknown: 1 }),
      '&fieldValidation=Ignore&dryRun=All',
    );
    await create(
      'create, repeated fields',
      `{"apiVersion":"${group}/v1","kind":"Widget","metadata":{"name":"c","name":"d","x":1},"spec":{"on":true,"on":false},"y":1}`,
      '&dryRun=All',
    );
    await create(
      'create, repeated fields, strict',
      `{"apiVersion":"${group}/v1","kind":"Widget","metadata":{"name":"c","name":"d","x":1},"spec":{"on":true,"on":false},"y":1}`,
      '&fieldValidation=Strict',
    );
    await create('create again', widget(group, 'a'));
    await create(
      'create with a generated name',
      { apiVersion: `${group}/v1`, kind: 'Widget', metadata: { generateName: 'generated-' } },
      '&dryRun=All',
    );
    await create('create as a dry run', widget(group, 'dry', { replicas: 1 }), '&dryRun=All');
    for (const [name, body] of [
      ['of another kind', { ...widget(group, 'x'), kind: 'Gadget' }],
      ['of another version', { ...widget(group, 'x'), apiVersion: `${group}/v1beta1` }],
      ['of another group', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' } }],
      ['without a kind', { apiVersion: `${group}/v1`, metadata: { name: 'x' } }],
      ['without a version', { kind: 'Widget', metadata: { name: 'x' } }],
      ['with a version that is none', { apiVersion: 'a/b/c', kind: 'Widget', metadata: { name: 'x' } }],
      ['of nothing', ''],
      ['of half an object', '{"a":'],
      ['of a list', '[]'],
      ['of null', 'null'],
      ['of a text', '"x"'],
      ['with a number for a name', `{"apiVersion":"${group}/v1","kind":"Widget","metadata":{"name":1}}`],
      ['with a number for metadata', `{"apiVersion":"${group}/v1","kind":"Widget","metadata":5}`],
      ['with null metadata', `{"apiVersion":"${group}/v1","kind":"Widget","metadata":null}`],
      [
        'with a number for a label',
        `{"apiVersion":"${group}/v1","kind":"Widget","metadata":{"name":"x","labels":{"a":1}}}`,
      ],
      ['without metadata', { apiVersion: `${group}/v1`, kind: 'Widget' }],
      ['with a bad name', widget(group, 'A_b')],
      ['with a bad label', { ...widget(group, 'x'), metadata: { name: 'x', labels: { 'a b': 'c' } } }],
      ['with a negative number', widget(group, 'x', { replicas: -1 })],
      ['with a fraction for a number', widget(group, 'x', { replicas: 1.5 })],
      ['with a text for a number', widget(group, 'x', { replicas: 'x' })],
      ['with items twice', widget(group, 'x', { ports: [{ name: 'a' }, { name: 'a' }] })],
      ['with members twice', widget(group, 'x', { names: ['a', 'a'] })],
      ['with an item without its key', widget(group, 'x', { ports: [{ port: 1 }] })],
      ['in another namespace', { ...widget(group, 'x'), metadata: { name: 'x', namespace: 'kube-system' } }],
      ['with finalizers', widget(group, 'x', {}, ['foo', 'foo.bar', 'a/b'])],
      ['with a resourceVersion', { ...widget(group, 'x'), metadata: { name: 'x', resourceVersion: '5' } }],
      [
        'with __proto__',
        `{"apiVersion":"${group}/v1","kind":"Widget","metadata":{"name":"x"},"spec":{"free":{"__proto__":{"a":1}},"labels":{"__proto__":"x"}}}`,
      ],
    ] as const) {
      await create(`create ${name}`, body, '&dryRun=All');
    }
    await ask('create in no namespace', { path: everywhere, body: widget(group, 'x') });
    await ask('create in a namespace that is not there', {
      path: `/apis/${group}/v1/namespaces/nope/widgets`,
      body: widget(group, 'x'),
    });
    await ask('create from YAML', {
      path: `${collection}?fieldManager=test`,
      headers: { 'content-type': 'application/yaml' },
      body: `apiVersion: ${group}/v1\nkind: Widget\nmetadata:\n  name: from-yaml\nspec:\n  replicas: 1\n  zz: 1\n`,
    });
    await ask('create from YAML, strict', {
      path: `${collection}?fieldManager=test&fieldValidation=Strict`,
      headers: { 'content-type': 'application/yaml' },
      body: `apiVersion: ${group}/v1\nkind: Widget\nmetadata:\n  name: strict\nspec:\n  replicas: 1\n  replicas: 2\n  zz: 1\n`,
    });
    for (const type of [
      'application/cbor',
      'text/plain',
      strategicPatch,
      'application/vnd.kubernetes.protobuf',
    ]) {
      await ask(`create from ${type}`, { path: collection, headers: { 'content-type': type }, body: '{}' });
    }

    for (const [name, accept] of [
      ['JSON', 'application/json'],
      ['YAML', 'application/yaml'],
      ['protobuf', 'application/vnd.kubernetes.protobuf'],
      ['CBOR', 'application/cbor'],
      ['a table', meta('Table')],
      ['metadata', meta('PartialObjectMetadata')],
      ['a list of metadata', meta('PartialObjectMetadataList')],
      ['a table or JSON', `${meta('Table')},application/json`],
      ['metadata in protobuf', meta('PartialObjectMetadata').replace('json', 'vnd.kubernetes.protobuf')],
    ] as const) {
      await ask(`get as ${name}`, { path: `${collection}/a`, headers: { accept } });
      await ask(`list as ${name}`, { path: collection, headers: { accept } });
      await ask(`get the status as ${name}`, { path: `${collection}/a/status`, headers: { accept } });
      await ask(`get the scale as ${name}`, { path: `${collection}/a/scale`, headers: { accept } });
      await ask(`get the other version as ${name}`, { path: `${beta}/a`, headers: { accept } });
    }
    await ask('get, indented', { path: `${collection}/a?pretty=true` });
    await ask('list, indented', { path: `${collection}?pretty=true` });
    await ask('table with whole objects', {
      path: `${collection}?includeObject=Object`,
      headers: { accept: meta('Table') },
    });
    await ask('table without objects', {
      path: `${collection}?includeObject=None`,
      headers: { accept: meta('Table') },
    });
    for (const query of [
      'limit=1',
      'resourceVersion=0',
      'labelSelector=a',
      'fieldSelector=spec.color%3Dblue',
      'fieldSelector=spec.color%21%3Dblue',
      'fieldSelector=spec.on%3Dtrue',
      'fieldSelector=spec.replicas%3D1',
      'fieldSelector=metadata.name%3Da',
      'fieldSelector=metadata.name%3Da,spec.color%3Dred',
      'resourceVersion=99999999&resourceVersionMatch=Exact',
      'continue=abc',
    ]) {
      await ask(`list with ${query}`, { path: `${collection}?${query}` });
    }
    await ask('list everywhere', { path: everywhere });
    await ask('list the other version', { path: `/apis/${group}/v1beta1/widgets` });
    await ask('fields of the other version', { path: `${beta}?fieldSelector=spec.color%3Dblue` });
    for (const [method, path] of [
      ['GET', `${collection}/nope`],
      ['GET', `${collection}/a/nothing`],
      ['GET', `${beta}/a/status`],
      ['GET', `/apis/${group}/v2/widgets`],
      ['GET', `/apis/${group}/v1/nothing`],
      ['GET', `${everywhere}/a`],
      ['GET', `/apis/${group}/v1/watch/widgets?timeoutSeconds=1`],
      ['PUT', collection],
      ['PATCH', collection],
      ['DELETE', `${collection}/a/status`],
      ['POST', `${collection}/a/status`],
      ['DELETE', everywhere],
      ['OPTIONS', collection],
      ['PROPFIND', collection],
      ['HEAD', collection],
      ['HEAD', `${collection}/nope`],
    ] as const) {
      await ask(`${method} ${path}`, {
        method,
        path,
        ...(method === 'POST' || method === 'PUT' ? { body: '{}' } : {}),
      });
    }
    await ask('create at the path of an object', {
      path: `${collection}/a?dryRun=All`,
      body: widget(group, 'q'),
    });

    // Changes.
    await ask('update without a resourceVersion', {
      method: 'PUT',
      path: `${collection}/a`,
      body: widget(group, 'a'),
    });
    const current = async (): Promise<Json> => read(ask, `${collection}/a`);
    await ask('update', {
      method: 'PUT',
      path: `${collection}/a?fieldManager=test`,
      body: { ...(await current()), spec: { replicas: 3, names: ['x'] }, status: { replicas: 9 } },
    });
    await ask('update of metadata', {
      method: 'PUT',
      path: `${collection}/a?fieldManager=test`,
      body: { ...(await current()), metadata: { ...(await current()).metadata, labels: { l: '1' } } },
    });
    await ask('update in the other version', {
      method: 'PUT',
      path: `${beta}/a?fieldManager=beta`,
      body: { ...(await read(ask, `${beta}/a`)), spec: { color: 'green', old: 'x' } },
    });
    await ask('after the other version', { path: `${collection}/a` });
    await ask('update of the status', {
      method: 'PUT',
      path: `${collection}/a/status?fieldManager=test`,
      body: {
        ...(await current()),
        spec: { replicas: 8 },
        metadata: { ...(await current()).metadata, labels: { l: '2' } },
        status: { replicas: 1, selector: 'a=b', zz: 1 },
      },
    });
    await patch('patch of the status', `${collection}/a/status`, mergePatch, {
      status: { replicas: 2 },
      spec: { replicas: 8 },
    });
    await patch('scale', `${collection}/a/scale`, mergePatch, { spec: { replicas: 7 } });
    await patch('scale below zero', `${collection}/a/scale`, mergePatch, { spec: { replicas: -1 } });
    await patch('scale what has no replicas', `${collection}/b/scale`, mergePatch, {
      metadata: { labels: { a: 'b' } },
    });
    await ask('scale without replicas', { path: `${collection}/b/scale` });
    await patch('scale by apply', `${collection}/a/scale`, applyPatch, {
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { name: 'a' },
      spec: { replicas: 6 },
    });
    await ask('after scaling', { path: `${collection}/a` });
    for (const [name, type, body] of [
      ['a merge patch', mergePatch, { spec: { color: 'white', free: { b: null } } }],
      ['a JSON patch', jsonPatch, [{ op: 'replace', path: '/spec/color', value: 'black' }]],
      ['a JSON patch that tests', jsonPatch, [{ op: 'test', path: '/spec/color', value: 'no' }]],
      ['a strategic merge patch', strategicPatch, { spec: { color: 'x' } }],
      ['no patch', 'text/plain', '{}'],
      ['a patch of the kind', mergePatch, { kind: 'Gadget' }],
      ['a patch of the version', mergePatch, { apiVersion: `${group}/v1beta1` }],
      ['a patch that takes the kind away', mergePatch, { kind: null }],
      ['a patch of the name', mergePatch, { metadata: { name: 'z' } }],
      ['a patch of unknown fields', mergePatch, { spec: { xx: 1 } }],
      ['a patch of wrong values', mergePatch, { spec: { replicas: 'x' } }],
      ['a patch that changes nothing', mergePatch, { spec: {} }],
      ['a patch of null', mergePatch, 'null'],
      ['half a patch', mergePatch, '{'],
    ] as const) {
      await patch(`patch by ${name}`, `${collection}/a`, type, body);
    }
    await patch('strict patch of unknown fields', `${collection}/a?fieldValidation=Strict`, mergePatch, {
      spec: { xx: 1 },
      metadata: { zz: 1 },
    });
    await patch('patch of what is not there', `${collection}/nope`, mergePatch, {});

    // Apply.
    const apply = (name: string, manager: string, spec: object, more = '') =>
      ask(name, {
        method: 'PATCH',
        path: `${collection}/applied?fieldManager=${manager}${more}`,
        headers: { 'content-type': applyPatch },
        body: widget(group, 'applied', spec),
      });
    await apply('apply', 'one', {
      color: 'green',
      ports: [{ name: 'a', port: 1 }],
      labels: { a: '1' },
      whole: { a: '1' },
    });
    await apply('apply by another', 'two', {
      ports: [{ name: 'b' }],
      names: ['x'],
      free: { deep: { er: 1 } },
    });
    await apply('apply in conflict', 'two', { color: 'blue', ports: [{ name: 'a', port: 2 }] });
    await apply('apply by force', 'two', { color: 'blue', ports: [{ name: 'a', port: 2 }] }, '&force=true');
    await apply('apply less', 'one', { labels: { a: '1' } });
    await apply('apply an unknown field', 'two', { colour: 'x' });
    await apply('apply a wrong value', 'two', { replicas: 'x' });
    await apply('apply items twice', 'two', { ports: [{ name: 'a' }, { name: 'a' }] });
    await apply('apply an item without its key', 'two', { ports: [{ port: 1 }] });
    await apply('apply as a dry run', 'three', { replicas: 3 }, '&dryRun=All');
    await ask('apply without a manager', {
      method: 'PATCH',
      path: `${collection}/applied`,
      headers: { 'content-type': applyPatch },
      body: widget(group, 'applied'),
    });
    await ask('apply in the other version', {
      method: 'PATCH',
      path: `${beta}/applied?fieldManager=beta`,
      headers: { 'content-type': applyPatch },
      body: { ...widget(group, 'applied', { replicas: 5, old: 'x' }), apiVersion: `${group}/v1beta1` },
    });
    await patch('apply of the status', `${collection}/applied/status`, applyPatch, {
      ...widget(group, 'applied'),
      spec: undefined,
      status: { replicas: 1 },
    });
    await ask('applied', { path: `${collection}/applied` });

    // Deletion.
    await ask('delete as a dry run', { method: 'DELETE', path: `${collection}/a?dryRun=All` });
    await ask('delete of another uid', {
      method: 'DELETE',
      path: `${collection}/a`,
      body: { preconditions: { uid: 'no' } },
    });
    await ask('delete', { method: 'DELETE', path: `${collection}/a` });
    await ask('delete again', { method: 'DELETE', path: `${collection}/a` });
    await ask('delete in the foreground', {
      method: 'DELETE',
      path: `${collection}/b?propagationPolicy=Foreground&dryRun=All`,
    });
    await ask('delete a selection', {
      method: 'DELETE',
      path: `${collection}?fieldSelector=spec.color%3Dnone`,
    });
    await ask('delete all', { method: 'DELETE', path: collection });
    await remove(ask, `widgets.${group}`);
  },
};

const watchesOf: Family = {
  name: 'watches of custom objects',
  async run(ask) {
    const group = 'watches.custom.example.com';
    const collection = `/apis/${group}/v1/namespaces/${namespace}/widgets`;
    await define(ask, { group, plural: 'widgets', kind: 'Widget' });
    await ask.silently({ path: collection, body: widget(group, 'first') });
    await ask.silently({ method: 'DELETE', path: `${collection}/first` });
    const { body } = await ask('create', { path: collection, body: widget(group, 'a', { replicas: 1 }) });
    const begin = (JSON.parse(body.toString()) as Json).metadata.resourceVersion as string;
    await ask('create another', { path: collection, body: widget(group, 'b', { color: 'blue' }) });
    await ask('change', {
      method: 'PATCH',
      path: `${collection}/b`,
      headers: { 'content-type': mergePatch },
      body: { spec: { color: 'red' } },
    });
    await ask('delete', { method: 'DELETE', path: `${collection}/b` });
    for (const [name, query, accept] of [
      ['from a revision', `resourceVersion=${begin}`, 'application/json'],
      ['by a field', `resourceVersion=${begin}&fieldSelector=spec.color%3Dblue`, 'application/json'],
      ['from 0', 'resourceVersion=0', 'application/json'],
      ['without a revision', '', 'application/json'],
      ['as a table', `resourceVersion=${begin}`, meta('Table')],
      ['as metadata', `resourceVersion=${begin}`, meta('PartialObjectMetadata')],
      [
        'with initial events',
        'sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan',
        'application/json',
      ],
      [
        'with initial events as a table',
        'sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan',
        meta('Table'),
      ],
      ['as protobuf', `resourceVersion=${begin}`, 'application/vnd.kubernetes.protobuf'],
      ['as YAML', `resourceVersion=${begin}`, 'application/yaml'],
    ] as const) {
      await ask(name, {
        path: `${collection}?watch=1&timeoutSeconds=1&${query}`,
        headers: { accept },
        forMs: 3000,
      });
    }
    await ask('of the other version', {
      path: `${collection.replace('v1', 'v1beta1')}?watch=1&timeoutSeconds=1&resourceVersion=${begin}`,
      forMs: 3000,
    });
    await remove(ask, `widgets.${group}`);
  },
};

const versionsOf: Family = {
  name: 'versions of a definition',
  async run(ask) {
    const group = 'versions.custom.example.com';
    const collection = `/apis/${group}/v1/widgets`;
    const scope = 'Cluster';
    await define(ask, { group, plural: 'widgets', kind: 'Widget', scope });
    await ask.silently({ path: collection, body: widget(group, 'first') });
    await ask.silently({ method: 'DELETE', path: `${collection}/first` });
    await ask('create', {
      path: `${collection}?fieldManager=test`,
      body: widget(group, 'a', { replicas: 1, wide: 5 }),
    });
    await ask('create in a namespace', {
      path: `/apis/${group}/v1/namespaces/${namespace}/widgets`,
      body: widget(group, 'x'),
    });
    const change = async (name: string, versions: object[]) => {
      const definitionNow = await read(ask, `${definitions}/widgets.${group}`);
      await ask(name, {
        method: 'PUT',
        path: `${definitions}/widgets.${group}?fieldManager=test`,
        body: { ...definitionNow, spec: { ...definitionNow.spec, versions } },
      });
    };
    const later = {
      ...versionBeta,
      name: 'v2',
      deprecated: false,
      served: true,
      storage: true,
      schema: {
        openAPIV3Schema: {
          type: 'object',
          properties: {
            spec: {
              type: 'object',
              properties: { ...specSchema.properties, added: { type: 'string', default: 'new' } },
            },
          },
        },
      },
    };
    await change('add the version v2 and store it', [
      { ...versionOne, storage: false, deprecated: true, deprecationWarning: 'use the second one' },
      later,
    ]);
    await untilDiscovered(ask, group, 'widgets', 'v2');
    await ask('definition', { path: `${definitions}/widgets.${group}` });
    await until(
      'v1beta1 not in the group',
      async () => (await read(ask, `/apis/${group}`)).versions?.length === 2,
    );
    await ask('group', { path: `/apis/${group}` });
    await ask('old object in v2', { path: `/apis/${group}/v2/widgets/a` });
    await ask('old object in v1', { path: `${collection}/a` });
    await ask('list in v2', { path: `/apis/${group}/v2/widgets` });
    await ask('change in v2', {
      method: 'PATCH',
      path: `/apis/${group}/v2/widgets/a?fieldManager=test`,
      headers: { 'content-type': mergePatch },
      body: { spec: { added: 'mine' } },
    });
    await ask('in v1 then', { path: `${collection}/a` });
    await ask('create in v2', {
      path: `/apis/${group}/v2/widgets?fieldManager=test`,
      body: { ...widget(group, 'b'), apiVersion: `${group}/v2` },
    });
    await ask('v1 cannot go while it is stored', {
      method: 'PATCH',
      path: `${definitions}/widgets.${group}`,
      headers: { 'content-type': mergePatch },
      body: { spec: { versions: [later] } },
    });
    await ask('forget the stored version', {
      method: 'PATCH',
      path: `${definitions}/widgets.${group}/status`,
      headers: { 'content-type': mergePatch },
      body: { status: { storedVersions: ['v2'] } },
    });
    await change('serve v2 only', [later]);
    await until('v1 gone', async () => (await ask.silently({ path: collection })).code === 404);
    await until(
      'v1 not in the group',
      async () => (await read(ask, `/apis/${group}`)).versions?.length === 1,
    );
    await ask('v1 is gone', { path: collection });
    await ask('group without v1', { path: `/apis/${group}` });
    await until('APIService gone', async () => {
      const path = `/apis/apiregistration.k8s.io/v1/apiservices/v1.${group}`;
      return (await ask.silently({ path })).code === 404;
    });
    await ask('object then', { path: `/apis/${group}/v2/widgets/a` });
    await remove(ask, `widgets.${group}`);
  },
};

/** Definitions, and the objects that they define. */
export const customResources: readonly Family[] = [life, objectsOf, watchesOf, versionsOf];
