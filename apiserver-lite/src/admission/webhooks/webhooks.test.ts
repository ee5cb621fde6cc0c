import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { StatusError } from '../../api-errors/status-error.ts';
import { OutgoingClient } from '../../outgoing/outgoing-client.ts';
import { httpsAnswers } from '../../outgoing/testing/https-answers.ts';
import { testRegistry } from '../../registry/testing/test-registry.ts';
import { testAuthority } from '../../server/testing/certificates.ts';
import { systemClock } from '../../storage/clock.ts';
import { ReinvocationContext, type AdmissionAttributes } from '../attributes.ts';
import { admissionChain } from '../chain.ts';
import type { AdmissionPlugin } from '../plugin.ts';
import { pluginDependencies } from '../testing/plugin-dependencies.ts';
import { mutatingAdmissionWebhook } from './mutating-webhooks.ts';
import { validatingAdmissionWebhook } from './validating-webhooks.ts';

interface Review {
  kind: string;
  apiVersion: string;
  request: { uid: string; object: KubeObject | null; oldObject: KubeObject | null };
}

/** What the response of a webhook has, or nothing ever. */
type Answer = Record<string, unknown> | 'nothing';

const authority = await testAuthority();
const answers = new Map<string, (review: Review) => Answer>();
/** Paths with their queries, as they were called. */
const calls: string[] = [];
const server = await httpsAnswers(await authority.server(), (request, response, body) => {
  const review = JSON.parse(body) as Review;
  const path = request.url ?? '';
  calls.push(path);
  const answer = answers.get(path.split('?')[0]!)?.(review) ?? {};
  if (answer === 'nothing') return;
  response.writeHead(200, { 'content-type': 'application/json' });
  const { kind, apiVersion } = review;
  response.end(
    JSON.stringify({ kind, apiVersion, response: { uid: review.request.uid, allowed: true, ...answer } }),
  );
});
const client = new OutgoingClient({ resolve: () => Promise.reject(new Error('there are no Services')) });
const { registry } = await testRegistry();
after(async () => {
  client.close();
  await server.close();
});

const everything = { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] };

/** A webhook at a path of its own, which answers so. */
function webhook(name: string, answer: (review: Review) => Answer, more: Record<string, unknown> = {}) {
  answers.set(`/${name}`, answer);
  return {
    name: `${name}.example.com`,
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    rules: [everything],
    clientConfig: {
      url: `https://127.0.0.1:${server.port}/${name}`,
      caBundle: Buffer.from(authority.cert).toString('base64'),
    },
    ...more,
  };
}

type Kind = 'Mutating' | 'Validating';
const sourceOf = (kind: Kind) => `${kind.toLowerCase()}webhookconfigurations.admissionregistration.k8s.io`;

function configuration(kind: Kind, name: string, webhooks: readonly object[]): KubeObject {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: `${kind}WebhookConfiguration`,
    metadata: { name },
    webhooks,
  };
}

/** Both plugins over these configurations. */
function plugins(...configurations: readonly KubeObject[]) {
  const of = (kind: Kind) => configurations.filter((each) => each.kind.startsWith(kind));
  const dependencies = {
    ...pluginDependencies({
      [sourceOf('Mutating')]: of('Mutating'),
      [sourceOf('Validating')]: of('Validating'),
    }),
    clock: systemClock,
    resources: registry.resources,
    client,
  };
  const [mutating, validating] = [
    mutatingAdmissionWebhook(dependencies),
    validatingAdmissionWebhook(dependencies),
  ];
  return { dependencies, mutating, validating, chain: chainOf(mutating, validating) };
}

const chainOf = (...all: readonly AdmissionPlugin[]) =>
  admissionChain(all.map((plugin, index) => ({ name: `p${index}`, plugin })));

/** A request to create a ConfigMap, and what admission said about it beside its decision. */
function request(more: Partial<AdmissionAttributes> = {}) {
  const annotations: Record<string, string> = {};
  const warnings: string[] = [];
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c', namespace: 'default', labels: {} },
    data: { key: 'value' },
  };
  const attributes: AdmissionAttributes = {
    operation: 'CREATE',
    kind: { group: '', version: 'v1', kind: 'ConfigMap' },
    resource: { group: '', version: 'v1', resource: 'configmaps' },
    subresource: '',
    namespace: 'default',
    name: 'c',
    options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
    dryRun: false,
    object,
    oldObject: undefined,
    user: { name: 'jane', groups: [] },
    signal: new AbortController().signal,
    deadlineMs: Infinity,
    reinvocation: new ReinvocationContext(),
    annotate: (key, value) => (annotations[key] ??= value),
    warn: (text) => warnings.push(text),
    ...more,
  };
  return { attributes, object, annotations, warnings };
}

const patch = (...operations: object[]) => ({
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
  patchType: 'JSONPatch',
});
const label = (name: string, value: string) => patch({ op: 'add', path: `/metadata/labels/${name}`, value });

async function refused(promise: Promise<void>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof StatusError, String(error));
  return `${error.status.code} ${error.message}`;
}

test('without configurations nothing is waited for', async () => {
  const { mutating, validating } = plugins();
  await Promise.all([mutating.start!(), validating.start!()]);
  const { attributes } = request();
  await mutating.admit!(attributes);
  assert.equal(mutating.admit!(attributes), undefined);
  await validating.validate!(attributes);
  assert.equal(validating.validate!(attributes), undefined);
});

test('mutating webhooks are asked by the names of their configurations, each sees the change before it', async () => {
  const seen: unknown[] = [];
  const adding = (name: string) => (review: Review) => {
    seen.push([name, Object.keys(review.request.object?.metadata.labels ?? {})]);
    return { ...label(name, 'x'), warnings: [name], auditAnnotations: { said: name } };
  };
  const { chain } = plugins(
    configuration('Mutating', 'b', [webhook('third', adding('third'))]),
    configuration('Mutating', 'a', [webhook('first', adding('first')), webhook('second', adding('second'))]),
  );
  const { attributes, object, annotations, warnings } = request();
  await chain.admit(attributes);
  assert.deepEqual(seen, [
    ['first', []],
    ['second', ['first']],
    ['third', ['first', 'second']],
  ]);
  assert.deepEqual(object.metadata.labels, { first: 'x', second: 'x', third: 'x' });
  assert.deepEqual(warnings, ['first', 'second', 'third']);
  assert.equal(annotations['second.example.com/said'], 'second');
  assert.equal(
    annotations['mutation.webhook.admission.k8s.io/round_0_index_2'],
    '{"configuration":"b","webhook":"third.example.com","mutated":true}',
  );
  assert.equal(
    annotations['patch.webhook.admission.k8s.io/round_0_index_0'],
    '{"configuration":"a","webhook":"first.example.com","patch":[{"op":"add","path":"/metadata/labels/first","value":"x"}],"patchType":"JSONPatch"}',
  );
});

test('a change that another version makes comes back into the version of the request', async () => {
  const rules = [{ ...everything, apiGroups: ['events.k8s.io'] }];
  const seen: unknown[] = [];
  const note = (review: Review) => {
    const { object, oldObject } = review.request;
    seen.push([object?.apiVersion, object?.['reportingController'], oldObject?.['note']]);
    return patch({ op: 'add', path: '/reportingController', value: 'patched' });
  };
  const { chain } = plugins(configuration('Mutating', 'a', [webhook('events', note, { rules })]));
  const event = (more: object): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e', namespace: 'default' },
    involvedObject: { namespace: 'default' },
    ...more,
  });
  const object = event({ reportingComponent: 'mine' });
  const { attributes } = request({
    operation: 'UPDATE',
    kind: { group: '', version: 'v1', kind: 'Event' },
    resource: { group: '', version: 'v1', resource: 'events' },
    object,
    oldObject: event({ message: 'old' }),
  });
  await chain.admit(attributes);
  assert.deepEqual(seen, [['events.k8s.io/v1', 'mine', 'old']]);
  assert.equal(object.apiVersion, 'v1');
  assert.equal(object['reportingComponent'], 'patched');
  assert.ok(!('reportingController' in object));
});

test('a webhook that wants it is asked again after another changed the object, and only then', async () => {
  const rounds: string[] = [];
  const noting = (name: string, answer: Answer) => () => {
    rounds.push(name);
    return answer;
  };
  const reinvocationPolicy = 'IfNeeded';
  const { chain } = plugins(
    configuration('Mutating', 'a', [
      webhook('again', noting('again', label('again', 'x')), { reinvocationPolicy }),
      webhook('never', noting('never', label('never', 'x'))),
      webhook('last', noting('last', {}), { reinvocationPolicy }),
    ]),
  );
  const first = request();
  await chain.admit(first.attributes);
  assert.deepEqual(rounds, ['again', 'never', 'last', 'again']);
  assert.ok(
    first.annotations['mutation.webhook.admission.k8s.io/round_1_index_0']?.includes('"mutated":false'),
  );
  rounds.length = 0;
  const second = request();
  second.object.metadata.labels = { again: 'x', never: 'x' };
  await chain.admit(second.attributes);
  assert.deepEqual(rounds, ['again', 'never', 'last'], 'nothing changed');
});

test('other plugins that change the object in the second round let webhooks see it', async () => {
  const seen: unknown[] = [];
  const note = (review: Review) => {
    seen.push(review.request.object?.metadata.labels);
    return {};
  };
  const { mutating } = plugins(
    configuration('Mutating', 'a', [webhook('sees', note, { reinvocationPolicy: 'IfNeeded' })]),
  );
  const plugin: AdmissionPlugin = {
    operations: ['CREATE'],
    admit({ object, reinvocation }) {
      reinvocation.shouldReinvoke = true;
      object!.metadata.labels = { round: reinvocation.isReinvoke ? '2' : '1' };
    },
  };
  await chainOf(plugin, mutating).admit(request().attributes);
  assert.deepEqual(seen, [{ round: '1' }, { round: '2' }]);
});

test('a failure is a refusal or not, as the policy has it', async () => {
  const failing = (failurePolicy: string) => ({
    failurePolicy,
    clientConfig: { url: 'https://127.0.0.1:1/x' },
  });
  for (const kind of ['Mutating', 'Validating'] as const) {
    const strict = plugins(configuration(kind, 'a', [webhook('f', () => ({}), failing('Fail'))])).chain;
    const { attributes } = request();
    const answer = kind === 'Mutating' ? strict.admit(attributes) : strict.validate(attributes);
    assert.equal(
      await refused(answer),
      '500 Internal error occurred: failed calling webhook "f.example.com": failed to call webhook: Post "https://127.0.0.1:1/x?timeout=10s": dial tcp 127.0.0.1:1: connect: connection refused',
    );
    const lax = plugins(configuration(kind, 'a', [webhook('f', () => ({}), failing('Ignore'))])).chain;
    const ignored = request();
    await (kind === 'Mutating' ? lax.admit(ignored.attributes) : lax.validate(ignored.attributes));
    const prefix =
      kind === 'Mutating' ? 'mutation.webhook.admission.k8s.io' : 'validating.webhook.admission.k8s.io';
    assert.equal(ignored.annotations[`failed-open.${prefix}/round_0_index_0`], 'f.example.com');
  }
});

test('validating webhooks are asked at the same time, and the first refusal is the answer', async () => {
  const under: string[] = [];
  const waiting = Promise.withResolvers<void>();
  const both = (name: string) => () => {
    under.push(name);
    if (under.length === 2) waiting.resolve();
    return name === 'no'
      ? { allowed: false, status: { message: 'because', code: 403, reason: 'Forbidden' } }
      : {};
  };
  const { chain } = plugins(
    configuration('Validating', 'a', [webhook('yes', both('yes')), webhook('no', both('no'))]),
  );
  const answer = refused(chain.validate(request().attributes));
  await waiting.promise;
  assert.equal(await answer, '403 admission webhook "no.example.com" denied the request: because');
});

test("a webhook is told what is left of the request's time, and not waited for any longer", async () => {
  const { chain } = plugins(
    configuration('Validating', 'a', [webhook('slow', () => 'nothing', { timeoutSeconds: 30 })]),
  );
  calls.length = 0;
  const { attributes } = request({ deadlineMs: Date.now() + 300 });
  assert.match(await refused(chain.validate(attributes)), /slow\?timeout=1s": context deadline exceeded/);
  assert.deepEqual(calls, ['/slow?timeout=1s']);
  const controller = new AbortController();
  const abort = (): Answer => {
    controller.abort();
    return 'nothing';
  };
  const gone = plugins(configuration('Validating', 'a', [webhook('gone', abort)])).chain;
  const { attributes: left } = request({ signal: controller.signal });
  assert.match(await refused(gone.validate(left)), /context canceled/);
});

test('webhooks with side effects do not see dry runs', async () => {
  const some = webhook('some', () => ({}), { sideEffects: 'Some' });
  const { chain } = plugins(configuration('Validating', 'a', [some]));
  const { attributes } = request({ dryRun: true });
  assert.equal(
    await refused(chain.validate(attributes)),
    '400 admission webhook "some.example.com" does not support dry run',
  );
});

test('conditions that cannot be evaluated refuse the request, unless failures are ignored', async () => {
  const matchConditions = [{ name: 'a', expression: 'object.data.missing == "x"' }];
  const conditional = (failurePolicy: string) =>
    plugins(
      configuration('Validating', 'a', [
        webhook('conditional', () => ({ allowed: false }), { matchConditions, failurePolicy }),
      ]),
    ).chain;
  assert.equal(
    await refused(conditional('Fail').validate(request().attributes)),
    '403 configmaps "c" is forbidden: expression \'object.data.missing == "x"\' resulted in error: no such key: missing',
  );
  await conditional('Ignore').validate(request().attributes);
});

test('configurations and policies are seen by no webhook', async () => {
  const { chain } = plugins(configuration('Validating', 'a', [webhook('all', () => ({ allowed: false }))]));
  const group = 'admissionregistration.k8s.io';
  const kind = { group, version: 'v1', kind: 'ValidatingWebhookConfiguration' };
  await chain.validate(request({ kind }).attributes);
  assert.match(await refused(chain.validate(request().attributes)), /denied the request without explanation/);
});

test('changes of configurations are followed, and the first requests wait for all there are', async () => {
  const { dependencies, chain } = plugins();
  const source = dependencies.source(sourceOf('Validating'));
  const release = source.hold();
  const first = refused(chain.validate(request().attributes));
  source.put(configuration('Validating', 'a', [webhook('late', () => ({ allowed: false }))]));
  release();
  assert.match(await first, /late\.example\.com" denied/);
  source.delete('', 'a');
  const isAllowed = () =>
    chain.validate(request().attributes).then(
      () => true,
      () => false,
    );
  while (!(await isAllowed())) await setImmediate();
});
