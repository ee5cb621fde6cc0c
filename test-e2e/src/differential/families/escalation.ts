import { allow } from '../allow.ts';
import { tokens } from '../asked-server.ts';
import type { Ask, Family } from '../family.ts';
import { namespace } from '../places.ts';

const access = '/apis/rbac.authorization.k8s.io/v1';
const scoped = `${access}/namespaces/${namespace}`;
const token = tokens.binder;
const merge = { 'content-type': 'application/merge-patch+json' };
const group = 'rbac.authorization.k8s.io';

/** Rules of which the binder holds some, or none. */
const rules: Readonly<Record<string, readonly object[]>> = {
  'no rules': [],
  'what it holds': [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] }],
  'what it holds, narrowed': [
    { apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['one'], verbs: ['get'] },
  ],
  'another verb': [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'delete'] }],
  'another resource': [{ apiGroups: ['apps'], resources: ['daemonsets', 'deployments'], verbs: ['get'] }],
  'a subresource': [{ apiGroups: ['apps'], resources: ['deployments/scale'], verbs: ['get'] }],
  'every verb': [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['*'] }],
  'every resource': [{ apiGroups: ['*'], resources: ['*'], verbs: ['get'] }],
  'everything that there is': [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
  'two rules': [
    { apiGroups: [''], resources: ['secrets', 'configmaps'], verbs: ['get', 'list'] },
    { apiGroups: ['batch'], resources: ['jobs'], resourceNames: ['b', 'a'], verbs: ['delete'] },
  ],
  'a held name': [{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['mine'], verbs: ['update'] }],
  'another name': [
    { apiGroups: [''], resources: ['configmaps'], resourceNames: ['other'], verbs: ['update'] },
  ],
  'any name': [{ apiGroups: [''], resources: ['configmaps'], verbs: ['update'] }],
  'rules that are wrong': [{ apiGroups: ['apps'], resources: [], verbs: [] }],
};

const paths = [
  { nonResourceURLs: ['/metrics'], verbs: ['get'] },
  { nonResourceURLs: ['/logs/*', '/debug'], verbs: ['get', 'post'] },
];

async function writeRoles(ask: Ask): Promise<void> {
  for (const [name, some] of Object.entries(rules)) {
    const metadata = { name: `try-${name.replaceAll(/[ ,]+/g, '-')}` };
    await ask(`role: ${name}`, { path: `${scoped}/roles`, body: { metadata, rules: some }, token });
    await ask(`cluster role: ${name}`, {
      path: `${access}/clusterroles`,
      body: { metadata, rules: some },
      token,
    });
    await ask(`role by admin: ${name}`, {
      path: `${scoped}/roles?dryRun=All`,
      body: { metadata, rules: some },
    });
  }
  await ask('cluster role: paths', {
    path: `${access}/clusterroles`,
    body: { metadata: { name: 'try-paths' }, rules: paths },
    token,
  });
  await ask('cluster role: aggregated', {
    path: `${access}/clusterroles`,
    body: {
      metadata: { name: 'try-aggregated' },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] },
    },
    token,
  });
  const held = `${scoped}/roles/try-what-it-holds`;
  for (const [name, body] of Object.entries({
    labels: { metadata: { labels: { a: 'b' } } },
    'no rules': { rules: null },
    'the held rules': { rules: rules['what it holds'] },
    'other rules': { rules: rules['two rules'] },
  })) {
    await ask(`patch to ${name}`, { method: 'PATCH', path: held, headers: merge, body, token });
  }
  for (const [name, some] of Object.entries(rules)) {
    await ask(`put ${name}`, {
      method: 'PUT',
      path: held,
      body: { metadata: { name: 'try-what-it-holds' }, rules: some },
      token,
    });
  }
  await ask('apply other rules', {
    method: 'PATCH',
    path: `${held}?fieldManager=b&force=true`,
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: {
      apiVersion: `${group}/v1`,
      kind: 'Role',
      metadata: { name: 'try-what-it-holds' },
      rules: rules['two rules'],
    },
    token,
  });
  await ask('apply a new role', {
    method: 'PATCH',
    path: `${scoped}/roles/try-applied?fieldManager=b`,
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: {
      apiVersion: `${group}/v1`,
      kind: 'Role',
      metadata: { name: 'try-applied' },
      rules: rules['two rules'],
    },
    token,
  });
}

const subjects: readonly object[] = [{ kind: 'User', apiGroup: group, name: 'someone' }];

async function writeBindings(ask: Ask, round: string): Promise<void> {
  for (const [index, roleRef] of [
    { kind: 'ClusterRole', name: 'view' },
    { kind: 'ClusterRole', name: 'cluster-admin' },
    { kind: 'ClusterRole', name: 'system:discovery' },
    { kind: 'ClusterRole', name: 'bindable' },
    { kind: 'ClusterRole', name: 'nope' },
    { kind: 'Role', name: 'try-what-it-holds' },
    { kind: 'Role', name: 'nope' },
  ].entries()) {
    const { kind, name } = roleRef;
    const metadata = { name: `try-${round}-${index}` };
    const body = { metadata, roleRef: { apiGroup: group, ...roleRef }, subjects };
    await ask(`${round}: binding of ${kind} ${name}`, { path: `${scoped}/rolebindings`, body, token });
    if (kind === 'ClusterRole') {
      await ask(`${round}: cluster binding of ${name}`, {
        path: `${access}/clusterrolebindings`,
        body,
        token,
      });
    }
  }
}

/** Who writes roles and bindings may give away what they hold, what they may bind, or escalate. */
export const escalation: Family = {
  name: 'escalation',
  async run(ask) {
    await ask('a role that may be bound', {
      path: `${access}/clusterroles`,
      body: {
        metadata: { name: 'bindable' },
        rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
      },
    });
    await allow(ask, 'binder', [
      {
        apiGroups: [group],
        resources: ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'],
        verbs: ['create', 'update', 'patch', 'get'],
      },
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list'] },
      { apiGroups: [''], resources: ['configmaps'], resourceNames: ['mine'], verbs: ['*'] },
      { apiGroups: [group], resources: ['clusterroles'], resourceNames: ['bindable'], verbs: ['bind'] },
    ]);
    await writeRoles(ask);
    await writeBindings(ask, 'bound');
    await ask('a user without rights', {
      path: `${scoped}/roles`,
      body: { metadata: { name: 'x' }, rules: [] },
      token: tokens.user,
    });
    await allow(ask, 'binder-escalates', []);
    await ask('let it escalate', {
      method: 'PATCH',
      path: `${access}/clusterroles/differential-binder-escalates`,
      headers: merge,
      body: {
        rules: [{ apiGroups: [group], resources: ['roles', 'clusterroles'], verbs: ['escalate', 'bind'] }],
      },
    });
    await ask('bind it', {
      path: `${access}/clusterrolebindings`,
      body: {
        metadata: { name: 'binder-escalates' },
        roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'differential-binder-escalates' },
        subjects: [{ kind: 'User', apiGroup: group, name: 'binder' }],
      },
    });
    await untilAllowed(ask);
    await ask('escalated: cluster role', {
      path: `${access}/clusterroles`,
      body: { metadata: { name: 'try-escalated' }, rules: [...rules['two rules']!, ...paths] },
      token,
    });
    await ask('escalated: aggregated', {
      path: `${access}/clusterroles`,
      body: {
        metadata: { name: 'try-escalated-aggregated' },
        aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] },
      },
      token,
    });
    await writeBindings(ask, 'escalated');
    // Whether these could be made depends on the rules of `view`.
    for (const collection of [`${access}/clusterrolebindings`, `${scoped}/rolebindings`]) {
      await ask.silently({ method: 'DELETE', path: `${collection}/try-bound-0` });
    }
  },
};

async function untilAllowed(ask: Ask): Promise<void> {
  const resourceAttributes = { group, resource: 'clusterroles', verb: 'escalate' };
  for (let attempt = 0; attempt < 200; attempt++) {
    const answer = await ask.silently({
      path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      body: { spec: { user: 'binder', resourceAttributes } },
    });
    if ((JSON.parse(answer.body.toString()) as { status: { allowed: boolean } }).status.allowed) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
