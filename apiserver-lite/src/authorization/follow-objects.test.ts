import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { pino } from 'pino';
import { CachedObject } from '../storage/cached-object.ts';
import type { WatchEvent, Watcher } from '../storage/storage.ts';
import { followObjects } from './follow-objects.ts';
import type { ObjectSource } from './follow-objects.ts';
import { RbacIndex } from './rbac-index.ts';
import { rbacGroup, rbacResources } from './rbac-objects.ts';
import type { RbacResource } from './rbac-objects.ts';

const binding = (name: string, role: string): KubeObject => ({
  apiVersion: `${rbacGroup}/v1`,
  kind: 'ClusterRoleBinding',
  metadata: { name },
  subjects: [{ kind: 'User', name: 'jane' }],
  roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name: role },
});

/** Lists what it holds; watches deliver what the test pushes. */
class FakeSource implements ObjectSource<RbacResource> {
  stored: KubeObject[] = [];
  lists = 0;
  readonly #waiting: PromiseWithResolvers<readonly WatchEvent[] | undefined>[] = [];

  async list(resource: RbacResource) {
    if (resource === 'clusterrolebindings') this.lists += 1;
    const objects = resource === 'clusterrolebindings' ? this.stored : [];
    return {
      items: objects.map((object) => new CachedObject(object, 1)),
      resourceVersion: '1',
      continueToken: '',
    };
  }

  async watch(resource: RbacResource): Promise<Watcher> {
    const waiting = this.#waiting;
    let closed: PromiseWithResolvers<undefined> | undefined = Promise.withResolvers();
    return {
      nextBatch() {
        const next = Promise.withResolvers<readonly WatchEvent[] | undefined>();
        if (resource === 'clusterrolebindings') waiting.push(next);
        return Promise.race([next.promise, closed?.promise]);
      },
      close() {
        closed?.resolve(undefined);
        closed = undefined;
      },
      [Symbol.asyncIterator]: () => {
        throw new Error('read by nextBatch');
      },
    };
  }

  async #reader(): Promise<PromiseWithResolvers<readonly WatchEvent[] | undefined>> {
    for (;;) {
      const reader = this.#waiting.shift();
      if (reader !== undefined) return reader;
      await setImmediate();
    }
  }

  async push(type: WatchEvent['type'], object: KubeObject): Promise<void> {
    (await this.#reader()).resolve([{ type, object: new CachedObject(object, 2) }]);
  }

  async break(): Promise<void> {
    (await this.#reader()).reject(new Error('410'));
  }
}

test('the index is as the store is: at first, after each change, and after a watch was lost', async () => {
  const index = new RbacIndex();
  const source = new FakeSource();
  const end = new AbortController();
  const roles = (): string[] =>
    [...index.rolesOf({ name: 'jane', groups: [] }, '')].map(({ roleRef }) => roleRef.name).sort();
  const become = async (...expected: string[]): Promise<void> => {
    while (roles().join() !== expected.join()) await setImmediate();
  };

  source.stored = [binding('one', 'first')];
  await followObjects({
    resources: rbacResources,
    source,
    index,
    log: pino({ level: 'silent' }),
    signal: end.signal,
    retryDelayMs: 0,
  });
  assert.deepEqual(roles(), ['first']);

  await source.push('ADDED', binding('two', 'second'));
  await become('first', 'second');
  await source.push('DELETED', binding('one', 'first'));
  await become('second');

  source.stored = [binding('three', 'third')];
  await source.break();
  await become('third');
  assert.equal(source.lists, 2);
  end.abort();
});
