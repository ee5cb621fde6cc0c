import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { obtainClientGo } from './clients/client-go.ts';
import { attempt } from './command.ts';
import { RunningPg8s, temporaryDataDir } from './running-pg8s.ts';

const { paths, missing } = await obtainClientGo();
const protobuf = 'application/vnd.kubernetes.protobuf';
/** `kube-root-ca.crt` is in every namespace. */
const published = 1;

describe('a program on client-go that speaks protobuf', { skip: missing ?? false, timeout: 300_000 }, () => {
  let dataDir: Awaited<ReturnType<typeof temporaryDataDir>>;
  let pg8s: RunningPg8s;
  let env: NodeJS.ProcessEnv;

  before(async () => {
    dataDir = await temporaryDataDir();
    pg8s = await RunningPg8s.start(dataDir.path);
    env = await pg8s.clientEnv();
  });

  after(async () => {
    await pg8s?.stop();
    await dataDir?.remove();
  });

  /** What one of its checks reports. */
  async function reported<T = Record<string, unknown>>(
    check: string,
    variables: NodeJS.ProcessEnv = {},
  ): Promise<T> {
    const { code, stdout, stderr } = await attempt(paths?.['client-go'] ?? '', [check], {
      env: { ...env, ...variables },
      timeoutMs: 90_000,
    });
    assert.equal(code, 0, `${stdout}${stderr}`);
    return (JSON.parse(stdout) as { report: T }).report;
  }

  test('typed clients create, update, patch, scale and delete, and know every error', async () => {
    assert.deepEqual(await reported('typed'), {
      alreadyExists: true,
      notFound: true,
      conflict: true,
      invalid: true,
      causes: ['metadata.name'],
      scale: 3,
      pods: 3,
      qosClass: 'BestEffort',
      generation: 1,
      uid: 36,
      contentTypes: [protobuf],
    });
  });

  test('lists come in pages, all of one revision', async () => {
    const { pages, remaining, revisions, paged, left } = await reported<{
      pages: number[];
      remaining: number[];
      revisions: number;
      paged: number;
      left: number;
    }>('pages');
    const sum = pages.reduce((total, length) => total + length, 0);
    assert.ok(sum === 25 || sum === 25 + published, String(pages));
    assert.deepEqual([pages.length, remaining, revisions], [3, [sum - 10, sum - 20], 1]);
    assert.ok(paged >= 27 && paged <= 27 + published, String(paged));
    assert.ok(left <= 1 + published, 'DeleteCollection with a field selector');
  });

  for (const isStreamed of [true, false]) {
    test(`shared informers ${isStreamed ? 'stream their first list' : 'list, then watch'}`, async () => {
      const variables = { KUBE_FEATURE_WatchListClient: String(isStreamed) };
      const { events, cached, synced, streamed, listed, contentTypes } = await reported<{
        events: string[];
        cached: number;
        synced: boolean;
        streamed: boolean;
        listed: boolean;
        contentTypes: string[];
      }>('informers', variables);
      assert.deepEqual(events.slice(0, 3).sort(), ['found a=1', 'found b=1', 'found c=1']);
      assert.deepEqual(events.slice(3), ['added d=1', 'updated a=2', 'deleted b=1']);
      assert.deepEqual({ cached, synced, streamed }, { cached: 3, synced: true, streamed: isStreamed });
      assert.equal(listed, !isStreamed);
      assert.deepEqual(contentTypes, [protobuf, `${protobuf};stream=watch`]);
    });
  }

  test('one of two candidates leads, and the other when the first lets go', async () => {
    const { leaders, holder, transitions } = await reported('leader-election');
    assert.deepEqual(
      { leaders, holder, transitions },
      { leaders: ['first', 'first', 'second'], holder: 'second', transitions: 1 },
    );
  });

  test('the dynamic client watches what it patches, applies and deletes', async () => {
    assert.deepEqual((await reported('dynamic'))['events'], [
      'MODIFIED {"value":"2"}',
      'MODIFIED {"value":"3"}',
      'MODIFIED {"applied":"yes","value":"3"}',
      'DELETED {"applied":"yes","value":"3"}',
    ]);
  });

  test('discovery tells everything that is served, and maps names and kinds', async () => {
    const found = await reported<{ preferred: string[]; openapiV3: number; definitions: number }>(
      'discovery',
    );
    const { preferred, openapiV3, definitions, ...rest } = found;
    assert.deepEqual(rest, {
      version: '1.36',
      groups: 21,
      lists: 22,
      mapping: 'apps/v1, Resource=deployments namespace',
      short: 'apps/v1, Resource=statefulsets',
      node: '/v1, Kind=Node',
    });
    for (const name of ['autoscaling/v2 horizontalpodautoscalers', 'v1 pods', 'batch/v1 cronjobs'])
      assert.ok(preferred.includes(name), name);
    assert.ok(openapiV3 > 40 && definitions > 500, `${openapiV3} documents, ${definitions} definitions`);
  });

  test('typed apply configurations share an object, disagree and take over', async () => {
    const { managers, ...rest } = await reported<{ managers: string[] }>('apply');
    assert.deepEqual(rest, {
      unchanged: true,
      conflict: true,
      message: 'Apply failed with 1 conflict: conflict with "first": .spec.replicas',
      replicas: 2,
      firstHasReplicas: false,
      firstHasTemplate: true,
    });
    assert.deepEqual(managers.slice(0, 3), ['first Apply ', 'second Apply ', 'third Apply ']);
  });

  test('an eviction replaces a Pod, and a disruption budget keeps another', async () => {
    assert.deepEqual(await reported('eviction'), { tooMany: true, replaced: true, notFound: true });
  });

  test('a requested token is its service account', async () => {
    assert.deepEqual(await reported('token'), {
      user: true,
      groups: 3,
      lifetime: 60,
      forbidden: true,
      unauthorized: true,
    });
  });

  test('tables, bare metadata and events', async () => {
    const { columns, rows, status } = await reported('tables');
    assert.deepEqual((columns as string[]).slice(0, 5), ['Name', 'Ready', 'Status', 'Restarts', 'Age']);
    assert.deepEqual([rows, status], [1, 'Running']);
    const { name, items, labels } = await reported('metadata');
    assert.deepEqual([name, items, labels], ['only', 1, { a: 'b' }]);
    assert.deepEqual(await reported('events'), { count: 2, component: 'tester', note: 'it was tested' });
  });
});
