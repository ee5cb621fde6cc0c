import { tokens } from '../asked-server.ts';
import type { Ask, Family } from '../family.ts';
import { namespace } from '../places.ts';
import { allow, type Rule } from '../allow.ts';

type Headers = Readonly<Record<string, string | readonly string[]>>;

const account = `system:serviceaccount:${namespace}:robot`;

/** Users that a request can be made as. */
const identities: Readonly<Record<string, Headers>> = {
  'a user': { 'impersonate-user': 'jane' },
  'another user': { 'impersonate-user': 'john' },
  'an empty user': { 'impersonate-user': '' },
  'a user with a space': { 'impersonate-user': 'jane doe' },
  'two users': { 'impersonate-user': ['jane', 'john'] },
  'a user and a group': { 'impersonate-user': 'jane', 'impersonate-group': 'devs' },
  'a user and two groups': { 'impersonate-user': 'jane', 'impersonate-group': ['devs', 'ops'] },
  'a user and many groups': {
    'impersonate-user': 'jane',
    'impersonate-group': ['devs', 'ops', 'qa', 'sre', 'web'],
  },
  'a user and an empty group': { 'impersonate-user': 'jane', 'impersonate-group': '' },
  'a user and the masters': { 'impersonate-user': 'jane', 'impersonate-group': 'system:masters' },
  'a user and everybody': { 'impersonate-user': 'jane', 'impersonate-group': 'system:authenticated' },
  'a user and nobody': { 'impersonate-user': 'jane', 'impersonate-group': 'system:unauthenticated' },
  'a group alone': { 'impersonate-group': 'devs' },
  'a uid alone': { 'impersonate-uid': 'u-1' },
  'extra alone': { 'impersonate-extra-scopes': 'view' },
  'a user and a uid': { 'impersonate-user': 'jane', 'impersonate-uid': 'u-1' },
  'a user and another uid': { 'impersonate-user': 'jane', 'impersonate-uid': 'u-2' },
  'a user and an empty uid': { 'impersonate-user': 'jane', 'impersonate-uid': '' },
  'a user and extra': { 'impersonate-user': 'jane', 'impersonate-extra-scopes': 'view' },
  'a user and extra twice': { 'impersonate-user': 'jane', 'impersonate-extra-scopes': ['view', 'edit'] },
  'a user and an escaped key': { 'impersonate-user': 'jane', 'impersonate-extra-acme.com%2fproject': 'x' },
  'a user and a key of capitals': { 'impersonate-user': 'jane', 'Impersonate-Extra-SCOPES': 'view' },
  'a user and a broken escape': { 'impersonate-user': 'jane', 'impersonate-extra-acme%zz': 'x' },
  'a user and an empty key': { 'impersonate-user': 'jane', 'impersonate-extra-': 'x' },
  'a user and an empty value': { 'impersonate-user': 'jane', 'impersonate-extra-scopes': '' },
  'a user and two keys': {
    'impersonate-user': 'jane',
    'impersonate-extra-scopes': 'view',
    'impersonate-extra-acme.com%2fteam': 'red',
  },
  'all of a user': {
    'impersonate-user': 'jane',
    'impersonate-group': ['devs', 'ops'],
    'impersonate-uid': 'u-1',
    'impersonate-extra-scopes': 'view',
  },
  'a service account': { 'impersonate-user': account },
  'a service account of nowhere': { 'impersonate-user': 'system:serviceaccount:nowhere:robot' },
  'a service account with a wrong name': { 'impersonate-user': 'system:serviceaccount:a' },
  'a service account with a bad name': { 'impersonate-user': 'system:serviceaccount:A:B' },
  'a service account and a group': { 'impersonate-user': account, 'impersonate-group': 'devs' },
  'a service account and a uid': { 'impersonate-user': account, 'impersonate-uid': 'u-1' },
  'a node': { 'impersonate-user': 'system:node:n1' },
  'a node and its group': { 'impersonate-user': 'system:node:n1', 'impersonate-group': 'system:nodes' },
  'a node without a name': { 'impersonate-user': 'system:node:' },
  'a part': { 'impersonate-user': 'system:kube-scheduler' },
  anonymous: { 'impersonate-user': 'system:anonymous' },
  'anonymous and everybody': {
    'impersonate-user': 'system:anonymous',
    'impersonate-group': 'system:authenticated',
  },
};

const whoAmI = { path: '/apis/authentication.k8s.io/v1/selfsubjectreviews', body: {} };

async function askAsEveryone(ask: Ask, who: string, token: string): Promise<void> {
  for (const [name, headers] of Object.entries(identities)) {
    await ask(`${who}: ${name} asks who it is`, { ...whoAmI, token, headers });
    await ask(`${who}: ${name} lists Pods`, {
      path: `/api/v1/namespaces/${namespace}/pods`,
      token,
      headers,
    });
    await ask(`${who}: ${name} reads a path`, { path: '/api', token, headers });
  }
}

const impersonate: readonly Rule[] = [
  { apiGroups: [''], resources: ['users'], resourceNames: ['jane', 'jane doe'], verbs: ['impersonate'] },
  { apiGroups: [''], resources: ['groups'], resourceNames: ['devs'], verbs: ['impersonate'] },
  { apiGroups: [''], resources: ['serviceaccounts'], resourceNames: ['robot'], verbs: ['impersonate'] },
  {
    apiGroups: ['authentication.k8s.io'],
    resources: ['uids'],
    resourceNames: ['u-1'],
    verbs: ['impersonate'],
  },
  {
    apiGroups: ['authentication.k8s.io'],
    resources: ['userextras/scopes'],
    resourceNames: ['view'],
    verbs: ['impersonate'],
  },
];

const authentication = ['authentication.k8s.io'];

/** Who may be impersonated in each mode of constrained impersonation. */
const identityRules: readonly Rule[] = [
  {
    apiGroups: authentication,
    resources: ['users'],
    resourceNames: ['jane'],
    verbs: ['impersonate:user-info'],
  },
  {
    apiGroups: authentication,
    resources: ['groups'],
    resourceNames: ['devs', 'system:masters'],
    verbs: ['impersonate:user-info'],
  },
  {
    apiGroups: authentication,
    resources: ['uids'],
    resourceNames: ['u-1'],
    verbs: ['impersonate:user-info'],
  },
  {
    apiGroups: authentication,
    resources: ['userextras/scopes'],
    verbs: ['impersonate:user-info'],
  },
  { apiGroups: authentication, resources: ['serviceaccounts'], verbs: ['impersonate:serviceaccount'] },
  { apiGroups: authentication, resources: ['nodes'], verbs: ['impersonate:arbitrary-node'] },
];

/** What may be done so. */
const actionRules: readonly Rule[] = [
  {
    apiGroups: [''],
    resources: ['pods'],
    verbs: ['user-info', 'serviceaccount', 'arbitrary-node'].map((mode) => `impersonate-on:${mode}:list`),
  },
  {
    apiGroups: authentication,
    resources: ['selfsubjectreviews'],
    verbs: ['impersonate-on:user-info:create', 'impersonate-on:serviceaccount:create'],
  },
];

/** Requests of users who act as others: with every right, with few, with constrained ones, with none. */
export const impersonation: Family = {
  name: 'impersonation',
  async run(ask) {
    await askAsEveryone(ask, 'admin', tokens.admin);
    await askAsEveryone(ask, 'user', tokens.user);
    await allow(ask, 'impersonator', impersonate);
    await askAsEveryone(ask, 'impersonator', tokens.impersonator);
    await allow(ask, 'constrained', [...identityRules, ...actionRules]);
    await askAsEveryone(ask, 'constrained', tokens.constrained);
    for (const [name, headers] of Object.entries(identities)) {
      await ask(`nobody: ${name}`, { path: '/api', token: null, headers });
      await ask(`a bad token: ${name}`, { path: '/api', token: 'nonsense', headers });
    }
  },
};
