import type { Ask, Family } from '../family.ts';
import { namespace } from '../places.ts';

const group = 'rules.example.com';
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

type Schema = Readonly<Record<string, unknown>>;

/** Requests to one resource, whose spec has these properties and rules. */
interface Scenario {
  readonly plural: string;
  readonly properties: Readonly<Record<string, Schema>>;
  readonly rules?: readonly object[];
  readonly rootRules?: readonly object[];
  /** Objects that are created by their names, patches of their spec, and of their status. */
  readonly steps: readonly (readonly ['create' | 'patch' | 'status', name: string, value: object])[];
}

const rulesOf = (...rules: readonly (string | object)[]) => ({
  'x-kubernetes-validations': rules.map((rule) => (typeof rule === 'string' ? { rule } : rule)),
});
const integer = { type: 'integer' };
const text = (maxLength: number) => ({ type: 'string', maxLength });
const ones = (count: number) => Array.from({ length: count }, () => 1);

const findings: Scenario = {
  plural: 'findings',
  properties: {
    a: integer,
    b: integer,
    c: { ...text(20), ...rulesOf('self.size() < 5') },
    port: { 'x-kubernetes-int-or-string': true },
  },
  rules: [
    { rule: 'self.a < self.b' },
    { rule: 'self.a < self.b', message: ' m ', fieldPath: '.a', reason: 'FieldValueForbidden' },
    {
      rule: 'self.a < 10',
      messageExpression: 'self.a > 15 ? "is big" : "is small"',
      reason: 'FieldValueDuplicate',
    },
    { rule: '!has(self.port) || self.port < 5' },
    { rule: 'self.a / (self.a - 3) > -100', message: 'divided' },
  ],
  rootRules: [{ rule: 'self.metadata.name != "root"', message: 'not root' }],
  steps: [
    ['create', 'p', { a: 1, b: 2 }],
    ['create', 'large', { a: 20, b: 2 }],
    ['create', 'zero', { a: 3, b: 4 }],
    ['create', 'port', { a: 1, b: 2, port: 'x' }],
    ['create', 'missing', { b: 2 }],
    ['create', 'long', { a: 1, b: 2, c: '123456' }],
    ['create', 'wrong', { a: 'x', b: 2, c: '123456' }],
    ['create', 'root', { a: 1, b: 2 }],
    ['patch', 'p', { a: 5 }],
    ['patch', 'p', { c: 'abcdef' }],
    ['patch', 'p', { b: 7 }],
  ],
};

const transitions: Scenario = {
  plural: 'transitions',
  properties: {
    a: { ...integer, ...rulesOf({ rule: 'self < 5', message: 'small' }) },
    b: {
      ...integer,
      ...rulesOf(
        { rule: 'self >= oldSelf', message: 'grows' },
        { rule: 'oldSelf.orValue(0) <= self', optionalOldSelf: true, message: 'from zero' },
      ),
    },
    list: {
      type: 'array',
      maxItems: 10,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
      items: {
        type: 'object',
        required: ['k'],
        properties: { k: text(5), v: integer },
        ...rulesOf({
          rule: '!has(oldSelf.v) || self.v >= oldSelf.v',
          messageExpression: '"item " + self.k',
        }),
      },
    },
    set: {
      type: 'array',
      maxItems: 10,
      'x-kubernetes-list-type': 'set',
      items: text(5),
      ...rulesOf({ rule: 'self == oldSelf', message: 'the same set' }),
    },
    map: {
      type: 'object',
      maxProperties: 10,
      additionalProperties: { ...integer, ...rulesOf('self != 3') },
    },
  },
  steps: [
    ['create', 'p', { b: -1 }],
    ['create', 'p', { a: 1, b: 1, list: [{ k: 'x', v: 1 }, { k: 'y' }], set: ['a', 'b'], map: { 'k.1': 1 } }],
    ['patch', 'p', { b: 0 }],
    ['patch', 'p', { list: [{ k: 'y' }, { k: 'x', v: 0 }] }],
    ['patch', 'p', { set: ['b', 'a'] }],
    ['patch', 'p', { set: ['b', 'c'] }],
    ['patch', 'p', { map: { 'b/c': 3 } }],
    ['patch', 'p', { list: [{ k: 'z', v: 5 }] }],
    ['status', 'p', { n: 1 }],
  ],
};

const types: Scenario = {
  plural: 'types',
  properties: {
    when: { type: 'string', format: 'date-time', ...rulesOf('self > timestamp("2020-01-01T00:00:00Z")') },
    long: { type: 'string', format: 'duration', ...rulesOf('self < duration("1h")') },
    data: { type: 'string', format: 'byte', ...rulesOf('self.size() < 4') },
    template: {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
      ...rulesOf('self.kind == "A" && self.metadata.name != ""'),
    },
    'a-b': text(9),
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    real: { type: 'number' },
    none: { type: 'string', nullable: true },
    one: { type: 'string', enum: ['A', 'Bcd'], ...rulesOf('self == "A"') },
    constructor: { ...text(5), ...rulesOf('self == "x"') },
  },
  rules: [
    { rule: '!has(self.a__dash__b) || self.a__dash__b.startsWith("x")' },
    { rule: '!has(self.none) || self.none != "a"' },
    { rule: '!has(self.real) || self.real < 1.5' },
    { rule: '!has(self.free) || self.free == self.free' },
  ],
  steps: [
    ['create', 'when', { when: '2019-01-01T00:00:00Z' }],
    ['create', 'long', { long: '2h' }],
    ['create', 'data', { data: 'aGVsbG8=' }],
    [
      'create',
      'q',
      { when: '2021-01-01T00:00:00.5+01:00', long: '3 minutes', data: 'aGk=', none: null, real: 2 },
    ],
    [
      'create',
      'r',
      {
        template: { kind: 'B', apiVersion: 'v1', metadata: { name: 'x' } },
        'a-b': 'y',
        none: 'a',
        free: { a: 1 },
      },
    ],
    ['create', 's', { real: 1 }],
    ['create', 't', { template: { kind: 'A', apiVersion: 'v1', metadata: {} } }],
    ['create', 'u', { long: 'x' }],
    ['create', 'v', { data: 'a-_=' }],
    ['create', 'w', { one: 'Bcd' }],
    ['create', 'z', { constructor: 'y' }],
    ['create', 'x', { one: 'C' }],
  ],
};

const costs: Scenario = {
  plural: 'costs',
  properties: {
    list: {
      type: 'array',
      maxItems: 300,
      items: integer,
      ...rulesOf('self.all(x, self.all(y, x + y < 100))', {
        rule: 'self.size() < 300',
        messageExpression: 'self.all(x, self.all(y, x + y < 1000)) ? "yes" : "no"',
      }),
    },
    two: {
      type: 'array',
      maxItems: 300,
      items: integer,
      ...rulesOf('self.all(x, self.all(y, x + y < 100))'),
    },
    texts: { type: 'array', maxItems: 1000, items: { ...text(1000), ...rulesOf('self.matches("^(a+)+$")') } },
  },
  steps: [
    ['create', 'p', { list: ones(299) }],
    ['create', 'q', { list: ones(300) }],
    ['create', 'two', { two: ones(300) }],
    ['create', 'r', { list: ones(100), two: [60, 60] }],
    ['create', 's', { texts: ones(30).map(() => `${'a'.repeat(999)}b`) }],
  ],
};

function definitionOf({ plural, properties, rules = [], rootRules = [] }: Scenario): object {
  const singular = plural.slice(0, -1);
  const spec = { type: 'object', properties, ...rulesOf(...rules) };
  const status = { type: 'object', properties: { n: integer } };
  const openAPIV3Schema = { type: 'object', ...rulesOf(...rootRules), properties: { spec, status } };
  const version = { name: 'v1', served: true, storage: true, subresources: { status: {} } };
  return {
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, singular, kind: singular.toUpperCase(), listKind: `${singular.toUpperCase()}List` },
      versions: [{ ...version, schema: { openAPIV3Schema } }],
    },
  };
}

async function served(ask: Ask, path: string): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if ((await ask.silently({ path })).code === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${path} is not served after 10 s`);
}

async function play(ask: Ask, scenario: Scenario): Promise<void> {
  const { plural, steps } = scenario;
  const kind = plural.slice(0, -1).toUpperCase();
  const collection = `/apis/${group}/v1/namespaces/${namespace}/${plural}`;
  await ask.silently({ path: definitions, body: definitionOf(scenario) });
  await served(ask, collection);
  for (const [index, [verb, name, value]] of steps.entries()) {
    const about = `${plural} ${index}, ${verb} ${name}`;
    if (verb === 'create') {
      const body = { apiVersion: `${group}/v1`, kind, metadata: { name }, spec: value };
      await ask(about, { path: collection, body });
    } else {
      await ask(about, {
        method: 'PATCH',
        path: `${collection}/${name}${verb === 'status' ? '/status' : ''}`,
        headers: { 'content-type': 'application/merge-patch+json' },
        body: verb === 'status' ? { status: value } : { spec: value },
      });
    }
  }
  await ask.silently({ method: 'DELETE', path: `${definitions}/${plural}.${group}` });
}

/**
 * Rules of custom resources on objects that keep them and that do not. An object breaks rules of one field:
 * kube-apiserver walks the fields in a random order.
 */
export const customRules: Family = {
  name: 'rules of custom resources',
  async run(ask) {
    for (const scenario of [findings, transitions, types, costs]) await play(ask, scenario);
  },
};
