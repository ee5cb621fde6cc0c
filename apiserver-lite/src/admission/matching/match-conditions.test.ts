import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { Authorizer } from '../../authorization/authorizer.ts';
import { uncountedConditions } from '../../metrics/match-condition-metrics.ts';
import { ReinvocationContext, type AdmissionAttributes } from '../attributes.ts';
import { ExpressionVariables, type ExpressionInput } from './expression-variables.ts';
import { MatchConditions } from './match-conditions.ts';

const object: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', labels: { a: 'b' } } };
const attributes = {
  operation: 'CREATE',
  kind: { group: '', version: 'v1', kind: 'Pod' },
  resource: { group: '', version: 'v1', resource: 'pods' },
  subresource: '',
  namespace: 'default',
  name: 'p',
  options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
  dryRun: false,
  object,
  oldObject: undefined,
  user: { name: 'jane', groups: ['dev'] },
  reinvocation: new ReinvocationContext(),
} as Partial<AdmissionAttributes> as AdmissionAttributes;

function evaluate(
  expressions: readonly string[],
  input: Partial<ExpressionInput> = {},
  failurePolicy: 'Fail' | 'Ignore' = 'Fail',
) {
  const conditions = new MatchConditions({
    conditions: expressions.map((expression, index) => ({ name: `c${index}`, expression })),
    failurePolicy,
    params: true,
    metrics: uncountedConditions,
  });
  const { resource, kind } = attributes;
  return conditions.evaluate(
    new ExpressionVariables({
      attributes,
      match: { resource, kind },
      object,
      oldObject: undefined,
      ...input,
    }),
    'CREATE',
  );
}

test('all variables are there', async () => {
  const expressions = [
    'object.metadata.labels.a == "b" && oldObject == null',
    'request.operation == "CREATE" && request.userInfo.username == "jane" && !request.dryRun',
    'request.kind.kind == "Pod" && request.requestResource.resource == "pods" && !has(request.subResource)',
    'request.options.kind == "CreateOptions"',
    'params == null && namespaceObject == null',
  ];
  assert.deepEqual(await evaluate(expressions), { matches: true });
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n', labels: { x: 'y' } } };
  const more = ['params.limit == 5', 'namespaceObject.metadata.labels.x == "y"'];
  assert.deepEqual(await evaluate(more, { params: { limit: 5 }, namespace }), { matches: true });
});

test('a condition that is false decides, whatever fails beside it', async () => {
  const failing = 'object.spec.x == 1';
  assert.deepEqual(await evaluate([failing, 'object.kind == "Node"']), {
    matches: false,
    failedCondition: 'c1',
  });
  assert.deepEqual(await evaluate([failing]), {
    matches: false,
    error: "expression 'object.spec.x == 1' resulted in error: no such key: spec",
  });
  assert.deepEqual(await evaluate([failing, failing, 'oldObject.x']), {
    matches: false,
    error:
      "[expression 'object.spec.x == 1' resulted in error: no such key: spec, compilation error: must evaluate to bool but got dyn]",
  });
  assert.deepEqual(await evaluate([failing], {}, 'Ignore'), { matches: false });
});

test('costs are limited together', async () => {
  const items = Array.from({ length: 1000 }, () => 'x');
  const costly = { ...object, items };
  const expression = 'object.items.all(a, object.items.exists_one(b, a == b || a != b) || true)';
  assert.deepEqual(await evaluate([expression], { object: costly }), {
    matches: false,
    error: `expression '${expression}' resulted in error: operation cancelled: actual cost limit exceeded`,
  });
  assert.deepEqual(await evaluate([expression, expression, expression, 'false'], { object: costly }), {
    matches: false,
    error: 'validation failed due to running out of cost budget, no further validation rules will be run',
  });
});

test('the authorizer is asked about the user or a service account, whether it answers at once or not', async () => {
  const asked: string[] = [];
  const authorizer: Authorizer = {
    authorize({ user, verb, apiGroup, resource, subresource, namespace, name, path, isResourceRequest }) {
      asked.push(
        [user.name, user.groups.join('+'), verb, apiGroup, resource, subresource, namespace, name, path].join(
          ' ',
        ),
      );
      if (verb === 'fail') throw new Error('broken');
      const decision = verb === 'get' ? 'allow' : 'noOpinion';
      const answer = { decision, reason: 'why' } as const;
      return isResourceRequest ? Promise.resolve(answer) : answer;
    },
  };
  const expressions = [
    'authorizer.requestResource.check("get").allowed()',
    'authorizer.path("/healthz").check("get").allowed()',
    '!authorizer.group("apps").resource("deployments").namespace("n").name("d").check("delete").allowed()',
    'authorizer.serviceAccount("ns", "sa").group("").resource("pods").check("list").reason() == "why"',
    'authorizer.path("/x").check("fail").error() == "broken"',
    'authorizer.requestResource.check("get").allowed()',
  ];
  assert.deepEqual(await evaluate(expressions, { authorizer }), { matches: true });
  assert.deepEqual(asked, [
    'jane dev get  pods  default p ',
    'jane dev get      /healthz',
    'jane dev delete apps deployments  n d ',
    'system:serviceaccount:ns:sa system:serviceaccounts+system:serviceaccounts:ns list  pods    ',
    'jane dev fail      /x',
  ]);
});
