import { gzipSync } from 'node:zlib';
import { create as createAt, json, list, map, post, type HostileRequest } from './request.ts';

const mebibyte = 1024 * 1024;
/** What a server takes at most is 3 MiB. */
const size = 3 * mebibyte - 1024;

/** More keys in the maps of one object are refused (`maxMapKeys`). */
const mostKeys = 65_536;

const yaml = 'application/yaml';
const protobuf = 'application/vnd.kubernetes.protobuf';
const applyPatch = 'application/apply-patch+yaml';
const mergePatch = 'application/merge-patch+json';
const strategicPatch = 'application/strategic-merge-patch+json';
const jsonPatch = 'application/json-patch+json';

const core = '/api/v1/namespaces/default';
const review = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const target = `${core}/configmaps/target?dryRun=All`;

const patch = (contentType: string, body: unknown, path = target): HostileRequest => ({
  path: contentType === applyPatch ? `${path}&fieldManager=hostile` : path,
  method: 'PATCH',
  body: typeof body === 'string' ? body : JSON.stringify(body),
  contentType,
});
const get = (path: string): HostileRequest => ({ path });

/** Pieces up to `bytes`, or so many. */
function repeat(piece: (index: number) => string, { bytes = size - 1000, count = Infinity } = {}): string {
  const pieces: string[] = [];
  let length = 0;
  for (let index = 0; index < count; index++) {
    const next = piece(index);
    length += next.length;
    if (length > bytes) break;
    pieces.push(next);
  }
  return pieces.join('');
}

const configMap = (fields: object) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'hostile' },
  ...fields,
});
const configMaps = `${core}/configmaps?dryRun=All`;
const create = (object: object, path = configMaps) => createAt(path, object);
const pod = (spec: object) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'hostile' },
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
});
const pods = `${core}/pods?dryRun=All`;

const jsonCases: Record<string, HostileRequest> = {
  'JSON of a million open lists': post(configMaps, '['.repeat(mebibyte)),
  'JSON of nested objects': post(configMaps, `${'{"a":'.repeat(500_000)}`),
  'JSON of lists within an unknown field': post(
    configMaps,
    `{"a":${'['.repeat(mebibyte)}${']'.repeat(mebibyte)}}`,
  ),
  'JSON with 300,000 repeated keys': post(configMaps, `{"data":{${repeat(() => '"a":"b",')}"a":"b"}}`),
  'JSON with many different repeated keys': post(
    configMaps,
    `{"data":{${repeat((index) => `"k${index >> 1}":"",`)}"a":"b"}}`,
  ),
  'JSON of 200,000 keys': post(
    configMaps,
    `{"metadata":{"name":"x"},"data":{${repeat((index) => `"k${index}":"v",`)}"a":"b"}}`,
  ),
  'JSON of as many keys as may be': post(
    configMaps,
    `{"metadata":{"name":"x"},"data":{${repeat((index) => `"k${index}":"v",`, { count: mostKeys - 1 })}"a":"b"}}`,
  ),
  'JSON of three maps with as many keys as may be': create({
    ...configMap({ data: map(mostKeys / 4) }),
    metadata: { name: 'x', labels: map(mostKeys / 4), annotations: map(mostKeys / 4) },
  }),
  'JSON of unknown fields': post(configMaps, `{${repeat((index) => `"k${index}":1,`)}"a":1}`),
  'JSON with a list of a million numbers': post(configMaps, `{"data":[${repeat(() => '1,')}1]}`),
  'JSON with bytes as numbers': post(
    `${core}/secrets?dryRun=All`,
    `{"metadata":{"name":"x"},"data":{"a":[${repeat(() => '1,')}1]}}`,
  ),
  'an integer of 2.9 million digits': post(review, `{"spec":{"replicas":${'9'.repeat(2_900_000)}}}`),
  'a replica count of 2.9 million digits': post(
    '/apis/apps/v1/namespaces/default/deployments?dryRun=All',
    `{"spec":{"replicas":${'9'.repeat(2_900_000)}}}`,
  ),
  'a quantity of 2.9 million digits': create(
    pod({ containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: '9'.repeat(2_900_000) } } }] }),
    pods,
  ),
  'many quantities with large exponents': create(
    pod({
      containers: [{ name: 'c', image: 'i', resources: { limits: map(20_000, (index) => `${index}e999`) } }],
    }),
    pods,
  ),
  'a time of 2.9 million digits': create({
    ...configMap({}),
    metadata: { name: 'x', creationTimestamp: `2026-01-01T00:00:00.${'1'.repeat(2_900_000)}Z` },
  }),
  'an error at the end of a text': post(configMaps, `{"data":{${repeat((index) => `"k${index}":"v",`)}x`),
  escapes: post(configMaps, `{"data":{"a":"${repeat(() => '\\u0041')}"}}`),
  'a Pod of 10,000 containers': create(
    pod({ containers: list(10_000, (index) => ({ name: `c${index}`, image: 'i' })) }),
    pods,
  ),
  'a Pod of 15,000 variables': create(
    pod({
      containers: [
        { name: 'c', image: 'i', env: list(15_000, (index) => ({ name: `E${index}`, value: 'v' })) },
      ],
    }),
    pods,
  ),
  'a Pod of 20,000 ports': create(
    pod({
      containers: [
        {
          name: 'c',
          image: 'i',
          ports: list(20_000, (index) => ({
            name: `p${index}`,
            containerPort: 1 + index,
            hostPort: 1 + index,
          })),
        },
      ],
    }),
    pods,
  ),
  'a Pod of 20,000 volumes and mounts': create(
    pod({
      volumes: list(20_000, (index) => ({ name: `v${index}`, emptyDir: {} })),
      containers: [
        {
          name: 'c',
          image: 'i',
          volumeMounts: list(20_000, (index) => ({ name: `v${index}`, mountPath: `/m${index}` })),
        },
      ],
    }),
    pods,
  ),
  'a Pod of 20,000 tolerations': create(
    pod({ tolerations: list(20_000, (index) => ({ key: `k${index}`, operator: 'Exists' })) }),
    pods,
  ),
  '30,000 owner references of one uid': create({
    ...configMap({}),
    metadata: {
      name: 'x',
      ownerReferences: list(30_000, (index) => ({
        apiVersion: 'v1',
        kind: 'Pod',
        name: `p${index}`,
        uid: 'u',
      })),
    },
  }),
  '100,000 finalizers and labels': create({
    ...configMap({}),
    metadata: { name: 'x', finalizers: list(60_000, (index) => `a.b/c${index}`), labels: map(60_000) },
  }),
  '20,000 entries of managed fields': create({
    ...configMap({}),
    metadata: {
      name: 'x',
      managedFields: list(20_000, (index) => ({
        manager: `m${index}`,
        operation: 'Update',
        apiVersion: 'v1',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { [`f:k${index}`]: {} } },
      })),
    },
  }),
  'a large set of managed fields': create({
    ...configMap({ data: map(10_000) }),
    metadata: {
      name: 'x',
      managedFields: list(20, (index) => ({
        manager: `m${index}`,
        operation: 'Update',
        apiVersion: 'v1',
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:data': Object.fromEntries(list(8000, (field) => [`f:k${field}`, {}]) as [string, object][]),
        },
      })),
    },
  }),
  'a ClusterRole of 30,000 rules': create(
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'hostile' },
      rules: list(30_000, (index) => ({
        apiGroups: [`g${index}`],
        resources: ['a', 'b'],
        verbs: ['get', 'list'],
      })),
    },
    '/apis/rbac.authorization.k8s.io/v1/clusterroles?dryRun=All',
  ),
  'an EndpointSlice of 20,000 endpoints': create(
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'hostile' },
      addressType: 'IPv4',
      endpoints: list(20_000, (index) => ({ addresses: [`10.0.${index >> 8}.${index & 255}`] })),
    },
    '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?dryRun=All',
  ),
  'a NetworkPolicy of 30,000 rules': create(
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'hostile' },
      spec: {
        podSelector: {},
        ingress: list(30_000, () => ({ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] })),
      },
    },
    '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies?dryRun=All',
  ),
  // With a body, the query does not count.
  'options of a delete': {
    path: target,
    method: 'DELETE',
    body: `{"apiVersion":"v1","kind":"DeleteOptions","dryRun":["All"],${repeat((index) => `"k${index}":1,`)}"a":1}`,
    contentType: json,
  },
  'gzip in a body': { ...post(configMaps, gzipSync('{}'.padEnd(100 * mebibyte))) },
};

const definitionPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All';
const definition = (schema: object) =>
  create(
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'as.b.c' },
      spec: {
        group: 'b.c',
        scope: 'Namespaced',
        names: { plural: 'as', kind: 'A' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    },
    definitionPath,
  );
const nested = (depth: number): object =>
  depth === 0 ? { type: 'string' } : { type: 'object', properties: { a: nested(depth - 1) } };
const definitionCases: Record<string, HostileRequest> = {
  'a pattern that backtracks': definition({
    type: 'object',
    properties: { a: { type: 'string', pattern: '^(a+)+$', default: `${'a'.repeat(40)}b` } },
  }),
  'a thousand patterns': definition({
    type: 'object',
    properties: map(1000, () => ({
      type: 'string',
      pattern: '(a?){1000}(a){1000}',
      default: 'a'.repeat(1500),
    })),
  }),
  'a pattern of a megabyte': definition({
    type: 'object',
    properties: { a: { type: 'string', pattern: '[a-z]?'.repeat(170_000) } },
  }),
  'a schema of 10,000 fields': definition({
    type: 'object',
    properties: map(10_000, () => ({ type: 'string' })),
  }),
  'a deep schema': definition(nested(180)),
  'a schema of anyOf': definition({
    type: 'object',
    properties: {
      a: {
        type: 'array',
        items: { type: 'string', anyOf: list(300, (index) => ({ maxLength: index })) },
        default: list(300, () => 'a'),
      },
    },
  }),
  'an enum of 20,000 values with a default': definition({
    type: 'object',
    properties: { a: { type: 'string', enum: list(20_000, (index) => `v${index}`), default: 'v1' } },
  }),
};

const lines = (line: (index: number) => string) => repeat((index) => `${line(index)}\n`);
const yamlTexts: Record<string, string> = {
  keys: lines((index) => `k${index}: v`),
  anchors: lines((index) => `k${index}: &a${index} v`),
  'repeated keys': lines(() => 'a: b'),
  merges: `a: &a {x: y}\n${lines(() => '<<: *a')}`,
  'flow maps': `{${repeat((index) => `k${index}: 1,`)}}`,
  'a flow list': `[${repeat(() => '1,')}]`,
  'open lists': '['.repeat(size),
  'open blocks': '- '.repeat(size / 2),
  questions: '? '.repeat(size / 2),
  tags: repeat(() => '!!str '),
  documents: lines(() => '---'),
  'a text of blank lines': `a: "${'\n'.repeat(size - 10)}"`,
  'a number of a million digits': `a: ${'9'.repeat(size - 10)}`,
  'an alias bomb': [
    `a: &a [${list(10, () => 'x').join(',')}]`,
    ...list(9, (index) => {
      const [name, before] = ['bcdefghij'[index], 'abcdefghi'[index]];
      return `${name}: &${name} [${list(10, () => `*${before}`).join(',')}]`;
    }),
  ].join('\n'),
  'aliases of a large text': `a: &a ${'y'.repeat(mebibyte)}\nb: [${'*a,'.repeat(1000)}]`,
};
const yamlCases: Record<string, HostileRequest> = Object.fromEntries(
  Object.entries(yamlTexts).flatMap(([name, text]): [string, HostileRequest][] => [
    [`YAML: ${name}`, post(review, text, yaml)],
    [`apply: ${name}`, patch(applyPatch, text)],
  ]),
);

const varint = (value: number): number[] => {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
};
const field = (number: number, bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(varint(number * 8 + 2)), Buffer.from(varint(bytes.length)), bytes]);
const envelope = (apiVersion: string, kind: string, raw: Uint8Array): Buffer =>
  Buffer.concat([
    Buffer.from('k8s\0'),
    field(1, Buffer.concat([field(1, Buffer.from(apiVersion)), field(2, Buffer.from(kind))])),
    field(2, raw),
  ]);
const binaryConfigMap = (raw: Uint8Array) => post(configMaps, envelope('v1', 'ConfigMap', raw), protobuf);
const nestedField = (number: number, depth: number): Buffer => {
  let bytes: Buffer = Buffer.alloc(0);
  for (let level = 0; level < depth; level++) bytes = field(number, bytes);
  return bytes;
};
const protobufCases: Record<string, HostileRequest> = {
  'protobuf: unknown fields': binaryConfigMap(Buffer.from(repeat(() => '\u0060\u0001'))),
  'protobuf: map entries': binaryConfigMap(
    Buffer.concat(
      list(200_000, (index) =>
        field(2, Buffer.concat([field(1, Buffer.from(`k${index}`)), field(2, Buffer.from('v'))])),
      ) as Buffer[],
    ),
  ),
  'protobuf: as many map entries as may be': binaryConfigMap(
    Buffer.concat(
      list(mostKeys, (index) =>
        field(2, Buffer.concat([field(1, Buffer.from(`k${index}`)), field(2, Buffer.from('v'))])),
      ) as Buffer[],
    ),
  ),
  'protobuf: a length beyond the end': binaryConfigMap(Buffer.from([0x12, 0xff, 0xff, 0xff, 0xff, 0x0f])),
  'protobuf: nested schemas': post(
    definitionPath,
    envelope(
      'apiextensions.k8s.io/v1',
      'CustomResourceDefinition',
      field(2, field(7, field(4, field(1, nestedField(15, 20_000))))),
    ),
    protobuf,
  ),
  'protobuf: empty metadata again and again': binaryConfigMap(
    Buffer.alloc(size - 100, Buffer.from([0x0a, 0])),
  ),
  'protobuf: no envelope': post(configMaps, Buffer.alloc(size, 0x6b), protobuf),
};

const manyVariables = (value: string) => ({
  spec: {
    template: {
      spec: { containers: [{ name: 'c', env: list(15_000, (index) => ({ name: `E${index}`, value })) }] },
    },
  },
});
const deployment = '/apis/apps/v1/namespaces/default/deployments/target?dryRun=All';
const deep = (depth: number): object => (depth === 0 ? {} : { a: deep(depth - 1) });
const patchCases: Record<string, HostileRequest> = {
  'JSON patch: 40 copies': patch(
    jsonPatch,
    list(40, (index) => ({ op: 'copy', from: '/data', path: `/data/k${index}` })),
  ),
  'JSON patch: 17 copies': patch(
    jsonPatch,
    list(17, (index) => ({ op: 'copy', from: '/data', path: `/data/k${index}` })),
  ),
  'JSON patch: insertions into a large list': patch(jsonPatch, [
    { op: 'add', path: '/data/l', value: list(900_000, () => 0) },
    ...list(9000, () => ({ op: 'add', path: '/data/l/0', value: 0 })),
  ]),
  'JSON patch: tests of a large map': patch(jsonPatch, [
    { op: 'add', path: '/data/m', value: map(100_000) },
    ...list(9000, () => ({ op: 'test', path: '/data/m', value: {} })),
  ]),
  'JSON patch: moves': patch(jsonPatch, [
    { op: 'add', path: '/data/m', value: map(100_000) },
    ...list(4000, (index) => ({
      op: 'move',
      from: index % 2 ? '/data/n' : '/data/m',
      path: index % 2 ? '/data/m' : '/data/n',
    })),
  ]),
  'JSON patch: a path of a million parts': patch(jsonPatch, [
    { op: 'add', path: '/a'.repeat(mebibyte), value: 1 },
  ]),
  'JSON patch: a refused value of 2 MiB': patch(jsonPatch, [
    { op: 'add', path: '/data', value: ['y'.repeat(2 * mebibyte)] },
  ]),
  'merge patch: many keys': patch(mergePatch, { data: map(150_000) }),
  'merge patch: as many keys as may be': patch(mergePatch, { data: map(mostKeys - 10) }),
  'merge patch: deep': patch(mergePatch, deep(900)),
  'merge patch: nulls': patch(mergePatch, { data: map(150_000, () => null) }),
  'merge patch: an integer of a million digits': patch(mergePatch, `{"data":{"a":${'9'.repeat(mebibyte)}}}`),
  'strategic patch: many keys': patch(strategicPatch, { data: map(150_000) }),
  'strategic patch: as many keys as may be': patch(strategicPatch, { data: map(mostKeys - 10) }),
  'strategic patch: 15,000 variables': patch(strategicPatch, manyVariables('w'), deployment),
  'strategic patch: 15,000 variables to delete': patch(
    strategicPatch,
    {
      spec: {
        template: {
          spec: {
            containers: [
              { name: 'c', env: list(15_000, (index) => ({ name: `E${index}`, $patch: 'delete' })) },
            ],
          },
        },
      },
    },
    deployment,
  ),
  'strategic patch: an order of 50,000': patch(
    strategicPatch,
    {
      spec: {
        template: {
          spec: {
            containers: [
              {
                name: 'c',
                '$setElementOrder/env': list(50_000, (index) => ({ name: `E${49_999 - index}` })),
              },
            ],
          },
        },
      },
    },
    deployment,
  ),
  'strategic patch: 100,000 finalizers': patch(strategicPatch, {
    metadata: { finalizers: list(100_000, (index) => `a.b/c${index}`) },
  }),
  'strategic patch: finalizers to delete': patch(strategicPatch, {
    metadata: { '$deleteFromPrimitiveList/finalizers': list(100_000, (index) => `a.b/c${index}`) },
  }),
  'apply: 15,000 variables': patch(
    applyPatch,
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'target' },
      ...manyVariables('w'),
    },
    deployment,
  ),
  'apply: many keys as JSON': patch(applyPatch, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'target' },
    data: map(120_000),
  }),
  'apply: as many keys as may be': patch(applyPatch, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'target' },
    data: map(mostKeys - 10),
  }),
};

const digits = '9'.repeat(50_000);
const queryCases: Record<string, HostileRequest> = {
  'a label selector of 5,000 requirements': get(
    `${core}/pods?labelSelector=${repeat((index) => `k${index}=v,`, { bytes: 50_000 })}a`,
  ),
  'a label selector of 5,000 values': get(
    `${core}/pods?labelSelector=${encodeURIComponent(`a in (${repeat((index) => `v${index},`, { bytes: 25_000 })}v)`)}`,
  ),
  'a label selector of signs': get(`${core}/pods?labelSelector=${'!'.repeat(50_000)}`),
  'a number in a label selector': get(`${core}/pods?labelSelector=a%3E${digits}`),
  'a field selector of 5,000 terms': get(
    `${core}/pods?fieldSelector=${repeat(() => 'metadata.name!=a,', { bytes: 50_000 })}metadata.name=b`,
  ),
  'a field selector of escapes': get(`${core}/pods?fieldSelector=metadata.name%3D${'%5C%5C'.repeat(8000)}`),
  'a limit': get(`${core}/pods?limit=${digits}`),
  'a timeout': get(`${core}/pods?timeoutSeconds=${digits}`),
  'a resource version': get(`${core}/pods?resourceVersion=${digits}`),
  'a continue token': get(`${core}/pods?continue=${'A'.repeat(50_000)}`),
  'a continue token of numbers': get(
    `${core}/pods?continue=${Buffer.from(`{"v":"meta.k8s.io/v1","rv":${digits.slice(0, 30_000)},"start":"x"}`).toString('base64url')}`,
  ),
  'a dry run': post(`${core}/configmaps?${'dryRun=All&'.repeat(4000)}`, '{}'),
  'a grace period': { path: `${core}/pods/none?gracePeriodSeconds=${digits}`, method: 'DELETE' },
  parameters: get(`${core}/pods?${'a=b&'.repeat(12_000)}`),
};

/** Each of them is answered, and nobody else waits for it. */
export const hostileRequests: Readonly<Record<string, HostileRequest>> = {
  ...jsonCases,
  ...definitionCases,
  ...yamlCases,
  ...protobufCases,
  ...patchCases,
  ...Object.fromEntries(Object.entries(queryCases).map(([name, request]) => [`query: ${name}`, request])),
};

/** The objects that patches are for. */
export const targets: readonly HostileRequest[] = [
  create(
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'target' }, data: { a: 'b' } },
    `${core}/configmaps`,
  ),
  create(
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'target' },
      spec: {
        replicas: 0,
        selector: { matchLabels: { a: 'b' } },
        template: {
          metadata: { labels: { a: 'b' } },
          spec: {
            containers: [
              { name: 'c', image: 'i', env: list(15_000, (index) => ({ name: `E${index}`, value: 'v' })) },
            ],
          },
        },
      },
    },
    '/apis/apps/v1/namespaces/default/deployments',
  ),
];
