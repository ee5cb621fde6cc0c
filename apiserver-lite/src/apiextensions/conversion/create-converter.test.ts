import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { StatusError } from '../../api-errors/status-error.ts';
import { OutgoingClient } from '../../outgoing/outgoing-client.ts';
import { httpsAnswers, type HttpsAnswers } from '../../outgoing/testing/https-answers.ts';
import { testAuthority, type TestAuthority } from '../../server/testing/certificates.ts';
import type { ConversionResult, Converter } from './converter.ts';
import { createConverter } from './create-converter.ts';
import { answerReview, type Review } from './testing/conversion-answers.ts';

let authority: TestAuthority;
let webhook: HttpsAnswers;
const reviews: Review[] = [];
const client = new OutgoingClient({
  resolve: async ({ port }) => ({ host: '127.0.0.1', port }),
});

before(async () => {
  authority = await testAuthority();
  webhook = await httpsAnswers(await authority.server(), (request, response, body) => {
    reviews.push(JSON.parse(body) as Review);
    answerReview(request.url ?? '', body, response);
  });
});

after(async () => {
  client.close();
  await webhook.close();
});

const observed: ConversionResult[] = [];

function converterOf(path: string, more: { reviews?: string[]; caBundle?: string } = {}): Converter {
  const caBundle = more.caBundle ?? Buffer.from(authority.cert).toString('base64');
  return createConverter({
    name: 'widgets.example.com',
    conversion: {
      strategy: 'Webhook',
      webhook: {
        clientConfig: { url: `https://127.0.0.1:${webhook.port}/${path}`, caBundle },
        conversionReviewVersions: more.reviews ?? ['v1'],
      },
    },
    versions: ['v1', 'v2'],
    client,
    newUid: () => 'request',
    observe: ({ result, fromVersion, toVersion }) => {
      observed.push(result);
      assert.notEqual(fromVersion, toVersion);
    },
  });
}

function widget(version: string, name = 'w'): KubeObject {
  return {
    apiVersion: `example.com/${version}`,
    kind: 'Widget',
    metadata: { name, namespace: 'default', uid: 'object', labels: { l: 'm' }, generation: 1 },
    spec: { text: 'hi' },
  };
}

async function messageOf(converter: Converter, object = widget('v1')): Promise<string | undefined> {
  try {
    const [converted] = await converter.convert([object], 'example.com/v2');
    converted?.();
    return undefined;
  } catch (error) {
    assert.ok(error instanceof StatusError, String(error));
    assert.deepEqual([error.status.code, error.status.reason], [500, undefined]);
    return error.message.replaceAll(`127.0.0.1:${webhook.port}`, 'HOST');
  }
}

/** What kube-apiserver 1.36.3 answers to a GET of an object that the webhook converts so. */
const answers: Readonly<Record<string, string | undefined>> = {
  'absent-objects': 'conversion webhook for example.com/v1, Kind=Widget returned 0 objects, expected 1',
  'binary-500':
    'conversion webhook for example.com/v1, Kind=Widget failed: an error on the server ("unknown") has prevented the request from succeeding',
  'broken-json': `conversion webhook for example.com/v1, Kind=Widget failed: couldn't get version/kind; json parse error: unexpected end of JSON input`,
  'cut-off':
    'conversion webhook for example.com/v1, Kind=Widget failed: Post "https://HOST/cut-off?timeout=30s": EOF',
  'empty-json':
    'conversion webhook for example.com/v1, Kind=Widget failed: expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview, got /, Kind=',
  'empty-object': `Object 'Kind' is missing in '{}'`,
  failure: 'conversion webhook for example.com/v1, Kind=Widget failed: no words in it',
  'failure-silent': `conversion webhook for example.com/v1, Kind=Widget failed: response.result.status was 'Failure', not 'Success'`,
  'float-label':
    'conversion webhook for example.com/v1, Kind=Widget returned invalid metadata: metadata.labels[a] must be a string, but is float64 in converted object',
  'html-200': `conversion webhook for example.com/v1, Kind=Widget failed: couldn't get version/kind; json parse error: json: cannot unmarshal string into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
  'json-500':
    'conversion webhook for example.com/v1, Kind=Widget failed: an error on the server ("unknown") has prevented the request from succeeding',
  'large-annotation':
    'conversion webhook for example.com/v1, Kind=Widget returned invalid metadata: metadata.annotation: Too long: may not be more than 262144 bytes',
  'list-json': `conversion webhook for example.com/v1, Kind=Widget failed: couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
  'list-labels':
    'conversion webhook for example.com/v1, Kind=Widget returned invalid metadata: invalid metadata.labels of type []interface {} in converted object',
  'new-labels': undefined,
  'no-body':
    'conversion webhook for example.com/v1, Kind=Widget failed: 0-length response with status code: 200 and content type: application/json',
  'no-json': `conversion webhook for example.com/v1, Kind=Widget failed: couldn't get version/kind; json parse error: json: cannot unmarshal string into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
  'no-kind':
    'conversion webhook for example.com/v1, Kind=Widget failed: expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview, got apiextensions.k8s.io/v1, Kind=',
  'no-metadata':
    'conversion webhook for example.com/v1, Kind=Widget returned invalid object: must have the same name: w != ',
  'no-object-kind': `Object 'Kind' is missing in '{"apiVersion":"example.com/v2","metadata":{"generation":1,"labels":{"l":"m"},"name":"w","namespace":"default","uid":"object"},"spec":{"words":"hi"}}'`,
  'no-object-version':
    'conversion webhook for example.com/v1, Kind=Widget returned invalid object at index 0: invalid groupVersion (expected example.com/v2, received )',
  'no-objects': 'conversion webhook for example.com/v1, Kind=Widget returned 0 objects, expected 1',
  'no-response': 'conversion webhook for example.com/v1, Kind=Widget failed: no response provided',
  'no-result': `conversion webhook for example.com/v1, Kind=Widget failed: response.result.status was '', not 'Success'`,
  'no-uid':
    'conversion webhook for example.com/v1, Kind=Widget failed: expected response.uid="request", got ""',
  'no-version':
    'conversion webhook for example.com/v1, Kind=Widget failed: expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview, got /, Kind=ConversionReview',
  'null-label':
    'conversion webhook for example.com/v1, Kind=Widget returned invalid metadata: metadata.labels[a] must be a string, but is <nil> in converted object',
  'null-labels': undefined,
  'null-metadata':
    'conversion webhook for example.com/v1, Kind=Widget returned invalid object: must have the same name: w != ',
  'null-object': 'unexpected end of JSON input',
  'null-response': 'conversion webhook for example.com/v1, Kind=Widget failed: no response provided',
  'number-label':
    'conversion webhook for example.com/v1, Kind=Widget returned invalid metadata: metadata.labels[a] must be a string, but is int64 in converted object',
  'object-annotation':
    'conversion webhook for example.com/v1, Kind=Widget returned invalid metadata: metadata.annotations[a] must be a string, but is map[string]interface {} in converted object',
  'odd-status': `conversion webhook for example.com/v1, Kind=Widget failed: response.result.status was 'Fine', not 'Success'`,
  'other-group':
    'conversion webhook for example.com/v1, Kind=Widget returned invalid object at index 0: invalid groupVersion (expected example.com/v2, received other.example.com/v2)',
  'other-kind':
    'conversion webhook for example.com/v1, Kind=Widget failed: no kind "Other" is registered for version "apiextensions.k8s.io/v1" in scheme "pkg/runtime/scheme.go:111"',
  'other-metadata': undefined,
  'other-name':
    'conversion webhook for example.com/v1, Kind=Widget returned invalid object: must have the same name: w != other',
  'other-namespace':
    'conversion webhook for example.com/v1, Kind=Widget returned invalid object: must have the same namespace: default != other',
  'other-object-kind':
    'conversion webhook for example.com/v1, Kind=Widget returned invalid object at index 0: invalid kind (expected Widget, received Other)',
  'other-uid':
    'conversion webhook for example.com/v1, Kind=Widget failed: expected response.uid="request", got "other"',
  'other-uid-of-object':
    'conversion webhook for example.com/v1, Kind=Widget returned invalid object: must have the same UID: object != other',
  'same-version':
    'conversion webhook for example.com/v1, Kind=Widget returned invalid object at index 0: invalid groupVersion (expected example.com/v2, received example.com/v3)',
  'silent-500':
    'conversion webhook for example.com/v1, Kind=Widget failed: an error on the server ("") has prevented the request from succeeding',
  'status-200':
    'conversion webhook for example.com/v1, Kind=Widget failed: converting (v1.Status) to (v1.ConversionReview): unknown conversion',
  'status-500': 'conversion webhook for example.com/v1, Kind=Widget failed: a status',
  'text-400':
    'conversion webhook for example.com/v1, Kind=Widget failed: the server rejected our request for an unknown reason',
  'text-401':
    'conversion webhook for example.com/v1, Kind=Widget failed: the server has asked for the client to provide credentials',
  'text-403': 'conversion webhook for example.com/v1, Kind=Widget failed: not you',
  'text-404':
    'conversion webhook for example.com/v1, Kind=Widget failed: the server could not find the requested resource',
  'text-405':
    'conversion webhook for example.com/v1, Kind=Widget failed: the server does not allow this method on the requested resource',
  'text-409': 'conversion webhook for example.com/v1, Kind=Widget failed: the server reported a conflict',
  'text-418':
    'conversion webhook for example.com/v1, Kind=Widget failed: the server responded with the status code 418 but did not return more information',
  'text-500': `conversion webhook for example.com/v1, Kind=Widget failed: an error on the server ("it \\"broke\\"") has prevented the request from succeeding`,
  'text-503':
    'conversion webhook for example.com/v1, Kind=Widget failed: the server is currently unable to handle the request',
  'text-504':
    'conversion webhook for example.com/v1, Kind=Widget failed: the server was unable to return a response in the time allotted, but may still be processing the request',
  'text-json':
    'conversion webhook for example.com/v1, Kind=Widget failed: expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview, got /, Kind=',
  'text-metadata':
    'conversion webhook for example.com/v1, Kind=Widget returned invalid object: must have the same name: w != ',
  'text-object': 'json: cannot unmarshal string into Go value of type map[string]interface {}',
  'two-objects': 'conversion webhook for example.com/v1, Kind=Widget returned 2 objects, expected 1',
  'v1beta1-review':
    'conversion webhook for example.com/v1, Kind=Widget failed: converting (v1beta1.ConversionReview) to (v1.ConversionReview): unknown conversion',
  'wrong-annotation': `conversion webhook for example.com/v1, Kind=Widget returned invalid metadata: metadata.annotation: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
  'wrong-label': `conversion webhook for example.com/v1, Kind=Widget returned invalid metadata: [metadata.labels: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'), metadata.labels: Invalid value: "c d": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')]`,
};

test('what is wrong with an answer is said as by kube-apiserver', async () => {
  for (const [path, message] of Object.entries(answers)) {
    assert.equal(await messageOf(converterOf(path)), message, path);
  }
});

test('objects that are read together are sent together, and those in the version stay', async () => {
  reviews.length = 0;
  const objects = [widget('v1', 'a'), widget('v2', 'b'), widget('v1', 'c')];
  const converted = await converterOf('convert').convert(objects, 'example.com/v2');
  assert.deepEqual(
    converted.map((each) => each()),
    [
      { ...widget('v2', 'a'), spec: { words: 'hi' } },
      widget('v2', 'b'),
      { ...widget('v2', 'c'), spec: { words: 'hi' } },
    ],
  );
  assert.equal(converted[1]?.(), objects[1]);
  assert.deepEqual(objects[0], widget('v1', 'a'));
  assert.equal(reviews.length, 1);
  assert.equal(reviews[0]?.apiVersion, 'apiextensions.k8s.io/v1');
  assert.equal(reviews[0]?.request.uid, 'request');
  assert.deepEqual(
    reviews[0]?.request.objects.map(({ metadata }) => metadata['name']),
    ['a', 'c'],
  );
});

test('of many objects only those fail that the webhook cannot convert', async () => {
  // This webhook breaks the first object of every review.
  reviews.length = 0;
  const results = await converterOf('other-object-kind').convert(
    [widget('v1', 'a'), widget('v2', 'b'), widget('v1', 'c')],
    'example.com/v2',
  );
  assert.equal(reviews.length, 3);
  assert.throws(() => results[0]?.(), /invalid kind \(expected Widget, received Other\)/);
  assert.equal(results[1]?.().apiVersion, 'example.com/v2');
  assert.throws(() => results[2]?.(), /invalid kind/);
});

test('a long list is sent in several reviews, in its order', async () => {
  reviews.length = 0;
  const objects = Array.from({ length: 1201 }, (_, index) => widget('v1', `w${index}`));
  const converted = await converterOf('convert').convert(objects, 'example.com/v2');
  assert.deepEqual(
    converted.map((each) => each().metadata.name),
    objects.map(({ metadata }) => metadata.name),
  );
  assert.deepEqual(
    reviews.map(({ request }) => request.objects.length).sort((left, right) => right - left),
    [500, 500, 201],
  );
});

test('the first review version that is known is spoken; v1beta1 is not held to its uid', async () => {
  reviews.length = 0;
  assert.equal(await messageOf(converterOf('other-uid', { reviews: ['v7', 'v1beta1', 'v1'] })), undefined);
  assert.equal(reviews[0]?.apiVersion, 'apiextensions.k8s.io/v1beta1');
  assert.equal(
    await messageOf(converterOf('convert', { reviews: ['v7'] })),
    'no supported conversion review versions',
  );
});

test('a webhook that is not trusted or not there fails the whole read', async () => {
  const other = await testAuthority('other');
  const caBundle = Buffer.from(other.cert).toString('base64');
  const prefix =
    'conversion webhook for example.com/v1, Kind=Widget failed: Post "https://HOST/convert?timeout=30s": ';
  assert.equal(
    await messageOf(converterOf('convert', { caBundle })),
    `${prefix}tls: failed to verify certificate: x509: certificate signed by unknown authority`,
  );
  assert.equal(
    await messageOf(converterOf('convert', { caBundle: Buffer.from(' \n').toString('base64') })),
    `${prefix}tls: failed to verify certificate: x509: certificate signed by unknown authority`,
  );
});

test('only versions of the definition are converted, and nothing is asked without need', async () => {
  reviews.length = 0;
  const converter = converterOf('failure');
  assert.equal(
    await messageOf(converter, widget('v3')),
    'request to convert CR from an invalid group/version: example.com/v3',
  );
  await assert.rejects(
    async () => converter.convert([widget('v1')], 'example.com/v3'),
    /request to convert CR to an invalid group\/version: example.com\/v3/,
  );
  const empty = { apiVersion: 'example.com/v1', kind: 'Widget' } as unknown as KubeObject;
  const [converted] = await converter.convert([empty], 'example.com/v2');
  assert.deepEqual(converted?.(), { ...empty, apiVersion: 'example.com/v2' });
  assert.deepEqual(reviews, []);
});

test('the strategy None changes the version alone', async () => {
  const converter = createConverter({
    name: 'widgets.example.com',
    conversion: { strategy: 'None' },
    versions: ['v1', 'v2'],
    client,
  });
  const [converted] = await converter.convert([widget('v1')], 'example.com/v2');
  assert.deepEqual(converted?.(), widget('v2'));
});

test('what webhooks answered is counted', async () => {
  observed.length = 0;
  for (const path of ['convert', 'text-500', 'other-uid', 'no-objects', 'other-name']) {
    await messageOf(converterOf(path));
  }
  assert.deepEqual(observed, [
    'success',
    'conversion_webhook_call_failure',
    'conversion_webhook_malformed_response_failure',
    'conversion_webhook_partial_response_failure',
    'conversion_webhook_invalid_converted_object_failure',
  ]);
});
