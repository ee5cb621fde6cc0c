import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { forbidden } from '../../api-errors/status-error.ts';
import { create, testRegistry, type TestRegistry } from '../testing/test-registry.ts';

const everything = {
  namespace: 'default',
  resourceVersion: '',
  resourceVersionMatch: '' as const,
  limit: 0,
  continueToken: '',
};
const place = '/v1/configmaps';

/** Counts the deletions under way, and refuses those of some names. */
class Watchman {
  most = 0;
  asked = 0;
  #now = 0;
  readonly #refused: readonly string[];

  constructor(refused: readonly string[] = []) {
    this.#refused = refused;
  }

  async validate({ metadata: { name = '' } }: KubeObject): Promise<void> {
    this.asked++;
    this.most = Math.max(this.most, ++this.#now);
    for (let turn = 0; turn < 5; turn++) await setImmediate();
    this.#now--;
    if (this.#refused.includes(name)) {
      throw forbidden({ group: '', resource: 'configmaps' }, name, 'not this one');
    }
  }
}

async function cluster(count: number, workers?: number): Promise<TestRegistry> {
  const api = await testRegistry({
    options: workers === undefined ? {} : { deleteCollectionWorkers: workers },
  });
  for (let index = 0; index < count; index++) await create(api, place, { metadata: { name: `c${index}` } });
  return api;
}

function deleteAll(api: TestRegistry, watchman: Watchman, dryRun = false) {
  const validate = (object: KubeObject) => watchman.validate(object);
  return api.rest(place).deleteCollection?.(api.context(), { dryRun, validate }, everything);
}

test('a collection is deleted several at a time, as many as the flag says', async () => {
  for (const [workers, most] of [
    [undefined, 16],
    [3, 3],
    [1, 1],
  ] as const) {
    const watchman = new Watchman();
    const api = await cluster(40, workers);
    const page = await deleteAll(api, watchman);
    assert.equal(page?.items.length, 40);
    assert.equal(page?.continueToken, '');
    assert.equal(api.storage('', 'configmaps').objects.size, 0);
    assert.equal(watchman.most, most);
    assert.equal(watchman.asked, 40);
  }
});

test('the first failure ends it, and what is deleted stays so', async () => {
  const watchman = new Watchman(['c4']);
  const api = await cluster(40, 2);
  await assert.rejects(
    deleteAll(api, watchman) ?? Promise.resolve(),
    /configmaps "c4" is forbidden: not this one/,
  );
  const left = api.storage('', 'configmaps').objects;
  assert.ok(left.has('default/c4') && left.has('default/c39'));
  assert.ok(!left.has('default/c0'));
  assert.ok(watchman.asked < 10, 'nobody goes on after a failure');
});

test('what others delete meanwhile does not matter', async () => {
  const watchman = new Watchman();
  const api = await cluster(4, 1);
  const running = deleteAll(api, watchman);
  await setImmediate();
  api.storage('', 'configmaps').objects.delete('default/c3');
  assert.equal((await running)?.items.length, 4);
  assert.equal(api.storage('', 'configmaps').objects.size, 0);
});

test('a dry run deletes nothing', async () => {
  const api = await cluster(4);
  assert.equal((await deleteAll(api, new Watchman(), true))?.items.length, 4);
  assert.equal(api.storage('', 'configmaps').objects.size, 4);
});
