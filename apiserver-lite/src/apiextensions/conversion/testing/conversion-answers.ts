import type { ServerResponse } from 'node:http';

/** A ConversionReview as a webhook gets it. */
export interface Review {
  kind: string;
  apiVersion: string;
  request: { uid: string; desiredAPIVersion: string; objects: ReviewedObject[] };
}

/** A custom object in a review. */
interface ReviewedObject {
  apiVersion: string;
  kind: string;
  metadata: Record<string, unknown>;
  spec?: Record<string, unknown>;
}

/** The right answer: objects in the wanted version, with `spec.text` in version v1 and `spec.words` in v2. */
function convertedReview({ kind, apiVersion, request }: Review): {
  kind: string;
  apiVersion: string;
  response: Record<string, unknown>;
} {
  const { uid, desiredAPIVersion, objects } = request;
  const convertedObjects = objects.map((object) => {
    const { text, words, ...others } = object.spec ?? {};
    const value = text ?? words;
    const field = desiredAPIVersion.endsWith('/v2') ? 'words' : 'text';
    return {
      ...object,
      apiVersion: desiredAPIVersion,
      spec: { ...others, ...(value === undefined ? {} : { [field]: value }) },
    };
  });
  return { kind, apiVersion, response: { uid, result: { status: 'Success' }, convertedObjects } };
}

type Change = (review: ReturnType<typeof convertedReview>, object: ReviewedObject) => void;

const response =
  (change: Record<string, unknown>): Change =>
  (review) =>
    Object.assign(review.response, change);
const objectChange =
  (change: (object: ReviewedObject & Record<string, unknown>) => void): Change =>
  (_, object) =>
    change(object as ReviewedObject & Record<string, unknown>);
const metadata = (change: Record<string, unknown>): Change =>
  objectChange((object) => Object.assign(object.metadata, change));

/** What webhooks do wrong to the right answer, by name. */
const wrongAnswers: Readonly<Record<string, Change>> = {
  'other-kind': (review) => (review.kind = 'Other'),
  'no-kind': (review) => delete (review as { kind?: string }).kind,
  'no-version': (review) => delete (review as { apiVersion?: string }).apiVersion,
  'no-response': (review) => delete (review as { response?: object }).response,
  'null-response': (review) => ((review as { response: unknown }).response = null),
  'other-uid': response({ uid: 'other' }),
  'no-uid': response({ uid: undefined }),
  failure: response({ result: { status: 'Failure', message: 'no words in it' } }),
  'failure-silent': response({ result: { status: 'Failure' } }),
  'no-result': response({ result: undefined }),
  'odd-status': response({ result: { status: 'Fine' } }),
  'no-objects': response({ convertedObjects: [] }),
  'absent-objects': response({ convertedObjects: undefined }),
  'two-objects': (review, object) => (review.response['convertedObjects'] = [object, object]),
  'null-object': response({ convertedObjects: [null] }),
  'text-object': response({ convertedObjects: ['object'] }),
  'empty-object': response({ convertedObjects: [{}] }),
  'same-version': objectChange((object) => {
    object.apiVersion = object.apiVersion.replace(/v\d$/, 'v3');
  }),
  'other-group': objectChange((object) => (object.apiVersion = 'other.example.com/v2')),
  'no-object-version': objectChange((object) => delete (object as { apiVersion?: string }).apiVersion),
  'no-object-kind': objectChange((object) => delete (object as { kind?: string }).kind),
  'other-object-kind': objectChange((object) => (object.kind = 'Other')),
  'no-metadata': objectChange((object) => delete (object as { metadata?: object }).metadata),
  'null-metadata': objectChange((object) => ((object as { metadata: unknown }).metadata = null)),
  'text-metadata': objectChange((object) => ((object as { metadata: unknown }).metadata = 'x')),
  'other-name': metadata({ name: 'other' }),
  'other-namespace': metadata({ namespace: 'other' }),
  'other-uid-of-object': metadata({ uid: 'other' }),
  'other-metadata': metadata({
    generation: 77,
    resourceVersion: '1',
    finalizers: ['x/y'],
    creationTimestamp: null,
    generateName: 'x',
    ownerReferences: [{ x: 1 }],
  }),
  'new-labels': metadata({ labels: { a: 'b' }, annotations: { c: 'd' } }),
  'null-labels': metadata({ labels: null }),
  'list-labels': metadata({ labels: ['a'] }),
  'number-label': metadata({ labels: { a: 1 } }),
  'float-label': metadata({ labels: { a: 1.5 } }),
  'null-label': metadata({ labels: { a: null } }),
  'object-annotation': metadata({ annotations: { a: {} } }),
  'wrong-label': metadata({ labels: { 'a b': 'c d' } }),
  'wrong-annotation': metadata({ annotations: { 'a b': 'c d' } }),
  'large-annotation': metadata({ annotations: { a: 'x'.repeat(300_000) } }),
  'v1beta1-review': (review) => (review.apiVersion = 'apiextensions.k8s.io/v1beta1'),
};

/** Answers that are no review, by name. */
const otherAnswers: Readonly<Record<string, (send: ServerResponse) => void>> = {
  'no-body': (send) => void send.writeHead(200, { 'content-type': 'application/json' }).end(),
  'html-200': (send) => void send.writeHead(200, { 'content-type': 'text/html' }).end('<p>hello</p>'),
  'text-json': (send) => void send.writeHead(200, { 'content-type': 'text/plain' }).end('{}'),
  'broken-json': (send) => void send.writeHead(200, { 'content-type': 'application/json' }).end('{"kind":'),
  'no-json': (send) => void send.writeHead(200, { 'content-type': 'application/json' }).end('hello'),
  'list-json': (send) => void send.writeHead(200, { 'content-type': 'application/json' }).end('[]'),
  'empty-json': (send) => void send.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
  'text-500': (send) => void send.writeHead(500, { 'content-type': 'text/plain' }).end('it "broke"\n'),
  'json-500': (send) => void send.writeHead(500, { 'content-type': 'application/json' }).end('{"a":1}'),
  'silent-500': (send) => void send.writeHead(500).end(),
  'binary-500': (send) => void send.writeHead(500, { 'content-type': 'application/x' }).end('x'),
  'text-400': (send) => void send.writeHead(400, { 'content-type': 'text/plain' }).end('bad'),
  'text-401': (send) => void send.writeHead(401, { 'content-type': 'text/plain' }).end('who'),
  'text-403': (send) => void send.writeHead(403, { 'content-type': 'text/plain' }).end('not you'),
  'text-404': (send) => void send.writeHead(404, { 'content-type': 'text/plain' }).end('not here'),
  'text-405': (send) => void send.writeHead(405, { 'content-type': 'text/plain' }).end('not so'),
  'text-409': (send) => void send.writeHead(409, { 'content-type': 'text/plain' }).end('in conflict'),
  'text-418': (send) => void send.writeHead(418, { 'content-type': 'text/plain' }).end('teapot'),
  'text-503': (send) => void send.writeHead(503, { 'content-type': 'text/plain' }).end('later'),
  'text-504': (send) => void send.writeHead(504, { 'content-type': 'text/plain' }).end('later'),
  'status-500': (send) =>
    void send
      .writeHead(500, { 'content-type': 'application/json' })
      .end('{"kind":"Status","apiVersion":"v1","status":"Failure","message":"a status","code":500}'),
  'status-200': (send) =>
    void send
      .writeHead(200, { 'content-type': 'application/json' })
      .end('{"kind":"Status","apiVersion":"v1","status":"Failure","message":"a status","code":500}'),
  'cut-off': (send) => void send.socket?.destroy(),
};

/** All answers by name, but the right one. */
export const answerNames: readonly string[] = [...Object.keys(wrongAnswers), ...Object.keys(otherAnswers)];

/** Answers a review as its path says: `/convert`, or `/NAME` of one of the answers above. */
export function answerReview(path: string, body: string, send: ServerResponse): void {
  const name = path.split('?')[0]?.slice(1) ?? '';
  const other = otherAnswers[name];
  if (other !== undefined) return other(send);
  const review = convertedReview(JSON.parse(body) as Review);
  const [object] = review.response['convertedObjects'] as ReviewedObject[];
  if (object !== undefined) wrongAnswers[name]?.(review, object);
  send.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(review));
}
