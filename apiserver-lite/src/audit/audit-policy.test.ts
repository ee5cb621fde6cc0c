import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readAuditPolicy } from './audit-policy.ts';
import { matchPolicy, type AuditedRequest } from './match-policy.ts';

const head = 'apiVersion: audit.k8s.io/v1\nkind: Policy\n';

describe('reading a policy', () => {
  test('all fields', () => {
    const { policy, unknownFields } = readAuditPolicy(`${head}
omitStages: [Panic]
omitManagedFields: true
extra: 1
rules:
  - level: Request
    users: [a]
    userGroups: [b]
    verbs: [get]
    namespaces: ["", default]
    omitStages: [RequestReceived]
    omitManagedFields: false
    other: 2
    resources: [{ group: apps, resources: [deployments], resourceNames: [x] }]
  - level: None
    nonResourceURLs: ["/healthz*", "*"]
`);
    assert.deepEqual(policy, {
      omitStages: ['Panic'],
      omitManagedFields: true,
      rules: [
        {
          level: 'Request',
          users: ['a'],
          userGroups: ['b'],
          verbs: ['get'],
          namespaces: ['', 'default'],
          omitStages: ['RequestReceived'],
          omitManagedFields: false,
          resources: [{ group: 'apps', resources: ['deployments'], resourceNames: ['x'] }],
          nonResourceURLs: [],
        },
        {
          level: 'None',
          users: [],
          userGroups: [],
          verbs: [],
          namespaces: [],
          omitStages: [],
          resources: [],
          nonResourceURLs: ['/healthz*', '*'],
        },
      ],
    });
    assert.deepEqual(unknownFields, ['rules[0].other', 'extra']);
  });

  const refused: Record<string, [string, string]> = {
    'no rules': [head, 'loaded illegal policy with 0 rules'],
    'no kind': ['apiVersion: audit.k8s.io/v1', "failed decoding: Object 'Kind' is missing in the policy"],
    'another version': [
      'apiVersion: audit.k8s.io/v1beta1\nkind: Policy',
      'failed decoding: no kind "Policy" is registered for version "audit.k8s.io/v1beta1"',
    ],
    'no object': ['[]', 'failed decoding: the policy is no object'],
    'a list that is none': [`${head}rules: 1`, 'failed decoding: rules must be a list'],
    'no level': [`${head}rules: [{}]`, 'rules[0].level: Required value'],
    'an unknown level': [
      `${head}rules: [{ level: All }]`,
      'rules[0].level: Unsupported value: "All": supported values: "None", "Metadata", "Request", "RequestResponse"',
    ],
    'two faults': [
      `${head}rules: [{ level: None, nonResourceURLs: [x, "/a*b"] }]`,
      `[rules[0].nonResourceURLs[0]: Invalid value: "x": non-resource URL rules must begin with a '/' character, rules[0].nonResourceURLs[1]: Invalid value: "/a*b": non-resource URL wildcards '*' must be the final character of the rule]`,
    ],
    'both sorts of requests': [
      `${head}rules: [{ level: None, nonResourceURLs: ["/x"], namespaces: [a] }]`,
      'rules[0].nonResourceURLs: Invalid value: ["/x"]: rules cannot apply to both regular resources and non-resource URLs',
    ],
    'names without resources': [
      `${head}rules: [{ level: None, resources: [{ group: "", resourceNames: [a] }] }]`,
      'rules[0].resources.resourceNames: Invalid value: ["a"]: using resourceNames requires at least one resource',
    ],
    'an unknown stage': [
      `${head}omitStages: [Never]\nrules: [{ level: None }]`,
      'omitStages[0]: Invalid value: "Never": allowed stages are RequestReceived,ResponseStarted,ResponseComplete,Panic',
    ],
  };
  for (const [name, [text, message]] of Object.entries(refused)) {
    test(name, () => {
      assert.throws(() => readAuditPolicy(text), { message });
    });
  }
});

describe('the first rule that matches', () => {
  const request: AuditedRequest = {
    user: { name: 'jane', groups: ['dev'] },
    verb: 'get',
    isResourceRequest: true,
    namespace: 'default',
    apiGroup: '',
    resource: 'pods',
    subresource: '',
    name: 'p',
    path: '/api/v1/namespaces/default/pods/p',
  };
  const url = { ...request, isResourceRequest: false, path: '/healthz/etcd', namespace: '', resource: '' };
  const log = { ...request, subresource: 'log' };
  const cases: [rule: string, request: AuditedRequest, matches: boolean][] = [
    ['{}', request, true],
    ['{ users: [jane] }', request, true],
    ['{ users: [joe] }', request, false],
    ['{ userGroups: [ops, dev] }', request, true],
    ['{ userGroups: [ops] }', request, false],
    ['{ verbs: [list] }', request, false],
    ['{ namespaces: [""] }', request, false],
    ['{ namespaces: [default] }', request, true],
    ['{ namespaces: [default] }', url, false],
    ['{ resources: [{ group: "" }] }', request, true],
    ['{ resources: [{ group: "*", resources: [pods] }] }', request, true],
    ['{ resources: [{ group: apps, resources: [pods] }] }', request, false],
    ['{ resources: [{ group: "", resources: [pods] }] }', log, false],
    ['{ resources: [{ group: "", resources: [pods/log] }] }', log, true],
    ['{ resources: [{ group: "", resources: ["pods/*"] }] }', log, true],
    ['{ resources: [{ group: "", resources: ["*/log"] }] }', log, true],
    ['{ resources: [{ group: "", resources: ["*/log"] }] }', request, false],
    ['{ resources: [{ group: "", resources: [pods], resourceNames: [q] }] }', request, false],
    ['{ nonResourceURLs: ["/healthz"] }', url, false],
    ['{ nonResourceURLs: ["/healthz*"] }', url, true],
    ['{ nonResourceURLs: ["*"] }', url, true],
    ['{ nonResourceURLs: ["*"] }', request, false],
  ];
  for (const [rule, asked, matches] of cases) {
    test(`${rule} ${asked.path} ${asked.subresource}`, () => {
      const rules = `rules: [${rule.replace('{', '{ level: Metadata,').replace(', }', ' }')}]`;
      const { policy } = readAuditPolicy(`${head}${rules}`);
      assert.equal(matchPolicy(policy, asked).level, matches ? 'Metadata' : 'None');
    });
  }
});
