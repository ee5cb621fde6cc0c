import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeExchange } from '../http/testing/fake-exchange.ts';
import type { UserInfo } from '../http/request-context.ts';
import type { AuthorizationAttributes, Authorizer } from '../authorization/authorizer.ts';
import { impersonate } from './impersonate.ts';

const admin: UserInfo = { name: 'admin', groups: ['system:masters'] };

interface Outcome {
  user: UserInfo;
  headers: string[];
  asked: string[];
}

type Headers = Record<string, string | readonly string[]>;

/** Says yes to questions that the pattern finds; `verb group/resource/subresource namespace name`. */
function permitting(pattern: RegExp, asked: string[] = []): Authorizer {
  return {
    authorize({ verb, apiGroup, resource, subresource, namespace, name }: AuthorizationAttributes) {
      const question = [verb, apiGroup, resource, subresource, namespace, name]
        .filter((part) => part !== '')
        .join(' ');
      asked.push(question);
      return { decision: pattern.test(question) ? 'allow' : 'noOpinion', reason: '' };
    },
  };
}

async function run(headers: Headers, permitted = /^impersonate /, requestor = admin): Promise<Outcome> {
  const asked: string[] = [];
  const { context } = fakeExchange({ url: '/api/v1/pods', headers, user: requestor });
  let reached = false;
  await impersonate(permitting(permitted, asked))(async () => {
    reached = true;
  })(context);
  assert.ok(reached);
  return { user: context.user, headers: Object.keys(context.request.headers), asked };
}

test('without the headers nothing changes', async () => {
  assert.deepEqual((await run({})).user, admin);
});

test('an empty user is none, and other headers are no questions', async () => {
  for (const headers of [{ 'impersonate-user': '' }, { 'impersonate-uid': '' }, { 'impersonate-x': 'y' }]) {
    const { user, asked } = await run(headers);
    assert.deepEqual([user, asked], [admin, []]);
  }
});

test('a user is authenticated, and the headers go no further', async () => {
  const { user, headers, asked } = await run({ 'impersonate-user': ['jane', 'joe'], accept: '*/*' });
  assert.deepEqual(user, { name: 'jane', groups: ['system:authenticated'] });
  assert.deepEqual(headers, ['accept']);
  assert.deepEqual(asked, ['impersonate-on:user-info:list pods', 'impersonate users jane']);
});

test('groups, uid and extra fields are each asked for', async () => {
  const { user, asked } = await run({
    'impersonate-user': 'jane',
    'impersonate-group': ['dev', 'a, b'],
    'impersonate-uid': '42',
    'impersonate-extra-acme.com%2fproject': 'x',
    'impersonate-extra-__proto__': 'y',
    'impersonate-extra-%zz': 'z',
  });
  assert.equal(
    JSON.stringify(user),
    '{"name":"jane","uid":"42","groups":["dev","a, b","system:authenticated"],' +
      '"extra":{"acme.com/project":["x"],"__proto__":["y"],"%zz":["z"]}}',
  );
  assert.deepEqual(asked.slice(1), [
    'impersonate users jane',
    'impersonate authentication.k8s.io uids 42',
    'impersonate groups dev',
    'impersonate groups a, b',
    'impersonate authentication.k8s.io userextras acme.com/project x',
    'impersonate authentication.k8s.io userextras __proto__ y',
    'impersonate authentication.k8s.io userextras %zz z',
  ]);
});

test('a service account brings its groups', async () => {
  const { user, asked } = await run({ 'impersonate-user': 'system:serviceaccount:ns:bot' });
  assert.deepEqual(user.groups, [
    'system:serviceaccounts',
    'system:serviceaccounts:ns',
    'system:authenticated',
  ]);
  assert.equal(asked.at(-1), 'impersonate serviceaccounts ns bot');
});

test('nobody is anonymous and authenticated at once', async () => {
  assert.deepEqual((await run({ 'impersonate-user': 'system:anonymous' })).user.groups, [
    'system:unauthenticated',
  ]);
});

/** Where neither way is open, the narrower one says why. Asked of kube-apiserver 1.36. */
const refusals: readonly (readonly [headers: Headers, message: string])[] = [
  [
    { 'impersonate-user': 'bob' },
    'pods is forbidden: User "user" cannot impersonate-on:user-info:list resource "pods" in API group "" at the cluster scope',
  ],
  [
    { 'impersonate-user': 'system:serviceaccount:default:x' },
    'pods is forbidden: User "user" cannot impersonate-on:serviceaccount:list resource "pods" in API group "" at the cluster scope',
  ],
  [
    { 'impersonate-user': 'system:serviceaccount:default:x', 'impersonate-group': 'g' },
    'serviceaccounts "x" is forbidden: User "user" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "default"',
  ],
  [
    { 'impersonate-user': 'system:node:n1' },
    'pods is forbidden: User "user" cannot impersonate-on:arbitrary-node:list resource "pods" in API group "" at the cluster scope',
  ],
  [
    { 'impersonate-user': 'system:node:N_1' },
    'pods is forbidden: User "user" cannot impersonate-on:user-info:list resource "pods" in API group "" at the cluster scope',
  ],
  [
    { 'impersonate-group': ['g', 'h'], 'impersonate-uid': 'u', 'impersonate-extra-a': ['b', 'c'] },
    'requested &user.DefaultInfo{Name:"", UID:"u", Groups:[]string{"g", "h"}, Extra:map[string][]string{"a":[]string{"b", "c"}}} without impersonating a user name',
  ],
  [
    { 'impersonate-group': '' },
    'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string{""}, Extra:map[string][]string(nil)} without impersonating a user name',
  ],
];

for (const [headers, message] of refusals) {
  test(`refused: ${JSON.stringify(headers)}`, async () => {
    await assert.rejects(run(headers, /^never/, { name: 'user', groups: [] }), { message });
  });
}

const bot: UserInfo = { name: 'bot', groups: [] };
const listing = '^impersonate-on:user-info:list pods$';

test('constrained: for one verb on one resource, and for whom', async () => {
  const { user } = await run(
    { 'impersonate-user': 'alice' },
    new RegExp(`${listing}|^impersonate:user-info authentication.k8s.io users alice$`),
    bot,
  );
  assert.equal(user.name, 'alice');
  await assert.rejects(run({ 'impersonate-user': 'bob' }, new RegExp(`${listing}|alice$`), bot), {
    message:
      'users.authentication.k8s.io "bob" is forbidden: User "bot" cannot impersonate:user-info resource "users" in API group "authentication.k8s.io" at the cluster scope',
  });
});

test('constrained: never system:masters, nor a malformed extra key', async () => {
  const all = /^impersonate(-on)?:/;
  await assert.rejects(run({ 'impersonate-user': 'a', 'impersonate-group': 'system:masters' }, all, bot), {
    message:
      /^groups\.authentication\.k8s\.io "system:masters" is forbidden: .*: impersonating the system:masters group is not allowed$/,
  });
  await assert.rejects(run({ 'impersonate-user': 'a', 'impersonate-extra-x': 'y' }, all, bot), {
    message:
      /impersonating an invalid key in extra is not allowed: extra\.key: Invalid value: "x": must be a domain-prefixed path/,
  });
});

test('constrained: many groups are asked for at once', async () => {
  const groups = ['a', 'b', 'c', 'd'];
  const { asked } = await run({ 'impersonate-user': 'alice', 'impersonate-group': groups }, /user-info/, bot);
  assert.deepEqual(asked, [
    'impersonate-on:user-info:list pods',
    'impersonate:user-info authentication.k8s.io users alice',
    'impersonate:user-info authentication.k8s.io groups *',
  ]);
});

test('constrained: a service account on a node may be that node', async () => {
  const agent = (node: string): UserInfo => ({
    name: 'system:serviceaccount:ns:agent',
    groups: [],
    extra: { 'authentication.kubernetes.io/node-name': [node] },
  });
  const associated = /associated-node/;
  const { user, asked } = await run({ 'impersonate-user': 'system:node:n1' }, associated, agent('n1'));
  assert.deepEqual(user, { name: 'system:node:n1', groups: ['system:nodes', 'system:authenticated'] });
  assert.deepEqual(asked, [
    'impersonate-on:associated-node:list pods',
    'impersonate:associated-node authentication.k8s.io nodes *',
  ]);
  await assert.rejects(run({ 'impersonate-user': 'system:node:n2' }, associated, agent('n1')), {
    message: /cannot impersonate-on:arbitrary-node:list/,
  });
});

test('the way that last held for a user is tried first', async () => {
  const asked: string[] = [];
  const filter = impersonate(permitting(/^impersonate /, asked))(async () => undefined);
  const ask = async (): Promise<number> => {
    asked.length = 0;
    await filter(
      fakeExchange({ url: '/api/v1/pods', headers: { 'impersonate-user': 'a' }, user: bot }).context,
    );
    return asked.length;
  };
  assert.deepEqual([await ask(), await ask()], [2, 1]);
});
