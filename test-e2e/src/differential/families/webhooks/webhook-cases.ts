import type { AskedRequest } from '../../asked-server.ts';
import { allow, patch, refuse, respond, type Behaviour } from './webhook-server.ts';

/** A webhook of a case; fields of its configuration that are left out are those of `defaultHook`. */
export interface Hook {
  mutating?: boolean;
  /** Default: `hook-N.example.com`. */
  name?: string;
  answer: Behaviour;
  config?: Record<string, unknown>;
  /** Instead of the URL of the webhook. */
  client?: Record<string, unknown>;
  /** It is for objects in no namespace, too: for those with the label of the case. */
  clusterWide?: boolean;
}

/** Serves a webhook that is none of admission; gives its `clientConfig`. */
export type Serve = (behaviour: Behaviour) => object;

/** Webhooks, and requests that they see or not. */
export interface WebhookCase {
  name: string;
  hooks: readonly Hook[];
  /** Made before the first request. */
  prepare?: (slug: string, serve: Serve) => readonly { path: string; body: object }[];
  /** By title; `namespace` is the case's own, `slug` its label. */
  requests: (namespace: string, slug: string) => readonly [string, AskedRequest][];
}

const merge = { 'content-type': 'application/merge-patch+json' };

const configMaps = (namespace: string) => `/api/v1/namespaces/${namespace}/configmaps`;
const configMap = (name: string, more: object = {}) => ({
  metadata: { name, labels: { app: 'a' } },
  data: { key: 'value' },
  ...more,
});

const createOne: WebhookCase['requests'] = (namespace) => [
  ['create', { path: configMaps(namespace), body: configMap('c') }],
];

/** One webhook that answers so. */
function answering(name: string, answer: Behaviour, config: Record<string, unknown> = {}): WebhookCase[] {
  return [true, false].map((mutating) => ({
    name: `${mutating ? 'mutating' : 'validating'} ${name}`,
    hooks: [{ mutating, answer, config }],
    requests: createOne,
  }));
}

const rule = (resources: string[], more: Record<string, unknown> = {}) => ({
  operations: ['*'],
  apiGroups: ['*'],
  apiVersions: ['*'],
  resources,
  ...more,
});

/** Every verb and subresource, seen by webhooks of both kinds. */
const verbs: WebhookCase = {
  name: 'all verbs',
  hooks: [
    {
      mutating: true,
      answer: allow,
      config: { rules: [rule(['*/*'], { scope: 'Namespaced' }), rule(['namespaces'])] },
    },
    { answer: allow, config: { rules: [rule(['*/*'], { scope: 'Namespaced' }), rule(['namespaces'])] } },
  ],
  requests(namespace) {
    const path = configMaps(namespace);
    const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    const podSpec = { containers: [{ name: 'c', image: 'i' }], serviceAccountName: 'default' };
    const labels = { app: 'a' };
    const apply = { 'content-type': 'application/apply-patch+yaml' };
    return [
      ['create', { path, body: configMap('c') }],
      ['create with a generated name', { path, body: { metadata: { generateName: 'g-' } } }],
      ['dry run', { path: `${path}?dryRun=All&fieldManager=me`, body: configMap('d') }],
      ['update', { method: 'PUT', path: `${path}/c`, body: configMap('c', { data: { key: 'other' } }) }],
      ['patch', { method: 'PATCH', path: `${path}/c`, headers: merge, body: { data: { key: 'third' } } }],
      [
        'apply what is not there',
        {
          method: 'PATCH',
          path: `${path}/applied?fieldManager=me&force=true`,
          headers: apply,
          body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied' } },
        },
      ],
      ['get', { path: `${path}/c` }],
      ['delete', { method: 'DELETE', path: `${path}/c?propagationPolicy=Background` }],
      ['delete a collection', { method: 'DELETE', path: `${path}?labelSelector=app%3Da` }],
      [
        'create a deployment',
        {
          path: deployments,
          body: {
            metadata: { name: 'd' },
            spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec } },
          },
        },
      ],
      [
        'scale',
        { method: 'PATCH', path: `${deployments}/d/scale`, headers: merge, body: { spec: { replicas: 2 } } },
      ],
      [
        'status',
        {
          method: 'PATCH',
          path: `${deployments}/d/status`,
          headers: merge,
          body: { status: { replicas: 1 } },
        },
      ],
      [
        'create a service account',
        { path: `/api/v1/namespaces/${namespace}/serviceaccounts`, body: { metadata: { name: 'sa' } } },
      ],
      [
        'token',
        {
          path: `/api/v1/namespaces/${namespace}/serviceaccounts/sa/token`,
          body: { spec: { expirationSeconds: 3600 } },
        },
      ],
      ['create a pod', { path: pods, body: { metadata: { name: 'p' }, spec: podSpec } }],
      [
        'bind',
        { path: `${pods}/p/binding`, body: { metadata: { name: 'p' }, target: { kind: 'Node', name: 'n' } } },
      ],
      ['exec', { path: `${pods}/p/exec?command=ls&command=-l&stdout=true`, body: {} }],
      [
        'evict',
        {
          path: `${pods}/p/eviction`,
          body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'p' } },
        },
      ],
      ['delete the namespace', { method: 'DELETE', path: `/api/v1/namespaces/${namespace}` }],
    ];
  },
};

const event = (namespace: string, name: string) => ({
  metadata: { name },
  involvedObject: { namespace },
  reason: 'r',
  reportingComponent: 'c',
});

/** Rules for another version than the request's. */
const equivalents: WebhookCase[] = ['Equivalent', 'Exact'].map((matchPolicy) => ({
  name: `matchPolicy ${matchPolicy}`,
  hooks: [
    {
      mutating: true,
      answer: patch([{ op: 'add', path: '/reason', value: 'patched' }]),
      config: { matchPolicy, rules: [rule(['events'], { apiGroups: ['events.k8s.io'] })] },
    },
    {
      mutating: true,
      answer: patch([{ op: 'add', path: '/metadata/annotations', value: { a: 'b' } }]),
      config: { rules: [rule(['events'], { apiGroups: [''] })] },
    },
    { answer: allow, config: { matchPolicy, rules: [rule(['events'], { apiGroups: ['events.k8s.io'] })] } },
    {
      mutating: true,
      answer: patch([{ op: 'add', path: '/spec/maxReplicas', value: 7 }]),
      config: {
        matchPolicy,
        rules: [
          rule(['horizontalpodautoscalers', 'horizontalpodautoscalers/status'], { apiVersions: ['v1'] }),
        ],
      },
    },
  ],
  requests(namespace) {
    const events = `/api/v1/namespaces/${namespace}/events`;
    const scalers = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;
    return [
      ['create an event', { path: events, body: event(namespace, 'e') }],
      ['change an event', { method: 'PATCH', path: `${events}/e`, headers: merge, body: { message: 'm' } }],
      ['delete an event', { method: 'DELETE', path: `${events}/e` }],
      [
        'create an autoscaler',
        {
          path: scalers,
          body: {
            metadata: { name: 'h' },
            spec: {
              scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' },
              maxReplicas: 3,
            },
          },
        },
      ],
      [
        'its status',
        {
          method: 'PATCH',
          path: `${scalers}/h/status`,
          headers: merge,
          body: { status: { currentReplicas: 1, desiredReplicas: 1 } },
        },
      ],
    ];
  },
}));

const groupOf = (slug: string) => `${slug}.example.com`;

/** Converts between versions: `spec.size` of v1 is a hundred times that of v2. */
const convert: Behaviour = ({ kind, apiVersion, request }) => {
  const { uid, desiredAPIVersion, objects } = request as unknown as {
    uid: string;
    desiredAPIVersion: string;
    objects: { apiVersion: string; spec?: { size?: number } }[];
  };
  const convertedObjects = objects.map((object) => {
    const { size } = object.spec ?? {};
    if (size === undefined) return { ...object, apiVersion: desiredAPIVersion };
    const converted = desiredAPIVersion.endsWith('v1') ? size * 100 : Math.round(size / 100);
    return { ...object, apiVersion: desiredAPIVersion, spec: { ...object.spec, size: converted } };
  });
  return { body: { kind, apiVersion, response: { uid, result: { status: 'Success' }, convertedObjects } } };
};

function definition(slug: string, clientConfig?: object): object {
  const schema = {
    openAPIV3Schema: {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: {
            size: { type: 'integer' },
            color: { type: 'string', default: 'blue' },
            replicas: { type: 'integer' },
          },
        },
        status: { type: 'object', properties: { replicas: { type: 'integer' } } },
      },
    },
  };
  const scale = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' };
  return {
    metadata: { name: `widgets.${groupOf(slug)}` },
    spec: {
      group: groupOf(slug),
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      ...(clientConfig === undefined
        ? {}
        : {
            conversion: { strategy: 'Webhook', webhook: { clientConfig, conversionReviewVersions: ['v1'] } },
          }),
      versions: ['v1', 'v2'].map((name) => ({
        name,
        served: true,
        storage: name === 'v1',
        schema,
        subresources: { status: {}, scale },
      })),
    },
  };
}

/** Webhooks that see custom objects in another version than they are written in. */
function custom(name: string, answer: Behaviour, converting = false): WebhookCase {
  const rules = [rule(['widgets', 'widgets/*'], { apiVersions: ['v1'] })];
  return {
    name: `custom: ${name}`,
    hooks: [
      { mutating: true, answer, config: { rules } },
      {
        mutating: true,
        name: 'exact.example.com',
        answer: refuse(),
        config: { rules, matchPolicy: 'Exact' },
      },
      { answer: allow, config: { rules } },
    ],
    prepare: (slug, serve) => [
      {
        path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
        body: definition(slug, converting ? serve(convert) : undefined),
      },
      {
        path: `/apis/${groupOf(slug)}/v2/namespaces/default/widgets`,
        body: { apiVersion: `${groupOf(slug)}/v2`, kind: 'Widget', metadata: { name: 'made' } },
      },
    ],
    requests(namespace, slug) {
      const path = `/apis/${groupOf(slug)}/v2/namespaces/${namespace}/widgets`;
      const widget = (more: object) => ({
        apiVersion: `${groupOf(slug)}/v2`,
        kind: 'Widget',
        metadata: { name: 'w', labels: { app: 'a' } },
        ...more,
      });
      return [
        ['create', { path, body: widget({ spec: { size: 1, replicas: 1 } }) }],
        ['patch', { method: 'PATCH', path: `${path}/w`, headers: merge, body: { spec: { size: 2 } } }],
        [
          'status',
          { method: 'PATCH', path: `${path}/w/status`, headers: merge, body: { status: { replicas: 1 } } },
        ],
        [
          'scale',
          { method: 'PATCH', path: `${path}/w/scale`, headers: merge, body: { spec: { replicas: 3 } } },
        ],
        ['get', { path: `${path}/w` }],
        ['delete', { method: 'DELETE', path: `${path}/w` }],
      ];
    },
  };
}

const customCases: readonly WebhookCase[] = [
  custom('allows', allow),
  custom('adds a field', patch([{ op: 'add', path: '/metadata/annotations', value: { a: 'b' } }])),
  custom('converted', patch([{ op: 'add', path: '/spec/size', value: 700 }]), true),
  custom('adds an unknown field', patch([{ op: 'add', path: '/unknown', value: { a: 'b' } }])),
  custom('wrong type', patch([{ op: 'add', path: '/spec', value: { size: 'big' } }])),
  custom('no metadata', patch([{ op: 'remove', path: '/metadata' }])),
  custom('another kind', patch([{ op: 'replace', path: '/kind', value: 'Gadget' }])),
  custom('no kind', patch([{ op: 'remove', path: '/kind' }])),
];

const selectors: WebhookCase = {
  name: 'selectors',
  hooks: [
    { name: 'object.example.com', answer: allow, config: { objectSelector: { matchLabels: { app: 'b' } } } },
    {
      name: 'not.object.example.com',
      answer: allow,
      config: { objectSelector: { matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] } },
    },
    {
      name: 'namespaced.example.com',
      answer: allow,
      config: { rules: [rule(['*'], { scope: 'Namespaced' })] },
    },
    {
      name: 'cluster.example.com',
      answer: allow,
      clusterWide: true,
      config: { rules: [rule(['*'], { scope: 'Cluster' })] },
    },
    {
      name: 'cluster-labelled.example.com',
      answer: allow,
      clusterWide: true,
      config: { rules: [rule(['clusterroles'])], namespaceSelector: { matchLabels: { never: 'there' } } },
    },
  ],
  requests(namespace, slug) {
    const path = configMaps(namespace);
    const labelled = (app: string) => ({ metadata: { name: 'c', labels: { app } } });
    const role = { metadata: { name: slug, labels: { case: slug } } };
    const roles = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
    return [
      ['create with another label', { path, body: labelled('a') }],
      ['change to the label', { method: 'PUT', path: `${path}/c`, body: labelled('b') }],
      ['change from the label', { method: 'PUT', path: `${path}/c`, body: labelled('c') }],
      ['without a label', { path, body: { metadata: { name: 'none' } } }],
      [
        'label the namespace',
        {
          method: 'PATCH',
          path: `/api/v1/namespaces/${namespace}`,
          headers: merge,
          body: { metadata: { annotations: { a: 'b' } } },
        },
      ],
      [
        'create a namespace',
        {
          path: '/api/v1/namespaces',
          body: { metadata: { name: `${namespace}-other`, labels: { case: slug } } },
        },
      ],
      ['create a cluster role', { path: roles, body: role }],
      ['delete it', { method: 'DELETE', path: `${roles}/${slug}` }],
    ];
  },
};

const condition = (name: string, expression: string) => ({ name, expression });

const conditions: WebhookCase[] = ['Fail', 'Ignore'].map((failurePolicy) => ({
  name: `match conditions, ${failurePolicy}`,
  hooks: [true, false].flatMap((mutating) =>
    (
      [
        ['holds', [condition('a', 'object.metadata.name == "c"'), condition('b', '!request.dryRun')]],
        ['false', [condition('a', 'object.data.key == "x"')]],
        ['error', [condition('err', 'object.metadata.labels["x"] == "y"')]],
        ['errors', [condition('one', 'object.spec.a == 1'), condition('two', 'object.spec.b == 1')]],
        [
          'error-false',
          [condition('err', 'object.spec.a == 1'), condition('no', 'request.operation == "DELETE"')],
        ],
        [
          'authorizer',
          [
            condition('may', 'authorizer.requestResource.check("create").allowed()'),
            condition(
              'may-not',
              '!authorizer.serviceAccount("default", "x").group("").resource("pods").check("get").allowed()',
            ),
          ],
        ],
        [
          'kind',
          [
            condition(
              'k',
              'request.kind.kind == "ConfigMap" && request.requestResource.version == "v1" && oldObject == null && namespaceObject == null',
            ),
          ],
        ],
        [
          'cost',
          [
            condition(
              'c',
              '[1,2,3,4,5,6,7,8,9,10].all(a, [1,2,3,4,5,6,7,8,9,10].all(b, [1,2,3,4,5,6,7,8,9,10].all(c, [1,2,3,4,5,6,7,8,9,10].all(d, [1,2,3,4,5,6,7,8,9,10].all(e, [1,2,3,4,5,6,7,8,9,10].all(f, a + b + c + d + e + f > 0))))))',
            ),
          ],
        ],
      ] as [string, object[]][]
    ).map(([name, matchConditions]) => ({
      mutating,
      name: `${name}.condition.example.com`,
      answer: allow,
      config: { matchConditions, failurePolicy, objectSelector: { matchLabels: { only: name } } },
    })),
  ),
  requests: (namespace) =>
    ['holds', 'false', 'error', 'errors', 'error-false', 'authorizer', 'kind', 'cost']
      .map((only) => [
        only,
        {
          path: `${configMaps(namespace)}`,
          body: { metadata: { name: 'c', labels: { only } }, data: { only } },
        },
      ])
      .flatMap(([only, request]) => [
        [only, request],
        [`delete after ${String(only)}`, { method: 'DELETE', path: `${configMaps(namespace)}/c` }],
      ]) as [string, AskedRequest][],
}));

const sideEffects: WebhookCase[] = [true, false].map((mutating) => ({
  name: `side effects, ${mutating ? 'mutating' : 'validating'}`,
  hooks: [{ mutating, answer: allow, config: { sideEffects: 'NoneOnDryRun' } }],
  requests: (namespace) => [
    ['dry run', { path: `${configMaps(namespace)}?dryRun=All`, body: configMap('c') }],
  ],
}));

const label = (name: string, value: string) => [{ op: 'add', path: `/metadata/labels/${name}`, value }];

const order: WebhookCase = {
  name: 'order and reinvocation',
  hooks: [
    {
      mutating: true,
      name: 'first.example.com',
      answer: patch(label('first', '1')),
      config: { reinvocationPolicy: 'IfNeeded' },
    },
    {
      mutating: true,
      name: 'second.example.com',
      answer: patch(label('second', '2')),
      config: { reinvocationPolicy: 'Never' },
    },
    {
      mutating: true,
      name: 'third.example.com',
      answer: patch(label('third', '3')),
      config: { reinvocationPolicy: 'IfNeeded', objectSelector: { matchLabels: { second: '2' } } },
    },
    {
      mutating: true,
      name: 'same.example.com',
      answer: patch(label('third', '3')),
      config: { reinvocationPolicy: 'IfNeeded' },
    },
    { answer: allow },
  ],
  requests: (namespace) => [
    ['create', { path: configMaps(namespace), body: configMap('c') }],
    [
      'change',
      { method: 'PATCH', path: `${configMaps(namespace)}/c`, headers: merge, body: { data: { a: 'b' } } },
    ],
  ],
};

const patches: readonly [string, Behaviour][] = [
  ['adds', patch(label('a', 'b'))],
  ['removes', patch([{ op: 'remove', path: '/data' }])],
  ['empty', patch([])],
  ['not json', patch('nonsense')],
  ['object', patch({ op: 'add' })],
  ['strings', patch(['x'])],
  ['no such path', patch([{ op: 'replace', path: '/spec/x', value: 1 }])],
  ['failed test', patch([{ op: 'test', path: '/data/key', value: 'x' }])],
  ['unknown operation', patch([{ op: 'foo', path: '/data/key' }])],
  ['no operation', patch([{ path: '/data/key' }])],
  ['wrong type', patch([{ op: 'add', path: '/data', value: 'text' }])],
  ['unknown field', patch([{ op: 'add', path: '/dota', value: { a: 'b' } }])],
  ['invalid label', patch(label('a', 'b b'))],
  ['another kind', patch([{ op: 'replace', path: '/kind', value: 'Secret' }])],
  [
    'another known kind',
    patch([
      { op: 'remove', path: '/data' },
      { op: 'replace', path: '/kind', value: 'Secret' },
    ]),
  ],
  ['unknown kind', patch([{ op: 'replace', path: '/kind', value: 'Foo' }])],
  ['no kind', patch([{ op: 'remove', path: '/kind' }])],
  ['another name', patch([{ op: 'replace', path: '/metadata/name', value: 'other' }])],
  ['another namespace', patch([{ op: 'replace', path: '/metadata/namespace', value: 'default' }])],
  ['managed fields', patch([{ op: 'remove', path: '/metadata/managedFields' }])],
  [
    'invalid managed fields',
    patch([{ op: 'replace', path: '/metadata/managedFields/0/operation', value: 'Foo' }]),
  ],
  ['uid', patch([{ op: 'add', path: '/metadata/uid', value: 'mine' }])],
  [
    'owners',
    patch([
      {
        op: 'add',
        path: '/metadata/ownerReferences',
        value: [1, 2].map(() => ({ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u' })),
      },
    ]),
  ],
  ['patch type', patch(label('a', 'b'), { patchType: 'MergePatch' })],
  ['empty patch type', patch(label('a', 'b'), { patchType: '' })],
  ['no patch type', patch(label('a', 'b'), { patchType: undefined })],
  ['no patch', respond({ patchType: 'JSONPatch' })],
  ['no base64', respond({ patchType: 'JSONPatch', patch: '!!' })],
  ['refused with a patch', patch(label('a', 'b'), { allowed: false })],
];

const uid = 'other';

const answers: readonly [string, Behaviour][] = [
  ['allows', allow],
  ['warns', respond({ warnings: ['one', 'two, "quoted"', 'one', 'x'.repeat(300), 'new\nline'] })],
  ['annotates', respond({ auditAnnotations: { key: 'value', 'with/slash': 'x' } })],
  ['refuses', refuse()],
  ['refuses with a message', refuse({ message: 'because' })],
  ['refuses with a reason', refuse({ reason: 'Odd' })],
  [
    'refuses with a code',
    refuse({
      code: 418,
      message: 'tea',
      reason: 'Forbidden',
      details: { name: 'x', causes: [{ message: 'm', field: 'f' }] },
    }),
  ],
  ['refuses with success', refuse({ code: 200, status: 'Success', message: 'fine' })],
  ['refuses with a status', refuse({ status: 'Odd', code: 422, metadata: { resourceVersion: '5' } })],
  ['another uid', respond({ uid })],
  ['no uid', respond({ uid: undefined })],
  ['null response', respond({}, { response: null })],
  ['no response', respond({}, { response: undefined })],
  ['no kind', respond({}, { kind: undefined })],
  ['no version', respond({}, { apiVersion: undefined })],
  ['another kind', respond({}, { kind: 'Foo' })],
  ['another version', respond({}, { apiVersion: 'admission.k8s.io/v1beta1' })],
  ['unknown version', respond({}, { apiVersion: 'admission.k8s.io/v2' })],
  ['a status', () => ({ body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: 'm' } })],
  ['wrong type', respond({ allowed: 'yes' })],
  ['nothing', () => ({ body: '' })],
  ['no json', () => ({ body: 'nonsense' })],
  ['list', () => ({ body: [] })],
  ['html', () => ({ type: 'text/html', body: '<p>' })],
  ['400', () => ({ code: 400, body: 'bad' })],
  ['403', () => ({ code: 403, type: 'text/plain', body: 'not you' })],
  ['404', () => ({ code: 404, type: 'text/plain', body: 'gone' })],
  ['429', () => ({ code: 429, type: 'text/plain', body: 'slow' })],
  ['500', () => ({ code: 500, type: 'text/plain', body: 'broken' })],
  [
    '500 with a status',
    () => ({
      code: 500,
      body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: 'told', code: 503 },
    }),
  ],
  ['302', () => ({ code: 302, body: 'elsewhere' })],
];

const unreachable = (client: Record<string, unknown>, name: string): WebhookCase[] =>
  ['Fail', 'Ignore'].map((failurePolicy) => ({
    name: `${name}, ${failurePolicy}`,
    hooks: [true, false].map((mutating) => ({ mutating, answer: allow, client, config: { failurePolicy } })),
    requests: createOne,
  }));

/** All cases; `other` is the bundle of an authority that the server of webhooks is not of. */
export function webhookCases(other: string): WebhookCase[] {
  return [
    verbs,
    ...equivalents,
    ...customCases,
    selectors,
    ...conditions,
    ...sideEffects,
    order,
    ...patches.map(([name, answer]): WebhookCase => ({
      name: `patch: ${name}`,
      hooks: [{ mutating: true, answer }],
      requests: createOne,
    })),
    ...patches.map(([name, answer]): WebhookCase => ({
      name: `patch in v1beta1: ${name}`,
      hooks: [{ mutating: true, answer, config: { admissionReviewVersions: ['v7', 'v1beta1', 'v1'] } }],
      requests: createOne,
    })),
    {
      name: 'patch of a deletion',
      hooks: [
        {
          mutating: true,
          answer: patch(label('a', 'b')),
          config: { rules: [rule(['configmaps'], { operations: ['DELETE'] })] },
        },
      ],
      requests: (namespace) => [
        ['create', { path: configMaps(namespace), body: configMap('c') }],
        ['delete', { method: 'DELETE', path: `${configMaps(namespace)}/c` }],
      ],
    },
    ...answers.flatMap(([name, answer]) => answering(name, answer)),
    ...answers.flatMap(([name, answer]) =>
      answering(`${name}, in v1beta1`, answer, { admissionReviewVersions: ['v1beta1'] }),
    ),
    ...answers.flatMap(([name, answer]) =>
      answering(`${name}, ignored`, answer, { failurePolicy: 'Ignore' }),
    ),
    ...answering('hangs', () => 'nothing', { timeoutSeconds: 1 }),
    ...answering('hangs, ignored', () => 'nothing', { timeoutSeconds: 1, failurePolicy: 'Ignore' }),
    ...answering('patch from a validating one', patch(label('a', 'b'))),
    ...unreachable({ url: 'https://127.0.0.1:1/x' }, 'refused'),
    ...unreachable({ url: 'https://nowhere.invalid/x' }, 'no such host'),
    ...unreachable({ service: { namespace: 'default', name: 'nothing' } }, 'no service'),
    ...unreachable(
      { service: { namespace: 'default', name: 'nothing', path: 'x', port: 8443 } },
      'no service, port',
    ),
    ...unreachable({ caBundle: other }, 'another authority'),
    ...unreachable({ caBundle: undefined }, 'no authority'),
    {
      name: 'own configurations',
      hooks: [
        {
          mutating: true,
          answer: refuse(),
          clusterWide: true,
          config: { rules: [rule(['*'], { apiGroups: ['admissionregistration.k8s.io'] })] },
        },
        {
          answer: refuse(),
          clusterWide: true,
          config: { rules: [rule(['*'], { apiGroups: ['admissionregistration.k8s.io'] })] },
        },
      ],
      requests: (_namespace, slug) => [
        [
          'create a configuration',
          {
            path: '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations?dryRun=All',
            body: { metadata: { name: `${slug}-other`, labels: { case: slug } } },
          },
        ],
      ],
    },
    {
      name: 'reviews',
      hooks: [
        {
          mutating: true,
          answer: allow,
          clusterWide: true,
          config: {
            rules: [
              rule(['tokenreviews', 'subjectaccessreviews', 'selfsubjectreviews', 'selfsubjectrulesreviews']),
            ],
          },
        },
        {
          answer: allow,
          clusterWide: true,
          config: {
            rules: [
              rule(['tokenreviews', 'subjectaccessreviews', 'selfsubjectreviews', 'selfsubjectrulesreviews']),
            ],
          },
        },
      ],
      requests: (_namespace, slug) => {
        const metadata = { labels: { case: slug } };
        return [
          [
            'token',
            { path: '/apis/authentication.k8s.io/v1/tokenreviews', body: { metadata, spec: { token: 'x' } } },
          ],
          [
            'access',
            {
              path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
              body: { metadata, spec: { user: 'x', nonResourceAttributes: { path: '/x', verb: 'get' } } },
            },
          ],
          ['self', { path: '/apis/authentication.k8s.io/v1/selfsubjectreviews', body: { metadata } }],
        ];
      },
    },
  ];
}
