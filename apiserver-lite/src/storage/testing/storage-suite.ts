import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { StatusError } from '../../api-errors/status-error.ts';
import type { StatusReason } from '../../api-errors/status-error.ts';
import { decodeContinueToken } from '../continue-token.ts';
import type { ObjectKey, ResourceStorage } from '../storage.ts';
import { configMap, describeEvent, listOptions, takeEvents, watchOptions } from './test-objects.ts';

/**
 * A storage of `configMaps` in an otherwise quiet store, and what the suite does to the store behind its
 * back.
 */
export interface StorageUnderTest {
  storage: ResourceStorage;
  /** Writes to another resource: the store's revision moves on. */
  touchStore(): Promise<void>;
  /** Compacts up to the store's current revision. */
  compact(): Promise<void>;
  close(): Promise<void>;
}

/** Whether an error is a StatusError of that reason, and says `message`. */
function status(reason: StatusReason, message?: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof StatusError, String(error));
    assert.equal(error.status.reason, reason);
    if (message !== undefined) assert.match(error.message, message);
    return true;
  };
}

const at = (name: string, namespace = 'default'): ObjectKey => ({ namespace, name });
const names = (items: readonly { object: { metadata: { name?: string } } }[]) =>
  items.map(({ object }) => object.metadata.name);

/** What every ResourceStorage must do (Kubernetes: `apiserver/pkg/storage/testing`). */
export function testStorage(title: string, open: () => Promise<StorageUnderTest>): void {
  describe(title, () => {
    let subject: StorageUnderTest;
    let storage: ResourceStorage;
    before(async () => {
      subject = await open();
      storage = subject.storage;
    });
    after(() => subject.close());

    /** Each test works in a namespace of its own. */
    let counter = 0;
    const fresh = () => `ns-${++counter}`;
    const create = (namespace: string, name: string, labels = {}) =>
      storage.create(at(name, namespace), {
        ...configMap(name, {}, labels),
        metadata: { name, namespace, uid: `uid-${name}`, labels },
      });
    const relabel = (namespace: string, name: string, labels: Record<string, string>) =>
      storage.guaranteedUpdate(at(name, namespace), (current) => {
        assert.ok(current);
        return { ...current.object, metadata: { ...current.object.metadata, labels } };
      });

    describe('create', () => {
      test('gives the object its revision', async () => {
        const namespace = fresh();
        const created = await create(namespace, 'web');
        assert.equal(created.object.metadata.resourceVersion, String(created.revision));
        const read = await storage.get(at('web', namespace), '');
        assert.deepEqual(read.object, created.object);
      });

      test('of many creators of one name one wins', async () => {
        const namespace = fresh();
        const results = await Promise.allSettled(Array.from({ length: 10 }, () => create(namespace, 'web')));
        const lost = results.filter(({ status }) => status === 'rejected');
        assert.equal(lost.length, 9);
        for (const result of lost) {
          assert.ok(result.status === 'rejected');
          assert.ok(status('AlreadyExists', /^configmaps "web" already exists$/)(result.reason));
        }
      });

      test('refuses a resourceVersion', async () => {
        const object = configMap('web');
        object.metadata.resourceVersion = '5';
        await assert.rejects(
          storage.create(at('web', fresh()), object),
          /resourceVersion should not be set on objects to be created/,
        );
      });

      test('refuses a name that is no path segment', async () => {
        await assert.rejects(
          storage.create(at('a/b', fresh()), configMap('a/b')),
          status('BadRequest', /^Name parameter invalid: "a\/b": may not contain '\/'$/),
        );
      });
    });

    describe('get', () => {
      test('a missing object is NotFound at any resourceVersion', async () => {
        await assert.rejects(
          storage.get(at('none'), ''),
          status('NotFound', /^configmaps "none" not found$/),
        );
        await assert.rejects(storage.get(at('none'), '0'), status('NotFound'));
      });

      test('at least N waits for the cache to see N', async () => {
        const namespace = fresh();
        await create(namespace, 'web');
        const updated = await relabel(namespace, 'web', { step: '2' });
        const read = await storage.get(at('web', namespace), String(updated.revision));
        assert.equal(read.revision, updated.revision);
      });

      test('a revision from the future is a Timeout that says to retry', async () => {
        await assert.rejects(storage.get(at('web'), '1000000000'), (error) => {
          assert.ok(
            status('Timeout', /^Timeout: Too large resource version: 1000000000, current: \d+$/)(error),
          );
          assert.equal((error as StatusError).status.details?.retryAfterSeconds, 1);
          return true;
        });
      });

      test('a resourceVersion that is no number is refused', async () => {
        await assert.rejects(storage.get(at('web'), 'abc'), (error) => {
          assert.equal((error as StatusError).status.code, 500);
          assert.equal(
            (error as StatusError).message,
            'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
          );
          return true;
        });
      });
    });

    describe('guaranteedUpdate', () => {
      test('concurrent changes are all kept', async () => {
        const namespace = fresh();
        await create(namespace, 'counter');
        const increment = () =>
          storage.guaranteedUpdate(at('counter', namespace), (current) => {
            assert.ok(current);
            const data = current.object['data'] as Record<string, string> | undefined;
            return { ...current.object, data: { n: String(Number(data?.['n'] ?? 0) + 1) } };
          });
        await Promise.all(Array.from({ length: 12 }, increment));
        const { object } = await storage.get(at('counter', namespace), '');
        assert.deepEqual(object['data'], { n: '12' });
      });

      test('no change is no write', async () => {
        const namespace = fresh();
        const created = await create(namespace, 'web');
        const same = await storage.guaranteedUpdate(at('web', namespace), (current) => {
          assert.ok(current);
          return { ...current.object, metadata: { ...current.object.metadata } };
        });
        assert.equal(same.revision, created.revision);
      });

      test('a missing object is NotFound, or made where that is asked for', async () => {
        const namespace = fresh();
        await assert.rejects(relabel(namespace, 'web', {}), status('NotFound'));
        const made = await storage.guaranteedUpdate(
          at('web', namespace),
          (current) => {
            assert.equal(current, undefined);
            return configMap('web');
          },
          { ignoreNotFound: true },
        );
        assert.equal((await storage.get(at('web', namespace), '')).revision, made.revision);
      });

      test('preconditions that do not hold are a Conflict', async () => {
        const namespace = fresh();
        await create(namespace, 'web');
        const update = storage.guaranteedUpdate(at('web', namespace), () => assert.fail('tried'), {
          preconditions: { uid: 'another' },
        });
        await assert.rejects(
          update,
          status(
            'Conflict',
            /^Operation cannot be fulfilled on configmaps "web": StorageError: invalid object, Code: 4, Key: \/registry\/configmaps\/ns-\d+\/web, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: another, UID in object meta: uid-web$/,
          ),
        );
      });

      test('an error of the change itself is passed on', async () => {
        const namespace = fresh();
        await create(namespace, 'web');
        const refusal = new Error('not today');
        await assert.rejects(
          storage.guaranteedUpdate(at('web', namespace), () => Promise.reject(refusal)),
          refusal,
        );
      });
    });

    describe('delete', () => {
      test('gives the last version with the revision of the deletion', async () => {
        const namespace = fresh();
        const created = await create(namespace, 'web', { app: 'web' });
        const deleted = await storage.delete(at('web', namespace));
        assert.ok(deleted.revision > created.revision);
        assert.deepEqual(deleted.object, {
          ...created.object,
          metadata: { ...created.object.metadata, resourceVersion: String(deleted.revision) },
        });
        await assert.rejects(storage.get(at('web', namespace), ''), status('NotFound'));
        await assert.rejects(storage.delete(at('web', namespace)), status('NotFound'));
      });

      test('validation and preconditions may refuse', async () => {
        const namespace = fresh();
        await create(namespace, 'web');
        const refusal = new Error('needed');
        await assert.rejects(
          storage.delete(at('web', namespace), { validate: () => Promise.reject(refusal) }),
          refusal,
        );
        await assert.rejects(
          storage.delete(at('web', namespace), { preconditions: { resourceVersion: '1' } }),
          status('Conflict', /ResourceVersion in precondition: 1/),
        );
        await storage.get(at('web', namespace), '');
      });
    });

    describe('list', () => {
      test('is consistent with what was written before', async () => {
        const namespace = fresh();
        for (let round = 0; round < 5; round++) {
          const created = await create(namespace, `web-${round}`);
          await subject.touchStore();
          const page = await storage.list(listOptions({ namespace }));
          assert.equal(page.items.length, round + 1);
          assert.ok(Number(page.resourceVersion) >= created.revision);
        }
      });

      test('keeps to its namespace', async () => {
        const [one, other] = [fresh(), fresh()];
        await create(one, 'a');
        await create(`${one}0`, 'b');
        await create(other, 'c');
        assert.deepEqual(names((await storage.list(listOptions({ namespace: one }))).items), ['a']);
        const all = await storage.list(listOptions({ namespace: '' }));
        for (const name of ['a', 'b', 'c']) assert.ok(names(all.items).includes(name));
      });

      test('by name, in one namespace and in all', async () => {
        const namespace = fresh();
        await create(namespace, 'needle');
        await create(namespace, 'needle-2');
        const inOne = await storage.list(listOptions({ namespace, name: 'needle' }));
        assert.deepEqual(names(inOne.items), ['needle']);
        const inAll = await storage.list(listOptions({ namespace: '', name: 'needle' }));
        assert.deepEqual(names(inAll.items), ['needle']);
      });

      test('pages show one revision, whatever happens meanwhile', async () => {
        const namespace = fresh();
        for (const name of ['a', 'b', 'c', 'd', 'e']) await create(namespace, name, { version: 'old' });
        const first = await storage.list(listOptions({ namespace, limit: 2 }));
        assert.deepEqual(names(first.items), ['a', 'b']);
        assert.equal(first.remainingItemCount, 3);
        await storage.delete(at('c', namespace));
        await relabel(namespace, 'd', { version: 'new' });
        await create(namespace, 'cc');
        const seen = [];
        let { continueToken } = first;
        while (continueToken !== '') {
          const page = await storage.list(listOptions({ namespace, limit: 2, continueToken }));
          assert.equal(page.resourceVersion, first.resourceVersion);
          seen.push(...page.items);
          continueToken = page.continueToken;
        }
        assert.deepEqual(names(seen), ['c', 'd', 'e']);
        for (const { object } of seen) assert.equal(object.metadata.labels?.['version'], 'old');
      });

      test('a selector with a limit fills its pages and counts nothing', async () => {
        const namespace = fresh();
        for (let n = 0; n < 9; n++) await create(namespace, `web-${n}`, { even: String(n % 2 === 0) });
        const predicate = (object: { metadata: { labels?: Record<string, string> } }) =>
          object.metadata.labels?.['even'] === 'true';
        const first = await storage.list(listOptions({ namespace, limit: 3, predicate }));
        assert.deepEqual(names(first.items), ['web-0', 'web-2', 'web-4']);
        assert.equal(first.remainingItemCount, undefined);
        const { continueToken } = first;
        const second = await storage.list(listOptions({ namespace, limit: 3, predicate, continueToken }));
        assert.deepEqual(names(second.items), ['web-6', 'web-8']);
        assert.equal(second.continueToken, '');
      });

      test('exactly at a revision', async () => {
        const namespace = fresh();
        await create(namespace, 'a');
        const { revision } = await create(namespace, 'b');
        await storage.delete(at('a', namespace));
        const page = await storage.list(
          listOptions({ namespace, resourceVersion: String(revision), resourceVersionMatch: 'Exact' }),
        );
        assert.deepEqual(names(page.items), ['a', 'b']);
        assert.equal(page.resourceVersion, String(revision));
      });

      test('not older than a revision; and from the future', async () => {
        const namespace = fresh();
        const { revision } = await create(namespace, 'a');
        const page = await storage.list(
          listOptions({ namespace, resourceVersion: String(revision), resourceVersionMatch: 'NotOlderThan' }),
        );
        assert.deepEqual(names(page.items), ['a']);
        await assert.rejects(
          storage.list(listOptions({ namespace, resourceVersion: '1000000000' })),
          status('Timeout', /Too large resource version/),
        );
        await assert.rejects(
          storage.list(
            listOptions({ namespace, resourceVersion: '1000000000', resourceVersionMatch: 'Exact' }),
          ),
          status('Timeout', /Too large resource version/),
        );
      });

      test('a limit does not bind a list of whatever there is', async () => {
        const namespace = fresh();
        await create(namespace, 'a');
        await create(namespace, 'b');
        await storage.list(listOptions({ namespace }));
        const page = await storage.list(listOptions({ namespace, limit: 1, resourceVersion: '0' }));
        assert.deepEqual(names(page.items), ['a', 'b']);
      });

      test('a broken continue token is refused', async () => {
        for (const continueToken of ['%%', Buffer.from('{"v":"x"}').toString('base64url')]) {
          await assert.rejects(
            storage.list(listOptions({ limit: 1, continueToken })),
            status('BadRequest', /^invalid continue token: continue key is not valid/),
          );
        }
      });
    });

    describe('watch', () => {
      test('from a revision: every change after it, in order', async () => {
        const namespace = fresh();
        const { resourceVersion } = await storage.list(listOptions({ namespace }));
        const created = await create(namespace, 'web');
        const updated = await relabel(namespace, 'web', { step: '2' });
        const deleted = await storage.delete(at('web', namespace));
        const watcher = await storage.watch(watchOptions({ namespace, resourceVersion }));
        const events = await takeEvents(watcher, 3);
        assert.deepEqual(events.map(describeEvent), [
          `ADDED web@${created.revision}`,
          `MODIFIED web@${updated.revision}`,
          `DELETED web@${deleted.revision}`,
        ]);
        assert.deepEqual(events[2]?.object.object, deleted.object);
        watcher.close();
      });

      test('live changes arrive, and only those of the selection', async () => {
        const namespace = fresh();
        const { resourceVersion } = await storage.list(listOptions({ namespace }));
        const inNamespace = await storage.watch(watchOptions({ namespace, resourceVersion }));
        const byName = await storage.watch(watchOptions({ namespace, resourceVersion, name: 'b' }));
        const nextOfNamespace = takeEvents(inNamespace, 2);
        const nextOfName = takeEvents(byName, 1);
        await create(fresh(), 'elsewhere');
        const a = await create(namespace, 'a');
        const b = await create(namespace, 'b');
        assert.deepEqual((await nextOfNamespace).map(describeEvent), [
          `ADDED a@${a.revision}`,
          `ADDED b@${b.revision}`,
        ]);
        assert.deepEqual((await nextOfName).map(describeEvent), [`ADDED b@${b.revision}`]);
        inNamespace.close();
        byName.close();
        assert.equal(await inNamespace.nextBatch(), undefined);
      });

      test('an object that begins to match is ADDED, one that stops is DELETED as it was', async () => {
        const namespace = fresh();
        const { resourceVersion } = await storage.list(listOptions({ namespace }));
        await create(namespace, 'web', { app: 'no' });
        const begins = await relabel(namespace, 'web', { app: 'yes' });
        const stays = await relabel(namespace, 'web', { app: 'yes', more: 'x' });
        const stops = await relabel(namespace, 'web', { app: 'no' });
        await storage.delete(at('web', namespace));
        const last = await create(namespace, 'last', { app: 'yes' });
        const watcher = await storage.watch(
          watchOptions({
            namespace,
            resourceVersion,
            predicate: ({ metadata }) => metadata.labels?.['app'] === 'yes',
          }),
        );
        const events = await takeEvents(watcher, 4);
        assert.deepEqual(events.map(describeEvent), [
          `ADDED web@${begins.revision}`,
          `MODIFIED web@${stays.revision}`,
          `DELETED web@${stops.revision}`,
          `ADDED last@${last.revision}`,
        ]);
        assert.deepEqual(events[2]?.object.object.metadata.labels, { app: 'yes', more: 'x' });
        watcher.close();
      });

      test('without a revision: first all that exists', async () => {
        const namespace = fresh();
        const a = await create(namespace, 'a');
        const b = await create(namespace, 'b');
        for (const resourceVersion of ['', '0']) {
          const watcher = await storage.watch(watchOptions({ namespace, resourceVersion }));
          assert.deepEqual((await takeEvents(watcher, 2)).map(describeEvent), [
            `ADDED a@${a.revision}`,
            `ADDED b@${b.revision}`,
          ]);
          watcher.close();
        }
      });

      test('sendInitialEvents ends them with an annotated bookmark', async () => {
        const namespace = fresh();
        const a = await create(namespace, 'a');
        const watcher = await storage.watch(
          watchOptions({
            namespace,
            resourceVersionMatch: 'NotOlderThan',
            sendInitialEvents: true,
            allowWatchBookmarks: true,
          }),
        );
        const [added, bookmark] = await takeEvents(watcher, 2);
        assert.equal(added && describeEvent(added), `ADDED a@${a.revision}`);
        assert.equal(bookmark?.type, 'BOOKMARK');
        const { kind, apiVersion, metadata } = bookmark.object.object;
        assert.deepEqual({ kind, apiVersion }, { kind: 'ConfigMap', apiVersion: 'v1' });
        assert.deepEqual(metadata.annotations, { 'k8s.io/initial-events-end': 'true' });
        assert.ok(Number(metadata.resourceVersion) >= a.revision);
        watcher.close();
      });

      test('what exists is ended with that bookmark without being asked for, where bookmarks are allowed', async () => {
        const namespace = fresh();
        const a = await create(namespace, 'a');
        for (const resourceVersion of ['', '0']) {
          const watcher = await storage.watch(
            watchOptions({ namespace, resourceVersion, allowWatchBookmarks: true }),
          );
          const [added, bookmark] = await takeEvents(watcher, 2);
          assert.equal(added && describeEvent(added), `ADDED a@${a.revision}`);
          assert.equal(bookmark?.type, 'BOOKMARK');
          const { annotations } = bookmark.object.object.metadata;
          assert.deepEqual(annotations, { 'k8s.io/initial-events-end': 'true' });
          watcher.close();
        }
      });

      test('sendInitialEvents=false begins now', async () => {
        const namespace = fresh();
        const a = await create(namespace, 'a');
        // Now is what the cache has seen, as in kube-apiserver: this waits until that includes `a`.
        await storage.get(at('a', namespace), String(a.revision));
        const watcher = await storage.watch(watchOptions({ namespace, sendInitialEvents: false }));
        const b = await create(namespace, 'b');
        assert.deepEqual((await takeEvents(watcher, 1)).map(describeEvent), [`ADDED b@${b.revision}`]);
        watcher.close();
      });

      test('many watchers share one version of an object', async () => {
        const namespace = fresh();
        const { resourceVersion } = await storage.list(listOptions({ namespace }));
        const watchers = await Promise.all(
          Array.from({ length: 20 }, () => storage.watch(watchOptions({ namespace, resourceVersion }))),
        );
        await create(namespace, 'web');
        const seen = await Promise.all(watchers.map((watcher) => takeEvents(watcher, 1)));
        assert.equal(new Set(seen.map(([event]) => event?.object)).size, 1);
        for (const watcher of watchers) watcher.close();
      });

      test('for await ends with the watch', async () => {
        const namespace = fresh();
        await create(namespace, 'a');
        const watcher = await storage.watch(watchOptions({ namespace }));
        for await (const event of watcher) {
          assert.equal(event.type, 'ADDED');
          break;
        }
        assert.equal(await watcher.nextBatch(), undefined);
      });
    });

    // Last: it takes the history away from under everybody.
    test('a compacted continue token gives 410 and a token for the rest as it is now', async () => {
      const namespace = fresh();
      for (const name of ['a', 'b', 'c']) await create(namespace, name);
      const first = await storage.list(listOptions({ namespace, limit: 1 }));
      const { start } = decodeContinueToken(first.continueToken);
      // A token from before this server's own history.
      const old = Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: 2, start })).toString('base64url');
      await subject.touchStore();
      await subject.compact();
      let token = '';
      await assert.rejects(
        storage.list(listOptions({ namespace, limit: 1, continueToken: old })),
        (error) => {
          assert.ok(
            status('Expired', /^The provided continue parameter is too old to display a consistent/)(error),
          );
          assert.equal((error as StatusError).status.code, 410);
          token = String((error as StatusError).status.metadata['continue']);
          return true;
        },
      );
      assert.equal(decodeContinueToken(token).revision, -1);
      const rest = await storage.list(listOptions({ namespace, limit: 5, continueToken: token }));
      assert.deepEqual(names(rest.items), ['b', 'c']);
      await assert.rejects(
        storage.list(listOptions({ namespace, resourceVersion: '2', resourceVersionMatch: 'Exact' })),
        status('Expired', /^The resourceVersion for the provided list is too old\.$/),
      );
    });
  });
}
