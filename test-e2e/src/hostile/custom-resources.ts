import { create, list, map, post, type HostileRequest } from './request.ts';

const group = 'hostile.example.com';
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** A definition of one version, whose `spec` is of the schema. */
function definition(name: string, spec: object, more: object = {}): object {
  const openAPIV3Schema = { type: 'object', properties: { spec } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${name}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: name, kind: `${name[0]!.toUpperCase()}${name.slice(1)}` },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema }, ...more }],
    },
  };
}

const integers = (schema: object = {}, maxItems?: number) => ({
  type: 'array',
  ...(maxItems === undefined ? {} : { maxItems }),
  items: { type: 'integer' },
  ...schema,
});
const rules = (count: number, rule: (index: number) => string) =>
  list(count, (index) => ({ rule: rule(index), message: `rule ${index}` }));
/** Compares every item with every one. */
const pairs = (index: number) => `self.all(x, self.all(y, x + y > -${index + 1}))`;
const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const named = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string' }, value: { type: 'integer' } },
};

/** The schemas of the `spec` of custom resources. */
const schemas: Readonly<Record<string, object>> = {
  alternatives: {
    type: 'array',
    items: { type: 'integer', anyOf: list(200, (index) => ({ maximum: -index })) },
  },
  lastalternatives: {
    type: 'array',
    items: { type: 'integer', anyOf: list(200, (index) => (index < 199 ? { maximum: -index } : {})) },
  },
  wholes: {
    type: 'array',
    items: { type: 'object', additionalProperties: { type: 'integer' } },
    oneOf: list(100, (index) => ({ items: { required: [`k${index % 3}`] } })),
  },
  texts: { type: 'array', items: { type: 'string', enum: list(20_000, (index) => `v${index}`) } },
  numbers: { type: 'array', items: { type: 'integer', enum: list(20_000, (index) => index) } },
  objects: { type: 'array', items: { ...open, enum: list(2000, (index) => ({ a: index })) } },
  patterns: { type: 'string', pattern: '^(a+)+$' },
  manypatterns: { type: 'object', additionalProperties: { type: 'string', pattern: '(a?){100}(a){100}' } },
  sets: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
  maps: {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
    items: named,
  },
  unknown: open,
  embedded: {
    type: 'array',
    items: { ...open, 'x-kubernetes-embedded-resource': true },
  },
  defaults: {
    type: 'array',
    items: { type: 'object', properties: map(20, () => ({ type: 'string', default: 'a default' })) },
  },
  budgets: integers({ 'x-kubernetes-validations': rules(14, pairs) }, 400),
  calls: integers({ 'x-kubernetes-validations': rules(1, pairs) }, 1000),
  manyrules: {
    type: 'array',
    maxItems: 10_000,
    items: { type: 'integer', 'x-kubernetes-validations': rules(20, (index) => `self > -${index + 1}`) },
  },
};

/** The definitions that the requests need. */
export const customTargets: readonly HostileRequest[] = Object.entries(schemas).map(([name, schema]) =>
  create(definitions, definition(name, schema)),
);

/** The collections of their resources, which are served soon after. */
export const customCollections: readonly string[] = Object.keys(schemas).map(
  (name) => `/apis/${group}/v1/namespaces/default/${name}`,
);

const kindOf = (name: string) => `${name[0]!.toUpperCase()}${name.slice(1)}`;
const collection = (name: string) => `/apis/${group}/v1/namespaces/default/${name}?dryRun=All`;
const object = (name: string, spec: unknown, metadata: object = {}) => ({
  apiVersion: `${group}/v1`,
  kind: kindOf(name),
  metadata: { name: 'hostile', ...metadata },
  spec,
});
const custom = (name: keyof typeof schemas, spec: unknown) => create(collection(name), object(name, spec));
const applied = (name: keyof typeof schemas, spec: unknown): HostileRequest => ({
  path: `/apis/${group}/v1/namespaces/default/${name}/hostile?dryRun=All&fieldManager=hostile`,
  method: 'PATCH',
  body: JSON.stringify(object(name, spec)),
  contentType: 'application/apply-patch+yaml',
});
const nestedText = (depth: number, before: string, after: string) =>
  `${before.repeat(depth)}1${after.repeat(depth)}`;
const raw = (name: string, spec: string) =>
  post(collection(name), JSON.stringify(object(name, 0)).replace('"spec":0', `"spec":${spec}`));

const objectCases: Readonly<Record<string, HostileRequest>> = {
  '300,000 integers and 200 alternatives that none fits': custom(
    'alternatives',
    list(300_000, (index) => index + 1),
  ),
  '300,000 integers and 200 alternatives of which the last fits': custom(
    'lastalternatives',
    list(300_000, (index) => index + 1),
  ),
  '30,000 objects and 100 alternatives of the whole': custom(
    'wholes',
    list(30_000, () => map(3, () => 1)),
  ),
  '100,000 texts that an enum of 20,000 does not have': custom(
    'texts',
    list(100_000, (index) => `w${index}`),
  ),
  '100,000 numbers that an enum of 20,000 does not have': custom(
    'numbers',
    list(100_000, (index) => index + 20_000),
  ),
  '100,000 objects that an enum of 2,000 does not have': custom(
    'objects',
    list(100_000, () => ({ a: 2000 })),
  ),
  'a text of a megabyte and a pattern that backtracks': custom('patterns', `${'a'.repeat(1_000_000)}b`),
  '1,000 texts and a long pattern': custom(
    'manypatterns',
    map(1000, () => 'a'.repeat(1000)),
  ),
  'a set of 100,000 values': custom(
    'sets',
    list(100_000, (index) => `v${index}`),
  ),
  'a set of one value': custom(
    'sets',
    list(200_000, () => 'v'),
  ),
  'a map of 40,000 items': custom(
    'maps',
    list(40_000, (index) => ({ name: `n${index}`, value: index })),
  ),
  'a map of one item': custom(
    'maps',
    list(60_000, () => ({ name: 'n', value: 1 })),
  ),
  'an applied map of 40,000 items': applied(
    'maps',
    list(40_000, (index) => ({ name: `n${index}`, value: index })),
  ),
  'an applied set of 60,000 values': applied(
    'sets',
    list(60_000, (index) => `v${index}`),
  ),
  'an applied object of 60,000 fields': applied('unknown', map(60_000)),
  '1.5 MiB that the schema does not know': custom(
    'unknown',
    map(50_000, (index) => [index, { a: 'v' }]),
  ),
  'objects within objects': raw('unknown', nestedText(900, '{"a":', '}')),
  'lists within lists': raw('unknown', nestedText(900, '[', ']')),
  'lists within lists without end': raw('unknown', nestedText(500_000, '[', ']')),
  '10,000 embedded objects': custom(
    'embedded',
    list(10_000, (index) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `n${index}`, labels: { a: 'b' } },
    })),
  ),
  '100,000 embedded objects that are none': custom(
    'embedded',
    list(100_000, () => ({})),
  ),
  '20,000 objects of 20 defaults': custom(
    'defaults',
    list(20_000, () => ({})),
  ),
  'the names of prototypes': raw(
    'unknown',
    '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":1,"hasOwnProperty":{}}',
  ),
  'rules that use up the budget': custom(
    'budgets',
    list(400, (index) => index),
  ),
  'a rule that uses up what one call may cost': custom(
    'calls',
    list(1000, (index) => index),
  ),
  '20 rules for each of 10,000 items': custom(
    'manyrules',
    list(10_000, (index) => index),
  ),
  '20 rules for each of 10,000 items, which all fail': custom(
    'manyrules',
    list(10_000, (index) => -index - 100),
  ),
};

const refused = (spec: object, more: object = {}) =>
  create(`${definitions}?dryRun=All`, definition('others', spec, more));
const ruled = (...texts: readonly string[]) =>
  refused(integers({ 'x-kubernetes-validations': texts.map((rule) => ({ rule })) }, 100));
const nestedSchema = (depth: number, around: (inner: object) => object): object => {
  let schema: object = { type: 'string' };
  for (let level = 0; level < depth; level++) schema = around(schema);
  return schema;
};
const definitionCases: Readonly<Record<string, HostileRequest>> = {
  'an expression of open parentheses': ruled('('.repeat(100_000)),
  'an expression of parentheses': ruled(nestedText(5000, '(', ')')),
  'an expression of nested lists': ruled(nestedText(5000, '[', ']')),
  'an expression of nested macros': ruled(nestedText(200, 'self.all(x, x == ', ')')),
  'an expression of 10,000 terms': ruled(list(10_000, () => 'true').join(' && ')),
  'an expression of 10,000 conditions': ruled(`${'true ? true : '.repeat(10_000)}true`),
  'an expression of signs': ruled(`${'!'.repeat(100_000)}true`),
  'an expression of selections': ruled(`self${'.a'.repeat(50_000)}`),
  'an expression of one text': ruled(`'${'a'.repeat(1_000_000)}' == ''`),
  'an expression of macros that multiply': ruled(
    `self.map(a, self.map(b, self.map(c, self.map(d, self.map(e, self))))).size() > 0`,
  ),
  'an expression with a pattern of a megabyte': ruled(`'a'.matches('${'[a-z]?'.repeat(150_000)}')`),
  '5,000 rules': ruled(...list(5000, (index) => `self.all(x, x > ${index})`).map(String)),
  '300 fields of 20 rules': refused({
    type: 'object',
    properties: map(300, (field) => ({
      type: 'string',
      maxLength: 10,
      'x-kubernetes-validations': rules(20, (index) => `self != 'a${Number(field)}b${index}'`),
    })),
  }),
  'an enum of 100,000 values': refused({ type: 'string', enum: list(100_000, (index) => `v${index}`) }),
  'a hundred enums of 1,000 numbers and a default': refused({
    type: 'object',
    properties: map(100, () => ({
      type: 'integer',
      enum: list(1000, (index) => index),
      default: 999,
    })),
  }),
  'anyOf within anyOf': refused({ type: 'string', ...nestedSchema(500, (inner) => ({ anyOf: [inner] })) }),
  'not within not': refused({ type: 'string', ...nestedSchema(500, (inner) => ({ not: inner })) }),
  'a schema of allOf': refused({
    type: 'object',
    properties: map(1000, () => ({ type: 'integer' })),
    allOf: list(200, () => ({ properties: map(50, () => ({ minimum: 1 })) })),
  }),
  'a reference to itself': refused({ $ref: '#' }),
  'the names of prototypes in a schema': post(
    `${definitions}?dryRun=All`,
    JSON.stringify(definition('others', { type: 'object', properties: 0 })).replace(
      '"properties":0',
      '"properties":{"__proto__":{"type":"string","default":"a"},"constructor":{"type":"object"}}',
    ),
  ),
  '10,000 columns': refused(open, {
    additionalPrinterColumns: list(10_000, (index) => ({
      name: `c${index}`,
      type: 'string',
      jsonPath: `.spec.k${index}`,
    })),
  }),
  'a column of a long path': refused(open, {
    additionalPrinterColumns: [{ name: 'c', type: 'string', jsonPath: `.spec${'.a'.repeat(200_000)}` }],
  }),
  'a column of nested filters': refused(open, {
    additionalPrinterColumns: [{ name: 'c', type: 'string', jsonPath: `.spec${'[?(@'.repeat(50_000)}` }],
  }),
};

/** Each of them is answered, and nobody else waits for it. */
export const customRequests: Readonly<Record<string, HostileRequest>> = {
  ...Object.fromEntries(Object.entries(objectCases).map(([name, request]) => [`object: ${name}`, request])),
  ...Object.fromEntries(
    Object.entries(definitionCases).map(([name, request]) => [`definition: ${name}`, request]),
  ),
};
