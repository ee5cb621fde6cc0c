import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageOf } from '../scheme.ts';
import { conform, conformRepeated } from './conform.ts';
import { forgetUnprinted, holdsUnprinted } from './unprinted.ts';
import { ConformError } from './conform-error.ts';
import { parseJson, stringifyJson } from '../json.ts';
import { parseJsonStrict } from './parse-json-strict.ts';
import { formatFieldPath, strictProblems } from './strict-problems.ts';

const persistentVolume = messageOf({ group: '', version: 'v1', kind: 'PersistentVolume' }) ?? '';
const policy =
  messageOf({ group: 'admissionregistration.k8s.io', version: 'v1', kind: 'ValidatingAdmissionPolicy' }) ??
  '';
const deployment = messageOf({ group: 'apps', version: 'v1', kind: 'Deployment' }) ?? '';
const pod = messageOf({ group: '', version: 'v1', kind: 'Pod' }) ?? '';
const service = messageOf({ group: '', version: 'v1', kind: 'Service' }) ?? '';

function message(value: unknown, name: string): string {
  try {
    conform(value, name, 'report');
  } catch (error) {
    assert.ok(error instanceof ConformError, String(error));
    return error.message;
  }
  return 'accepted';
}

function problems(text: string, name: string): string[] {
  const { value, duplicates } = parseJsonStrict(text);
  const { unknownFields } = conform(value, name, 'report');
  return strictProblems(text, name, { unknownFields, duplicates });
}

test('the normal form has the fields that Go prints, in its order', () => {
  const { object, unknownFields } = conform(
    { metadata: { name: 'web', labels: null, annotations: {} }, kind: 'Pod', apiVersion: 'v1', spec: {} },
    pod,
    'report',
  );
  assert.equal(
    JSON.stringify(object),
    '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web"},"spec":{"containers":null},"status":{}}',
  );
  assert.deepEqual(unknownFields, []);
});

test('quantities, times and integers get their canonical form', () => {
  const { object } = conform(
    {
      metadata: { creationTimestamp: '2026-11-21T11:00:00.5+01:00' },
      spec: {
        containers: [
          {
            name: 'c',
            resources: { limits: { cpu: 0.5, memory: '1.5Gi' } },
            livenessProbe: { httpGet: { port: 'http' } },
          },
        ],
      },
    },
    pod,
    'report',
  );
  assert.deepEqual(object, {
    metadata: { creationTimestamp: '2026-11-21T10:00:00Z' },
    spec: {
      containers: [
        {
          name: 'c',
          resources: { limits: { cpu: '500m', memory: '1536Mi' } },
          livenessProbe: { httpGet: { port: 'http' } },
        },
      ],
    },
    status: {},
  });
});

test('nulls do what Go does with them', () => {
  const { object } = conform(
    {
      metadata: { name: null, creationTimestamp: null },
      spec: { replicas: null, selector: null, template: null, strategy: { type: null } },
    },
    deployment,
    'report',
  );
  assert.deepEqual(object, {
    metadata: {},
    spec: { selector: null, template: { metadata: {}, spec: { containers: null } }, strategy: {} },
    status: {},
  });
});

test('type errors name the struct, the path and the Go type', () => {
  const cases: [unknown, string, string][] = [
    [
      { spec: { replicas: 'three' } },
      deployment,
      'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      { spec: { hostPath: { path: [] } } },
      persistentVolume,
      'json: cannot unmarshal array into Go struct field HostPathVolumeSource.spec.PersistentVolumeSource.hostPath.path of type string',
    ],
    [
      { spec: { matchConstraints: { resourceRules: [{ apiGroups: [1] }] } } },
      policy,
      'json: cannot unmarshal number into Go struct field NamedRuleWithOperations.spec.matchConstraints.resourceRules.RuleWithOperations.Rule.apiGroups of type string',
    ],
    [
      { spec: { replicas: 3_000_000_000 } },
      deployment,
      'json: cannot unmarshal number 3000000000 into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      { spec: { replicas: 1.5 } },
      deployment,
      'json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      { spec: { terminationGracePeriodSeconds: 'x' } },
      pod,
      'json: cannot unmarshal string into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64',
    ],
    [
      { spec: { containers: {} } },
      pod,
      'json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container',
    ],
    [
      { spec: { containers: [{ name: 1 }] } },
      pod,
      'json: cannot unmarshal number into Go struct field Container.spec.containers.name of type string',
    ],
    [
      { spec: { containers: ['x'] } },
      pod,
      'json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type v1.Container',
    ],
    [
      { metadata: { labels: { a: 1 } } },
      pod,
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
    ],
    [
      { metadata: { labels: [] } },
      pod,
      'json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string',
    ],
    [
      { spec: { restartPolicy: true } },
      pod,
      'json: cannot unmarshal bool into Go struct field PodSpec.spec.restartPolicy of type v1.RestartPolicy',
    ],
    [
      { spec: { ports: [{ targetPort: true }] } },
      service,
      'json: cannot unmarshal bool into Go struct field ServicePort.spec.ports.targetPort of type int32',
    ],
    ['x', pod, 'json: cannot unmarshal string into Go value of type v1.Pod'],
  ];
  for (const [value, name, expected] of cases) assert.equal(message(value, name), expected);
});

test('the first type error counts, but a type that decodes itself ends the decoding', () => {
  assert.match(message({ metadata: { name: 1 }, spec: 2 }, pod), /ObjectMeta\.metadata\.name/);
  assert.equal(
    message(
      {
        metadata: { name: 1 },
        spec: { containers: [{ resources: { limits: { cpu: 'lots' } } }] },
      },
      pod,
    ),
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  );
});

test('values that their type refuses', () => {
  assert.equal(
    message({ metadata: { creationTimestamp: 'today' } }, pod),
    'parsing time "today" as "2006-01-02T15:04:05Z07:00": cannot parse "today" as "2006"',
  );
  const secret = messageOf({ group: '', version: 'v1', kind: 'Secret' }) ?? '';
  // What Go's decoder says of the same texts.
  for (const [text, byte] of [
    ['a?==', 1],
    ['a', 0],
    ['aaa', 0],
    ['aaaaa', 4],
    ['a===', 1],
    ['aa=', 3],
    ['aa=a', 2],
    ['aaa=x', 4],
    ['aa==x', 4],
    ['aaa==', 4],
  ] as const) {
    assert.equal(message({ data: { a: text } }, secret), `illegal base64 data at input byte ${byte}`, text);
  }
  assert.equal(message({ data: { a: 'aGk=' } }, secret), 'accepted');
});

test('strict decoding reports unknown and duplicate fields in the order of the document', () => {
  const text = `{"apiVersion":"apps/v1","kind":"Deployment","spec":{"foo":1,"replicas":1,"replicas":2,
    "template":{"spec":{"containers":[{"name":"a"},{"name":"b","imagee":"x"}]}},"bar":{"x":1,"x":2}},
    "metadata":{"labels":{"a":"1","a":"2"}}}`;
  assert.deepEqual(problems(text, deployment), [
    'unknown field "spec.foo"',
    'duplicate field "spec.replicas"',
    'unknown field "spec.template.spec.containers[1].imagee"',
    'unknown field "spec.bar"',
    'duplicate field "metadata.labels.a"',
  ]);
});

test('names are case-sensitive, and opaque values are not looked into', () => {
  assert.deepEqual(problems('{"Spec":{}}', deployment), ['unknown field "Spec"']);
  const revision = messageOf({ group: 'apps', version: 'v1', kind: 'ControllerRevision' }) ?? '';
  assert.deepEqual(problems('{"revision":1,"data":{"x":1,"x":2,"y":{}}}', revision), []);
});

test('the last duplicate counts', () => {
  const spread = parseJsonStrict(`{"a\\"b" ${' '.repeat(100)}: "c:\\\\" , "a\\"b":{"x" : "y\\":"}}`);
  assert.deepEqual(spread, { value: { 'a"b': { x: 'y":' } }, duplicates: [{ path: ['a"b'] }] });
  const { value } = parseJsonStrict('{"spec":{"replicas":1,"replicas":2}}');
  assert.deepEqual(value, { spec: { replicas: 2 } });
});

test('integers beyond 2^53 are kept', () => {
  const { value } = parseJsonStrict('{"spec":{"activeDeadlineSeconds":9223372036854775807}}');
  const { object } = conform(value, pod, 'report');
  assert.match(stringifyJson(object) ?? '', /"activeDeadlineSeconds":9223372036854775807/);
  const tooLarge = parseJsonStrict('{"spec":{"activeDeadlineSeconds":9223372036854775808}}').value;
  assert.match(message(tooLarge, pod), /cannot unmarshal number 9223372036854775808 into/);
});

test('numbers are judged as they are written', () => {
  const spec = (text: string) => parseJsonStrict(`{"spec":{"activeDeadlineSeconds":${text}}}`).value;
  for (const text of ['80.0', '8e1', '1E2', '80.5', '1e400', '9'.repeat(30)]) {
    assert.match(
      message(spec(text), pod),
      new RegExp(`cannot unmarshal number ${text.replace('.', '\\.')} into Go struct field`),
    );
  }
  const requests = parseJsonStrict(
    '{"spec":{"containers":[{"resources":{"requests":{"cpu":1e400,"memory":1.50}}}]}}',
  ).value;
  assert.match(
    JSON.stringify(conform(requests, pod, 'report').object),
    /"requests":\{"cpu":"10e399","memory":"1500m"\}/,
  );
  const named = parseJsonStrict('{"metadata":{"name":1.0}}').value;
  assert.match(message(named, pod), /cannot unmarshal number into Go struct field ObjectMeta.metadata.name/);
});

test('a number of a million digits costs no more than its length', () => {
  const digits = '9'.repeat(3_000_000);
  assert.match(
    message(parseJsonStrict(`{"spec":{"priority":${digits}}}`).value, pod),
    /cannot unmarshal number 99999/,
  );
  assert.equal(typeof (parseJson(`[${digits}]`) as unknown[])[0], 'number');
});

test('syntax errors are worded as Go words them', () => {
  const cases: [string, string][] = [
    ['', 'unexpected end of JSON input'],
    ['{', 'unexpected end of JSON input'],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b":2}', `invalid character '"' after object key:value pair`],
    ['[1 2]', "invalid character '2' after array element"],
    ['nope', "invalid character 'o' in literal null (expecting 'u')"],
    ['{} x', "invalid character 'x' after top-level value"],
    ['<html>', "invalid character '<' looking for beginning of value"],
    ['"\\q"', "invalid character 'q' in string escape code"],
    ['"\n"', "invalid character '\\n' in string literal"],
    ['{b', "invalid character 'b' looking for beginning of object key string"],
    ['{}é', "invalid character 'Ã' after top-level value"],
    ['{"a":1.}', "invalid character '}' after decimal point in numeric literal"],
    ['[1e]', "invalid character ']' in exponent of numeric literal"],
    ['-x', "invalid character 'x' in numeric literal"],
  ];
  for (const [text, expected] of cases) {
    assert.throws(() => parseJsonStrict(text), { code: 'syntax', message: expected }, text);
  }
});

test('what is nested beyond reason is refused', () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  assert.throws(() => parseJsonStrict(deep), { message: "invalid character '[' exceeded max depth" });
  assert.throws(() => parseJsonStrict('['.repeat(200_000)), {
    message: "invalid character '[' exceeded max depth",
  });
  assert.throws(() => parseJsonStrict('{"a":'.repeat(200_000)), {
    message: "invalid character '{' exceeded max depth",
  });
});

test('hostile names stay ordinary names', () => {
  const { value } = parseJsonStrict('{"metadata":{"labels":{"__proto__":"x"}}}');
  const { object } = conform(value, pod, 'report');
  const { labels } = object['metadata'] as { labels: object };
  assert.deepEqual(Object.keys(labels), ['__proto__']);
  assert.equal(Object.getPrototypeOf(labels), Object.prototype);
});

test('paths', () => {
  assert.equal(
    formatFieldPath(['spec', 'containers', 0, 'env', 2, 'name']),
    'spec.containers[0].env[2].name',
  );
});

/** Asked of a stock kube-apiserver 1.36.3. */
test('bytes are a text, or a list of numbers; null is no bytes', () => {
  const secret = 'k8s.io.api.core.v1.Secret';
  const data = (text: string) => parseJsonStrict(`{"data":{"a":${text}}}`).value;
  const cases: [string, string][] = [
    ['null', ''],
    ['[]', ''],
    ['[104,105]', 'aGk='],
    ['[null]', 'AA=='],
    ['"aGk="', 'aGk='],
  ];
  for (const [text, bytes] of cases) {
    assert.deepEqual(conform(data(text), secret, 'report').object['data'], { a: bytes }, text);
  }
  const refused: [string, string][] = [
    ['[300]', 'json: cannot unmarshal number 300 into Go struct field Secret.data of type uint8'],
    ['["x"]', 'json: cannot unmarshal string into Go struct field Secret.data of type uint8'],
    ['[1.5]', 'json: cannot unmarshal number 1.5 into Go struct field Secret.data of type uint8'],
    ['{}', 'json: cannot unmarshal object into Go struct field Secret.data of type []uint8'],
    ['"a"', 'illegal base64 data at input byte 0'],
  ];
  for (const [text, expected] of refused) assert.equal(message(data(text), secret), expected, text);
});

/** Asked of a stock kube-apiserver 1.36.3, by strategic merge patches. */
test('unstructured values have rules and errors of their own', () => {
  const read = (value: unknown) => conform(value, pod, 'report', 'unstructured').object;
  assert.deepEqual(read({ spec: { priority: 80.0, activeDeadlineSeconds: 1e26 } })['spec'], {
    activeDeadlineSeconds: -9223372036854775808n,
    containers: null,
    priority: 80,
  });
  assert.deepEqual(read({ spec: { priority: 2 ** 32 + 5 } })['spec'], { containers: null, priority: 5 });
  const refused: [unknown, string][] = [
    [{ metadata: { labels: 'x' } }, 'cannot restore map from string'],
    [{ metadata: { labels: [] } }, 'cannot restore map from slice'],
    [{ metadata: 'x' }, 'cannot restore struct from: string'],
    [{ metadata: { finalizers: { a: 'b' } } }, 'cannot restore slice from map'],
    [{ metadata: { labels: { a: 1 } } }, 'cannot convert int64 to string'],
    [{ metadata: { labels: { a: {} } } }, 'unrecognized type: string'],
    [{ metadata: { uid: 5 } }, 'cannot convert int64 to types.UID'],
    [{ spec: { priority: 80.5 } }, 'cannot convert float64 to int32'],
    [{ spec: { priority: 'x' } }, 'unrecognized type: int32'],
    [{ spec: { hostNetwork: 1 } }, 'unrecognized type: bool'],
    [{ metadata: { creationTimestamp: 5 } }, 'json: cannot unmarshal number into Go value of type string'],
  ];
  const secret = 'k8s.io.api.core.v1.Secret';
  assert.throws(() => conform({ data: { a: '!!' } }, secret, 'ignore', 'unstructured'), {
    message: 'error decoding from json: illegal base64 data at input byte 0',
  });
  for (const [value, expected] of refused) {
    assert.throws(() => read(value), { message: expected }, JSON.stringify(value));
  }
});

test('containers know that they were written with more than is printed', () => {
  const limitRange = 'k8s.io.api.core.v1.LimitRange';
  const limits = (document: unknown) =>
    (conform(document, limitRange, 'ignore').object as { spec: { limits: object[] } }).spec.limits;
  for (const [item, holds] of [
    [{ type: 'Container', max: { cpu: '1500m' } }, false],
    [{ type: 'Container', max: { cpu: '1.5' } }, true],
    [{ type: 'Container', max: { cpu: 1 } }, false],
    [{ type: 'Container', max: {} }, true],
    [{ type: 'Container', max: null }, false],
    [{ type: 'Container' }, false],
  ] as const) {
    assert.equal(holdsUnprinted(limits({ spec: { limits: [item] } })), holds, JSON.stringify(item));
  }
  const list = limits({ spec: { limits: [{ max: {} }, {}] } });
  assert.deepEqual(list.map(holdsUnprinted), [true, false]);
  forgetUnprinted(list);
  assert.equal(holdsUnprinted(list), false);
});

test('keys that stand twice are decoded into one another', () => {
  const read = (text: string) => conformRepeated(parseJsonStrict(text).value, pod, 'report');
  const { object, unknownFields } = read(
    '{"metadata":{"name":"a","labels":{"x":"1"}},"spec":{"nodeName":"n","containers":[{"name":"c"},{"name":"d"}]},' +
      '"metadata":{"name":null,"labels":{"y":"2"},"bogus":1},"spec":{"containers":[{"image":"i"}]}}',
  );
  assert.equal(
    JSON.stringify(object),
    '{"metadata":{"name":"a","labels":{"x":"1","y":"2"}},"spec":{"containers":[{"name":"c","image":"i","resources":{}}],"nodeName":"n"},"status":{}}',
  );
  assert.deepEqual(unknownFields, [['metadata', 'bogus']]);
  assert.throws(() => read('{"metadata":{"name":1},"metadata":{"name":"a"}}'), {
    message: 'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string',
  });
  // What is repeated at every depth takes time in proportion to the text.
  const depth = 200;
  const deep = '{"not":null,"not":'.repeat(depth) + '{}' + '}'.repeat(depth);
  const definition = `{"spec":{"versions":[{"name":"v1","schema":{"openAPIV3Schema":${deep}}}]}}`;
  const crd =
    messageOf({ group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' }) ?? '';
  conformRepeated(parseJsonStrict(definition).value, crd, 'report');
  const many = Array.from({ length: 20_000 }, (_, index) => `"labels":{"k${index}":""}`).join(',');
  const labels = conformRepeated(parseJsonStrict(`{"metadata":{${many}}}`).value, pod, 'report').object;
  assert.equal(Object.keys((labels['metadata'] as { labels: object }).labels).length, 20_000);
});
