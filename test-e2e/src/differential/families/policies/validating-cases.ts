import { configMap, constraints, type Json, policedNamespace, type PolicyCase } from './policy-case.ts';

const denied = (expression: string, more: Json = {}): Json => ({ validations: [{ expression, ...more }] });
/** Refuses with what an expression gives. */
const refusing = (messageExpression: string): Json => denied('false', { messageExpression });
/** The keys of a map. */
const keysOf = (map: string) => `dyn(${map}).map(k, string(k)).sort().join(" ")`;

const one = (name: string, policy: Json, more: Partial<PolicyCase> = {}): PolicyCase => ({
  name,
  policy,
  requests: { create: configMap(name, { a: '1' }) },
  ...more,
});

const inNamespace = (resource: string, api = '/api/v1') =>
  `${api}/namespaces/${policedNamespace}/${resource}?dryRun=All`;

const pod = (name: string): Json => ({
  metadata: { name: `${name}-1`, labels: { case: name } },
  spec: { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80 }] }] },
});

/** What a refusal says and is. */
export const messages: readonly PolicyCase[] = [
  one('plain', denied('object.data.a == "2"')),
  one('allowed', denied('object.data.a == "1"')),
  one('trimmed', denied('  false ')),
  one('text', denied('false', { message: ' no ' })),
  one('expressed', refusing('"a is " + object.data.a')),
  one('both', denied('false', { message: 'fallback', messageExpression: '"ok"' })),
  one('fallback', denied('false', { message: 'fallback', messageExpression: 'object.data.missing' })),
  one('blank', denied('false', { message: 'fallback', messageExpression: '"  "' })),
  one('lines', denied('false', { message: 'fallback', messageExpression: '"a\\nb"' })),
  one('reasoned', denied('false', { reason: 'Forbidden' })),
  one('large', denied('false', { reason: 'RequestEntityTooLarge' })),
  one('invalid', denied('false', { reason: 'Invalid' })),
  one('second', { validations: [{ expression: 'true' }, { expression: '1 > 2' }, { expression: '2 > 3' }] }),
  one('warned', denied('false'), { bindings: [{ validationActions: ['Warn'] }] }),
  one(
    'warned-twice',
    { validations: [{ expression: '1 > 2' }, { expression: '2 > 3', message: 'two' }] },
    { bindings: [{ validationActions: ['Warn', 'Audit'] }] },
  ),
  one('audited', denied('false'), { bindings: [{ validationActions: ['Audit'] }] }),
  one('deny-audit', denied('false'), { bindings: [{ validationActions: ['Deny', 'Audit'] }] }),
  one('unbound', denied('false'), { bindings: [] }),
  one('generated', refusing('object.metadata.generateName + string(has(object.metadata.name))'), {
    requests: {
      create: {
        path: inNamespace('configmaps'),
        body: { metadata: { generateName: 'generated-', labels: { case: 'generated' } } },
      },
    },
  }),
  one('annotated', {
    auditAnnotations: [{ key: 'k', valueExpression: '"v " + object.data.a' }],
  }),
  one('annotation-error', {
    auditAnnotations: [{ key: 'k', valueExpression: 'object.data.missing' }],
  }),
  one('annotation-ignored', {
    failurePolicy: 'Ignore',
    auditAnnotations: [{ key: 'k', valueExpression: 'object.data.missing' }],
  }),
  one('annotation-authorizer', {
    auditAnnotations: [
      { key: 'k', valueExpression: 'authorizer.path("/x").check("get").allowed() ? "a" : "b"' },
    ],
  }),
];

const slow = (size: number) => `lists.range(${size}).all(i, lists.range(${size}).all(j, i + j >= 0))`;

/** Errors of expressions, and costs. */
export const failures: readonly PolicyCase[] = [
  one('error', denied('object.data.missing == "x"')),
  one('error-ignored', { failurePolicy: 'Ignore', ...denied('object.data.missing == "x"') }),
  one('error-warned', denied('object.data.missing == "x"'), { bindings: [{ validationActions: ['Warn'] }] }),
  one('error-then', {
    validations: [{ expression: 'object.data.missing == "x"' }, { expression: '1 > 2' }],
  }),
  one('overload', denied('object.data.a > 1')),
  one('zero', denied('1 / (int(object.data.a) - 1) == 1')),
  one('null', denied('oldObject.data.a == "1"')),
  one('slow', denied(slow(1000))),
  one('slow-ignored', { failurePolicy: 'Ignore', ...denied(slow(1000)) }),
  one('budget', {
    validations: Array.from({ length: 40 }, () => ({ expression: slow(250) })),
  }),
  one('budget-ignored', {
    failurePolicy: 'Ignore',
    validations: [{ expression: 'false' }, ...Array.from({ length: 40 }, () => ({ expression: slow(250) }))],
  }),
  one('budget-message', {
    validations: Array.from({ length: 30 }, (_item, index) => ({
      expression: index === 0 ? 'true' : slow(180),
      messageExpression: `${slow(180)} ? "a" : "b"`,
    })),
  }),
  one('budget-variables', {
    variables: Array.from({ length: 40 }, (_item, index) => ({ name: `v${index}`, expression: slow(250) })),
    ...denied(Array.from({ length: 40 }, (_item, index) => `variables.v${index}`).join(' && ')),
  }),
  one('condition-error', {
    matchConditions: [{ name: 'c', expression: 'object.data.missing == "x"' }],
    ...denied('false'),
  }),
  one('condition-errors', {
    matchConditions: [
      { name: 'c', expression: 'object.data.missing == "x"' },
      { name: 'd', expression: 'object.data.missing == "y"' },
    ],
    ...denied('false'),
  }),
  one('condition-false', {
    matchConditions: [
      { name: 'c', expression: 'object.data.missing == "x"' },
      { name: 'd', expression: 'false' },
    ],
    ...denied('false'),
  }),
  one('condition-ignored', {
    failurePolicy: 'Ignore',
    matchConditions: [{ name: 'c', expression: 'object.data.missing == "x"' }],
    ...denied('false'),
  }),
  one('condition-slow', {
    matchConditions: Array.from({ length: 12 }, (_item, index) => ({
      name: `c${index}`,
      expression: slow(250),
    })),
    ...denied('false'),
  }),
  one('condition-true', {
    matchConditions: [{ name: 'c', expression: 'request.operation == "CREATE"' }],
    ...denied('false'),
  }),
  one('condition-namespace', {
    matchConditions: [{ name: 'c', expression: 'namespaceObject == null' }],
    ...refusing('string(namespaceObject == null)'),
  }),
];

/** Variables of policies. */
export const variables: readonly PolicyCase[] = [
  one('composed', {
    variables: [
      { name: 'a', expression: 'int(object.data.a)' },
      { name: 'b', expression: 'variables.a + 1' },
      { name: 'list', expression: '[variables.a, variables.b]' },
    ],
    ...denied('variables.b == 3', { messageExpression: '"b is " + string(variables.list[1])' }),
  }),
  one('unused', {
    variables: [{ name: 'a', expression: 'object.data.missing' }],
    ...denied('true || variables.a == "x"'),
  }),
  one('failing', {
    variables: [{ name: 'a', expression: 'object.data.missing' }],
    ...denied('variables.a == "x"'),
  }),
  one('nested', {
    variables: [
      { name: 'a', expression: 'object.data.missing' },
      { name: 'b', expression: 'variables.a' },
    ],
    ...denied('variables.b == "x"'),
  }),
  one('typed', {
    variables: [
      { name: 'namespace', expression: 'request.namespace' },
      { name: 'when', expression: 'timestamp("2020-01-01T00:00:00Z")' },
      { name: 'map', expression: '{"a": 1}' },
      { name: 'optional', expression: 'object.data[?"b"].orValue("none")' },
    ],
    ...refusing(
      'variables.optional + string(variables.when.getFullYear()) + string(variables.map.a) + variables.__namespace__',
    ),
  }),
  one('present', {
    variables: [{ name: 'a', expression: '1' }],
    ...refusing('string(has(variables.a))'),
  }),
  one('asked', {
    variables: [{ name: 'may', expression: 'authorizer.group("").resource("pods").check("get").allowed()' }],
    ...denied('!variables.may'),
  }),
];

/** What expressions see of a request. */
export const requests: readonly PolicyCase[] = [
  one('request', refusing(keysOf('request'))),
  one(
    'request-values',
    refusing(
      '[request.kind.kind, request.resource.resource, request.requestKind.version, request.name, request.namespace, request.operation, string(request.dryRun), request.userInfo.username, request.options.kind, request.options.apiVersion].join("|")',
    ),
  ),
  one('request-options', refusing(keysOf('request.options')), {
    requests: {
      create: {
        ...configMap('request-options'),
        path: `${inNamespace('configmaps')}&fieldManager=m&fieldValidation=Strict`,
      },
    },
  }),
  one('request-user', refusing(`${keysOf('request.userInfo')} + request.userInfo.groups.join(",")`)),
  one('namespace-object', refusing(keysOf('namespaceObject.metadata'))),
  one(
    'namespace-parts',
    refusing(
      `${keysOf('namespaceObject')} + ${keysOf('namespaceObject.spec')} + namespaceObject.status.phase`,
    ),
  ),
  one(
    'authorizer',
    refusing('string(authorizer.group("apps").resource("deployments").check("get").allowed())'),
    {
      requests: {},
    },
  ),
  one('authorizer-use', denied('!authorizer.requestResource.check("create").allowed()')),
  one(
    'authorizer-account',
    denied(
      'authorizer.serviceAccount("default", "default").group("").resource("pods").check("get").allowed()',
    ),
  ),
  one('shape', refusing(keysOf('object'))),
  one('shape-metadata', refusing(keysOf('object.metadata'))),
  one(
    'shape-pod',
    {
      ...refusing(`${keysOf('object')} + ${keysOf('object.spec')}`),
      matchConstraints: constraints('shape-pod', ['pods']),
    },
    {
      requests: { create: { path: inNamespace('pods'), body: pod('shape-pod') } },
    },
  ),
  one(
    'shape-container',
    {
      ...refusing(
        `${keysOf('object.spec.containers[0]')} + ${keysOf('object.spec.containers[0].ports[0]')} + ${keysOf('object.status')}`,
      ),
      matchConstraints: constraints('shape-container', ['pods']),
    },
    {
      requests: { create: { path: inNamespace('pods'), body: pod('shape-container') } },
    },
  ),
  one(
    'shape-deployment',
    {
      ...refusing(
        `${keysOf('object')} + ${keysOf('object.spec')} + ${keysOf('object.spec.template')} + ${keysOf('object.spec.template.metadata')} + ${keysOf('object.spec.strategy')}`,
      ),
      matchConstraints: constraints('shape-deployment', ['deployments']),
    },
    {
      requests: {
        create: {
          path: inNamespace('deployments', '/apis/apps/v1'),
          body: {
            metadata: { name: 'd', labels: { case: 'shape-deployment' } },
            spec: {
              selector: { matchLabels: { a: 'b' } },
              template: {
                metadata: { labels: { a: 'b' } },
                spec: { containers: [{ name: 'c', image: 'i' }] },
              },
            },
          },
        },
      },
    },
  ),
  one(
    'shape-secret',
    {
      ...refusing('object.data.a + object.type'),
      matchConstraints: constraints('shape-secret', ['secrets']),
    },
    {
      requests: {
        create: {
          path: inNamespace('secrets'),
          body: { metadata: { name: 's', labels: { case: 'shape-secret' } }, stringData: { a: 'hello' } },
        },
      },
    },
  ),
  one(
    'shape-service',
    {
      ...refusing(
        `${keysOf('object.spec')} + ${keysOf('object.spec.ports[0]')} + string(type(object.spec.ports[0].targetPort)) + ${keysOf('object.status')}`,
      ),
      matchConstraints: constraints('shape-service', ['services']),
    },
    {
      requests: {
        create: {
          path: inNamespace('services'),
          body: {
            metadata: { name: 's', labels: { case: 'shape-service' } },
            spec: { ports: [{ port: 80 }] },
          },
        },
      },
    },
  ),
  one(
    'no-namespace',
    {
      ...refusing('string(namespaceObject == null) + request.name + string(has(request.namespace))'),
      matchConstraints: constraints('no-namespace', ['clusterroles']),
    },
    {
      requests: {
        create: {
          path: '/apis/rbac.authorization.k8s.io/v1/clusterroles?dryRun=All',
          body: { metadata: { name: 'no-namespace', labels: { case: 'no-namespace' } }, rules: [] },
        },
      },
    },
  ),
  one(
    'a-namespace',
    {
      ...refusing('string(namespaceObject == null) + request.name + request.namespace'),
      matchConstraints: constraints('a-namespace', ['namespaces']),
    },
    {
      requests: {
        create: {
          path: '/api/v1/namespaces?dryRun=All',
          body: { metadata: { name: 'a-namespace', labels: { case: 'a-namespace' } } },
        },
      },
    },
  ),
];
