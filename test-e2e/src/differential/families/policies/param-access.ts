import { allow } from '../../allow.ts';
import { tokens } from '../../asked-server.ts';
import type { Ask, Family } from '../../family.ts';
import type { Json } from './policy-case.ts';

const group = '/apis/admissionregistration.k8s.io/v1';
const token = tokens.policer;

const paramKinds: Readonly<Record<string, Json>> = {
  readable: { apiVersion: 'v1', kind: 'ConfigMap' },
  'read by name only': { apiVersion: 'v1', kind: 'Secret' },
  unreadable: { apiVersion: 'apps/v1', kind: 'Deployment' },
  unknown: { apiVersion: 'example.com/v1', kind: 'Unknown' },
};

const paramRefs: Readonly<Record<string, Json>> = {
  'by name': { name: 'mine' },
  'by another name': { name: 'other' },
  'in a namespace': { name: 'mine', namespace: 'default' },
  'by labels': { selector: {} },
};

function policy(kind: 'Validating' | 'Mutating', paramKind: Json): Json {
  const rules =
    kind === 'Validating'
      ? { validations: [{ expression: 'true' }] }
      : {
          reinvocationPolicy: 'Never',
          mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{}' } }],
        };
  const matchConstraints = {
    resourceRules: [
      { operations: ['CREATE'], apiGroups: ['none'], apiVersions: ['v1'], resources: ['none'] },
    ],
  };
  return { ...rules, paramKind, matchConstraints };
}

async function ofKind(ask: Ask, kind: 'Validating' | 'Mutating'): Promise<void> {
  const policies = `${group}/${kind.toLowerCase()}admissionpolicies`;
  const bindings = `${group}/${kind.toLowerCase()}admissionpolicybindings`;
  const merge = { 'content-type': 'application/merge-patch+json' };
  for (const [index, [what, paramKind]] of Object.entries(paramKinds).entries()) {
    const name = `access-${index}`;
    const body = { metadata: { name }, spec: policy(kind, paramKind) };
    await ask(`${kind}: a policy of parameters ${what}`, { path: `${policies}?dryRun=All`, body, token });
    await ask(`${kind}: its creation, ${what}`, { path: policies, body });
    await ask(`${kind}: a label of it, ${what}`, {
      method: 'PATCH',
      path: `${policies}/${name}`,
      headers: merge,
      body: { metadata: { labels: { a: 'b' } } },
      token,
    });
    for (const [how, paramRef] of Object.entries(paramRefs)) {
      await ask(`${kind}: a binding ${how}, ${what}`, {
        path: `${bindings}?dryRun=All`,
        body: bindingOf(kind, name, paramRef),
        token,
      });
    }
  }
  await ask(`${kind}: parameters become unreadable`, {
    method: 'PATCH',
    path: `${policies}/access-0`,
    headers: merge,
    body: { spec: { paramKind: paramKinds['unreadable'] } },
    token,
  });
  await ask(`${kind}: a binding of no policy`, {
    path: `${bindings}?dryRun=All`,
    body: bindingOf(kind, 'missing', paramRefs['by name']),
    token,
  });
  await ask(`${kind}: a binding without parameters`, {
    path: `${bindings}?dryRun=All`,
    body: bindingOf(kind, 'missing', undefined),
    token,
  });
  await ask(`${kind}: a binding by the administrator`, {
    path: bindings,
    body: bindingOf(kind, 'access-2', paramRefs['by name']),
  });
  await ask(`${kind}: a label of it`, {
    method: 'PATCH',
    path: `${bindings}/access`,
    headers: merge,
    body: { metadata: { labels: { a: 'b' } } },
    token,
  });
  await ask.silently({ method: 'DELETE', path: `${bindings}/access` });
  for (const index of Object.keys(Object.keys(paramKinds))) {
    await ask.silently({ method: 'DELETE', path: `${policies}/access-${index}` });
  }
}

function bindingOf(kind: 'Validating' | 'Mutating', policyName: string, paramRef: Json): Json {
  const actions = kind === 'Validating' ? { validationActions: ['Deny'] } : {};
  const ref = paramRef && { paramRef: { parameterNotFoundAction: 'Deny', ...paramRef } };
  return { metadata: { name: 'access' }, spec: { policyName, ...actions, ...ref } };
}

/** Clients that write policies and bindings must be allowed to read their parameters. */
export const paramAccess: Family = {
  name: 'policies, access to parameters',
  async run(ask) {
    await allow(ask, 'policer', [
      {
        apiGroups: ['admissionregistration.k8s.io'],
        resources: [
          'validatingadmissionpolicies',
          'validatingadmissionpolicybindings',
          'mutatingadmissionpolicies',
          'mutatingadmissionpolicybindings',
        ],
        verbs: ['*'],
      },
      { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] },
      { apiGroups: [''], resources: ['secrets'], resourceNames: ['mine'], verbs: ['get'] },
    ]);
    await ofKind(ask, 'Validating');
    await ofKind(ask, 'Mutating');
  },
};
