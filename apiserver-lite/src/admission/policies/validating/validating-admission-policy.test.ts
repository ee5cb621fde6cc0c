import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StatusError } from '../../../api-errors/status-error.ts';
import type { Authorizer } from '../../../authorization/authorizer.ts';
import { askAbout, policedServer, policyObjects } from '../testing/policed-request.ts';
import { validatingAdmissionPolicy } from './validating-admission-policy.ts';

interface Given {
  spec: object;
  binding?: object;
  authorizer?: Authorizer;
}

function pluginFor({ authorizer, ...given }: Given) {
  const { dependencies, counted } = policedServer(policyObjects('Validating', 'p', given));
  const plugin = validatingAdmissionPolicy({ ...dependencies, ...(authorizer && { authorizer }) });
  return { plugin, counted, dependencies };
}

async function refusalOf(given: Given, data: Record<string, unknown> = {}) {
  const { plugin, counted } = pluginFor(given);
  try {
    await askAbout(plugin, data);
  } catch (error) {
    const { code, reason, message, details } = (error as StatusError).status;
    return { code, reason, message, details, counted };
  }
  return { counted };
}

const denied = (expression: string, more: object = {}) => ({ validations: [{ expression, ...more }] });
const prefix = "ValidatingAdmissionPolicy 'p' with binding 'p-binding' denied request: ";

test('a refusal has the message, the reason and its code', async () => {
  const refusal = await refusalOf({ spec: denied('object.data.a == "2"') }, { a: '1' });
  assert.deepEqual(refusal, {
    code: 422,
    reason: 'Invalid',
    message: `configmaps "c" is forbidden: ${prefix}failed expression: object.data.a == "2"`,
    details: {
      name: 'c',
      kind: 'configmaps',
      causes: [{ message: `${prefix}failed expression: object.data.a == "2"` }],
    },
    counted: ['p p-binding invalid_error deny'],
  });
  const reasons = { Forbidden: 403, RequestEntityTooLarge: 413, Invalid: 422 };
  for (const [reason, code] of Object.entries(reasons)) {
    const { code: actual } = await refusalOf({ spec: denied('false', { reason }) });
    assert.equal(actual, code);
  }
});

test('warnings and audit annotations do not refuse', async () => {
  const { plugin, counted } = pluginFor({
    spec: {
      ...denied('false', { message: 'no' }),
      auditAnnotations: [
        { key: 'a', valueExpression: '"value " + object.data.a' },
        { key: 'none', valueExpression: 'null' },
      ],
    },
    binding: { validationActions: ['Warn', 'Audit'] },
  });
  const { warnings, annotations } = await askAbout(plugin, { a: '1' });
  assert.deepEqual(warnings, [
    "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'p-binding': no",
  ]);
  assert.deepEqual(annotations, {
    'validation.policy.admission.k8s.io/validation_failure':
      '[{"message":"no","policy":"p","binding":"p-binding","expressionIndex":0,"validationActions":["Warn","Audit"]}]',
    'p/a': 'value 1',
  });
  assert.deepEqual(counted, ['p p-binding invalid_error warn', 'p p-binding invalid_error audit']);
});

test('errors of audit annotations refuse, and values are cut', async () => {
  const spec = { auditAnnotations: [{ key: 'a', valueExpression: '"" + object.data.missing' }] };
  const { message } = await refusalOf({ spec });
  assert.match(message!, /expression '"" \+ object.data.missing' resulted in error: no such key: missing$/);
  assert.deepEqual(await refusalOf({ spec: { ...spec, failurePolicy: 'Ignore' } }), { counted: [] });
  const { plugin } = pluginFor({
    spec: { auditAnnotations: [{ key: 'a', valueExpression: '"" + object.data.long' }] },
  });
  const { annotations } = await askAbout(plugin, { long: 'x'.repeat(20_000) });
  assert.equal(annotations['p/a']!.length, 10 * 1024);
});

test('what is expensive ends, and is counted as such', async () => {
  const slow = 'lists.range(250).all(i, lists.range(250).all(j, i + j >= 0))';
  const many = { validations: Array.from({ length: 40 }, () => ({ expression: slow })) };
  const { message, counted } = await refusalOf({ spec: many });
  assert.match(message!, /running out of cost budget, no further validation rules will be run$/);
  assert.deepEqual(counted, ['p p-binding out_of_budget deny']);
});

test('an authorizer may take its time', async () => {
  const asked: string[] = [];
  const authorizer: Authorizer = {
    async authorize({ resource, verb }) {
      asked.push(`${verb} ${resource}`);
      await new Promise((resolve) => setImmediate(resolve));
      return { decision: resource === 'pods' ? 'allow' : 'deny', reason: '' };
    },
  };
  const check = (resource: string) => `authorizer.group("").resource("${resource}").check("get").allowed()`;
  const spec = {
    variables: [
      { name: 'pods', expression: check('pods') },
      { name: 'secrets', expression: check('secrets') },
    ],
    // The error on the left must not hide that the answer on the right decides.
    ...denied('object.data.missing == "x" || variables.pods'),
  };
  assert.deepEqual(await refusalOf({ spec, authorizer }), { counted: [] });
  const { message } = await refusalOf({
    spec: { ...spec, ...denied('variables.pods && variables.secrets') },
    authorizer,
  });
  assert.match(message!, /failed expression/);
  assert.deepEqual(asked, ['get pods', 'get pods', 'get secrets']);
});

test('a variable that reads itself is an error', async () => {
  const variables = [
    { name: 'a', expression: '1' },
    { name: 'a', expression: 'variables.a + 1' },
  ];
  const { message } = await refusalOf({ spec: { variables, ...denied('variables.a == 2') } });
  assert.match(message!, /composited variable "a" uses itself/);
});

test('a change of a policy acts at once', async () => {
  const { plugin, dependencies } = pluginFor({ spec: denied('false') });
  await assert.rejects(askAbout(plugin, {}), /denied request/);
  const source = dependencies.source('validatingadmissionpolicies.admissionregistration.k8s.io');
  const [policy] = source.objects.values();
  source.put({
    ...policy!,
    metadata: { ...policy!.metadata, generation: 2 },
    spec: { ...(policy!['spec'] as object), ...denied('true') },
  });
  for (let attempt = 0; attempt < 100; attempt++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (
      await askAbout(plugin, {}).then(
        () => true,
        () => false,
      )
    )
      return;
  }
  assert.fail('the change did not act');
});

test('without policies nothing is awaited', async () => {
  const { dependencies } = policedServer({});
  const plugin = validatingAdmissionPolicy(dependencies);
  await plugin.start?.();
  assert.equal(plugin.validate?.({ resource: { group: '', resource: 'pods' } } as never), undefined);
});
