import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { SharedInformers } from '../storage/follow/shared-informers.ts';
import { FakeSource } from '../storage/follow/testing/fake-source.ts';
import { FakeClock, until } from '../storage/testing/fake-clock.ts';
import { followObjects } from './follow-objects.ts';
import { RbacIndex } from './rbac-index.ts';
import { rbacGroup, rbacGroupResources } from './rbac-objects.ts';

const binding = (name: string, role: string): KubeObject => ({
  apiVersion: `${rbacGroup}/v1`,
  kind: 'ClusterRoleBinding',
  metadata: { name },
  subjects: [{ kind: 'User', name: 'jane' }],
  roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name: role },
});

test('the index is as the store is: at first, after each change, and after a watch was lost', async () => {
  const index = new RbacIndex();
  const source = new FakeSource();
  const clock = new FakeClock();
  const informers = new SharedInformers({
    sourceOf: ({ resource }) => (resource === 'clusterrolebindings' ? source : new FakeSource()),
    clock,
    random: () => 0,
    log: pino({ level: 'silent' }),
  });
  const roles = (): string =>
    [...index.rolesOf({ name: 'jane', groups: [] }, '')]
      .map(({ binding }) => binding.roleRef.name)
      .sort()
      .join();

  source.put(binding('one', 'first'));
  await followObjects({ informers, resources: rbacGroupResources, index });
  assert.equal(roles(), 'first');

  await until(() => source.watchers.size === 1);
  source.put(binding('two', 'second'));
  await until(() => roles() === 'first,second');
  source.delete('', 'one');
  await until(() => roles() === 'second');

  source.endWatches(new Error('410'));
  source.delete('', 'two');
  source.put(binding('three', 'third'));
  await until(() => clock.pending === 1);
  clock.advance(100);
  await until(() => roles() === 'third');
  assert.equal(source.requests.filter((request) => request === 'list').length, 2);
  informers.close();
});

test('closing the informers ends the wait for the first lists', async () => {
  const source = new FakeSource();
  source.hold();
  const informers = new SharedInformers({
    sourceOf: () => source,
    clock: new FakeClock(),
    random: () => 0,
    log: pino({ level: 'silent' }),
  });
  const following = followObjects({ informers, resources: rbacGroupResources, index: new RbacIndex() });
  informers.close();
  await assert.rejects(following, /stopped/);
});
