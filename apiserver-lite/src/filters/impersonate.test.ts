import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeExchange } from '../server/testing/fake-exchange.ts';
import type { UserInfo } from '../server/request-context.ts';
import type { AuthorizationAttributes, Authorizer } from './authorization/authorizer.ts';
import { impersonate } from './impersonate.ts';

const admin: UserInfo = { name: 'admin', groups: ['system:masters'] };

interface Outcome {
  user: UserInfo;
  headers: string[];
  asked: string[];
}

async function run(headers: Record<string, string | readonly string[]>, refused?: string): Promise<Outcome> {
  const asked: string[] = [];
  const authorizer: Authorizer = {
    authorize(attributes: AuthorizationAttributes) {
      const { verb, apiGroup, resource, subresource, namespace, name } = attributes;
      asked.push(
        [verb, apiGroup, resource, subresource, namespace, name].filter((part) => part !== '').join(' '),
      );
      return { decision: name === refused ? 'noOpinion' : 'allow', reason: '' };
    },
  };
  const { context } = fakeExchange({ url: '/api/v1/pods', headers, user: admin });
  let reached = false;
  await impersonate(authorizer)(async () => {
    reached = true;
  })(context);
  assert.ok(reached);
  return { user: context.user, headers: Object.keys(context.request.headers), asked };
}

test('without the headers nothing changes', async () => {
  assert.deepEqual((await run({})).user, admin);
});

test('a user is authenticated, and the headers go no further', async () => {
  const { user, headers, asked } = await run({ 'impersonate-user': 'jane', accept: '*/*' });
  assert.deepEqual(user, { name: 'jane', groups: ['system:authenticated'] });
  assert.deepEqual(headers, ['accept']);
  assert.deepEqual(asked, ['impersonate users jane']);
});

test('groups, uid and extra fields are each asked for', async () => {
  const { user, asked } = await run({
    'impersonate-user': 'jane',
    'impersonate-group': ['dev', 'a, b'],
    'impersonate-uid': '42',
    'impersonate-extra-acme.com%2fproject': 'x',
  });
  assert.deepEqual(user, {
    name: 'jane',
    uid: '42',
    groups: ['dev', 'a, b', 'system:authenticated'],
    extra: { 'acme.com/project': ['x'] },
  });
  assert.deepEqual(asked, [
    'impersonate users jane',
    'impersonate groups dev',
    'impersonate groups a, b',
    'impersonate authentication.k8s.io userextras acme.com/project x',
    'impersonate authentication.k8s.io uids 42',
  ]);
});

test('a service account brings its groups', async () => {
  const { user, asked } = await run({ 'impersonate-user': 'system:serviceaccount:ns:bot' });
  assert.deepEqual(user.groups, [
    'system:serviceaccounts',
    'system:serviceaccounts:ns',
    'system:authenticated',
  ]);
  assert.deepEqual(asked, ['impersonate serviceaccounts ns bot']);
});

test('nobody is anonymous and authenticated at once', async () => {
  assert.deepEqual((await run({ 'impersonate-user': 'system:anonymous' })).user.groups, [
    'system:unauthenticated',
  ]);
});

test('a refusal names what may not be impersonated', async () => {
  await assert.rejects(run({ 'impersonate-user': 'jane', 'impersonate-group': ['root'] }, 'root'), {
    message:
      'groups "root" is forbidden: User "admin" cannot impersonate resource "groups" in API group "" at the cluster scope',
  });
});

test('groups need a user', async () => {
  await assert.rejects(
    run({ 'impersonate-group': ['dev'] }),
    /requested \[dev\] without impersonating a user/,
  );
});
