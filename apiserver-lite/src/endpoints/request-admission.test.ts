import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { AdmissionAttributes } from '../admission/attributes.ts';
import { admissionChain } from '../admission/chain.ts';
import type { AdmissionPlugin } from '../admission/plugin.ts';
import { fakeExchange } from '../http/testing/fake-exchange.ts';
import type { RequestContext, RequestRecord } from '../http/request-context.ts';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { accepted } from '../registry/testing/accepted.ts';
import { create, podSpec, testRegistry, workloadSpec } from '../registry/testing/test-registry.ts';
import { RequestAdmission } from './request-admission.ts';
import type { ResourceScope } from './resource-scope.ts';
import { EndpointServer } from './testing/endpoint-server.ts';

/** A server whose only plugin writes down what it sees, one line a call. */
async function observed(t: TestContext) {
  const calls: string[] = [];
  const note = (phase: string) => (attributes: AdmissionAttributes) => {
    const { operation, kind, resource, subresource, namespace, name, options, object, oldObject } =
      attributes;
    calls.push(
      [
        phase,
        operation,
        `${resource.group}/${resource.version}/${resource.resource}${subresource === '' ? '' : `/${subresource}`}`,
        `${kind.group}/${kind.version}/${kind.kind}`,
        `${namespace}/${name}`,
        options?.kind ?? '-',
        `${object?.kind ?? '-'} was ${oldObject?.kind ?? '-'}`,
        ...(attributes.dryRun ? ['dry run'] : []),
      ].join(' '),
    );
  };
  const api = await testRegistry({
    tokenRequests: {
      issuer: { issue: async () => ({ token: 'token', id: 'id' }) },
      apiAudiences: ['api'],
      maxExpirationSeconds: undefined,
      extendExpiration: true,
    },
  });
  const plugin: AdmissionPlugin = {
    operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
    admit: note('admit'),
    validate: note('validate'),
  };
  const admission = admissionChain([{ name: 'Noting', plugin }]);
  const server = await EndpointServer.start(api.registry.resources, { admission });
  t.after(() => server.close());
  return {
    api,
    calls,
    async send(method: string, path: string, body?: unknown, type = 'application/json') {
      calls.length = 0;
      const { status } = await server.send(method, path, { body, headers: { 'content-type': type } });
      return [status, ...calls];
    },
  };
}

const merge = 'application/merge-patch+json';
const pods = '/api/v1/namespaces/default/pods';

test('every verb and subresource that writes passes both phases, with what was requested', async (t) => {
  const { api, send } = await observed(t);
  await create(api, '/v1/pods', { metadata: { name: 'p' }, spec: podSpec() });
  await create(api, '/v1/serviceaccounts', { metadata: { name: 'sa' } });
  await create(api, 'apps/v1/deployments', { metadata: { name: 'd' }, spec: workloadSpec() });
  const both = (line: string) => [`admit ${line}`, `validate ${line}`];
  const cases: [Parameters<typeof send>, number, string][] = [
    [
      ['POST', '/api/v1/namespaces/default/configmaps?dryRun=All', { metadata: { name: 'c' } }],
      201,
      'CREATE /v1/configmaps /v1/ConfigMap default/c CreateOptions ConfigMap was - dry run',
    ],
    [
      ['POST', '/api/v1/namespaces', { metadata: { name: 'n' } }],
      201,
      'CREATE /v1/namespaces /v1/Namespace n/n CreateOptions Namespace was -',
    ],
    [
      ['PATCH', `${pods}/p/status`, { status: { message: 'm' } }, merge],
      200,
      'UPDATE /v1/pods/status /v1/Pod default/p UpdateOptions Pod was Pod',
    ],
    [
      ['PATCH', '/apis/apps/v1/namespaces/default/deployments/d/scale', { spec: { replicas: 2 } }, merge],
      200,
      'UPDATE apps/v1/deployments/scale autoscaling/v1/Scale default/d UpdateOptions Scale was Scale',
    ],
    [
      ['POST', `${pods}/p/binding`, { metadata: { name: 'p' }, target: { name: 'node' } }],
      201,
      'CREATE /v1/pods/binding /v1/Binding default/p CreateOptions Binding was -',
    ],
    [
      ['POST', '/api/v1/namespaces/default/serviceaccounts/sa/token', { spec: {} }],
      201,
      'CREATE /v1/serviceaccounts/token authentication.k8s.io/v1/TokenRequest default/sa CreateOptions TokenRequest was -',
    ],
    [
      ['POST', `${pods}/p/eviction?dryRun=All`, { metadata: { name: 'p' } }],
      201,
      'CREATE /v1/pods/eviction policy/v1/Eviction default/p CreateOptions Eviction was - dry run',
    ],
    [
      [
        'POST',
        '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } },
      ],
      201,
      'CREATE authorization.k8s.io/v1/selfsubjectaccessreviews authorization.k8s.io/v1/SelfSubjectAccessReview / CreateOptions SelfSubjectAccessReview was -',
    ],
    [
      ['PUT', '/apis/coordination.k8s.io/v1/namespaces/default/leases/l', { metadata: { name: 'l' } }],
      201,
      'CREATE coordination.k8s.io/v1/leases coordination.k8s.io/v1/Lease default/l CreateOptions Lease was -',
    ],
    [
      ['DELETE', '/apis/coordination.k8s.io/v1/namespaces/default/leases/l'],
      200,
      'DELETE coordination.k8s.io/v1/leases coordination.k8s.io/v1/Lease default/l DeleteOptions - was Lease',
    ],
    [
      ['GET', `${pods}/p/exec?command=ls&stdin=1`],
      500,
      'CONNECT /v1/pods/exec /v1/PodExecOptions default/p - PodExecOptions was -',
    ],
  ];
  for (const [request, status, line] of cases)
    assert.deepEqual(await send(...request), [status, ...both(line)]);
});

test('a version that is not the stored one is seen in both phases', async (t) => {
  const { calls, send } = await observed(t);
  const path = '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers';
  const spec = { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } };
  const line = 'autoscaling/v1/horizontalpodautoscalers autoscaling/v1/HorizontalPodAutoscaler default/h';
  await send('POST', path, { metadata: { name: 'h' }, spec });
  assert.deepEqual(
    calls,
    ['admit', 'validate'].map(
      (phase) => `${phase} CREATE ${line} CreateOptions HorizontalPodAutoscaler was -`,
    ),
  );
  await send('PATCH', `${path}/h`, { spec: { maxReplicas: 4 } }, merge);
  assert.equal(
    calls[1],
    `validate UPDATE ${line} UpdateOptions HorizontalPodAutoscaler was HorizontalPodAutoscaler`,
  );
});

test('each object of a collection is asked about, without a name; reading and logs are not', async (t) => {
  const { api, calls, send } = await observed(t);
  for (const name of ['a', 'b']) await create(api, '/v1/configmaps', { metadata: { name } });
  await create(api, '/v1/pods', { metadata: { name: 'p' }, spec: podSpec() });
  await send('DELETE', '/api/v1/namespaces/default/configmaps');
  const line = 'DELETE /v1/configmaps /v1/ConfigMap default/ DeleteOptions - was ConfigMap';
  assert.deepEqual(calls.toSorted(), [
    `admit ${line}`,
    `admit ${line}`,
    `validate ${line}`,
    `validate ${line}`,
  ]);
  for (const path of [pods, `${pods}/p`, `${pods}/p/log`]) {
    await send('GET', path);
    assert.deepEqual(calls, []);
  }
});

test('what the server writes without a request is not asked about', async (t) => {
  const { api, calls } = await observed(t);
  const store = api.registry.storeOf('', 'configmaps');
  const request = {
    namespace: 'default',
    user: { name: '', groups: [] },
    dryRun: false,
    nowMs: 0,
    warn() {},
  };
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'own' } };
  await store.create(request, object, accepted.validate);
  assert.deepEqual(calls, []);
});

test('annotations that tell of a request are recorded where its body is', async () => {
  const annotationsAt = async (...levels: string[]) => {
    const { context } = fakeExchange();
    context.requestInfo = { name: '' } as RequestContext['requestInfo'];
    const recorded: string[] = [];
    context.audit = {
      records: (level: string) => levels.includes(level),
      annotate: (key: string) => recorded.push(key),
    } as Partial<RequestRecord> as RequestRecord;
    const plugin: AdmissionPlugin = {
      operations: ['CONNECT'],
      admit({ annotate }) {
        annotate('a/plain', 'x');
        annotate('a/patch', 'x', 'Request');
      },
    };
    const environment = { admission: admissionChain([{ name: 'Annotating', plugin }]) };
    const rest = { resource: {} };
    const admission = new RequestAdmission(context, { rest, environment } as unknown as ResourceScope);
    await admission.connect({} as KubeObject);
    return recorded;
  };
  assert.deepEqual(await annotationsAt(), []);
  assert.deepEqual(await annotationsAt('Metadata'), ['a/plain']);
  assert.deepEqual(await annotationsAt('Metadata', 'Request'), ['a/plain', 'a/patch']);
});
