import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { Random } from '@pg8s/k8s-proto/testing/random';
import pino from 'pino';
import { notFound } from '../../../api-errors/status-error.ts';
import { CachedObject } from '../../../storage/cached-object.ts';
import { systemClock } from '../../../storage/clock.ts';
import { SharedInformers } from '../../../storage/follow/shared-informers.ts';
import { FakeSource } from '../../../storage/follow/testing/fake-source.ts';
import type { ResourceStorage } from '../../../storage/storage.ts';
import type { AdmissionAttributes } from '../../attributes.ts';
import type { AdmissionConfiguration } from '../../plugin.ts';
import { limitedResources } from './limited-resources.ts';
import { resourceQuota } from './resource-quota.ts';

type Amounts = Record<string, string>;

function quota(name: string, hard: Amounts, used: Amounts | undefined, spec: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name, namespace: 'n', uid: name },
    spec: { hard, ...spec },
    status: { hard, ...(used === undefined ? {} : { used }) },
  } as KubeObject;
}

/** What a stored quota says is used. */
function usedOf(source: FakeSource, name: string): Amounts {
  const status = source.objects.get(`n/${name}`)?.['status'] as { used?: Amounts } | undefined;
  return status?.used ?? {};
}

/** A storage that compares revisions, and takes some turns for everything. */
function storageOn(source: FakeSource, turns: () => number): ResourceStorage {
  const wait = async () => {
    for (let left = turns(); left > 0; left--) await new Promise((resolve) => setImmediate(resolve));
  };
  const read = (key: string) => {
    const object = source.objects.get(key);
    return object && new CachedObject(object, Number(object.metadata.resourceVersion));
  };
  const storage: Pick<ResourceStorage, 'list' | 'guaranteedUpdate'> = {
    async list(options) {
      await wait();
      return source.list(options);
    },
    async guaranteedUpdate({ namespace, name }, tryUpdate) {
      const key = `${namespace}/${name}`;
      for (;;) {
        const current = read(key);
        if (current === undefined) throw notFound({ group: '', resource: 'resourcequotas' }, name);
        const next = await tryUpdate(current);
        await wait();
        if (read(key)?.revision !== current.revision) continue;
        source.put(structuredClone(next));
        return read(key)!;
      }
    },
  };
  return storage as ResourceStorage;
}

function server(
  source: FakeSource,
  turns: () => number = () => 0,
  configuration: AdmissionConfiguration = {},
) {
  // Every server follows the one store with informers of its own.
  const informers = new SharedInformers({
    sourceOf: () => source,
    clock: systemClock,
    random: () => 0,
    log: pino({ level: 'silent' }),
  });
  const plugin = resourceQuota({
    informers,
    clock: systemClock,
    storageOf: () => storageOn(source, turns),
    trackServerWrite: () => undefined,
    configuration,
  });
  return { plugin, close: () => informers.close() };
}

interface Asked {
  resource?: string;
  operation?: 'CREATE' | 'UPDATE';
  spec?: object;
  oldSpec?: object;
  subresource?: string;
  dryRun?: boolean;
}

function request({ resource = 'pods', operation = 'CREATE', spec, oldSpec, ...more }: Asked = {}) {
  const objectOf = (given: object = {}, resourceVersion?: string) => ({
    apiVersion: 'v1',
    kind: 'X',
    metadata: { name: 'x', namespace: 'n', ...(resourceVersion === undefined ? {} : { resourceVersion }) },
    spec: given,
  });
  return {
    operation,
    kind: { group: '', version: 'v1', kind: 'X' },
    resource: { group: '', version: 'v1', resource },
    subresource: more.subresource ?? '',
    namespace: 'n',
    name: 'x',
    dryRun: more.dryRun ?? false,
    object: objectOf(spec),
    oldObject: operation === 'UPDATE' ? objectOf(oldSpec, '1') : undefined,
  } as unknown as AdmissionAttributes;
}

/** A store with quotas, a server on it, and what it answers to requests. */
async function asking(t: TestContext, quotas: KubeObject[], configuration: AdmissionConfiguration = {}) {
  const source = new FakeSource();
  for (const each of quotas) source.put(each);
  const { plugin, close } = server(source, undefined, configuration);
  t.after(close);
  await plugin.start?.();
  return {
    source,
    ask: async (asked?: Asked) => {
      try {
        await plugin.validate?.(request(asked));
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    },
    used: (name = 'q') => usedOf(source, name),
  };
}

const container = (requests: Amounts) => ({ containers: [{ name: 'c', resources: { requests } }] });

test('what fits is charged, what does not is refused', async (t) => {
  const { ask, used } = await asking(t, [quota('q', { pods: '2', cpu: '2' }, { pods: '1', cpu: '1' })]);
  assert.equal(
    await ask({ spec: container({ cpu: '1500m' }) }),
    'pods "x" is forbidden: exceeded quota: q, requested: cpu=1500m, used: cpu=1, limited: cpu=2',
  );
  assert.equal(
    await ask({ spec: container({}) }),
    'pods "x" is forbidden: failed quota: q: must specify cpu for: c',
  );
  assert.equal(await ask({ spec: container({ cpu: '1' }), dryRun: true }), '');
  assert.deepEqual(used(), { pods: '1', cpu: '1' });
  assert.equal(await ask({ spec: container({ cpu: '1' }) }), '');
  assert.deepEqual(used(), { cpu: '2', pods: '2' });
  assert.equal(
    await ask({ spec: container({ cpu: '1m' }) }),
    'pods "x" is forbidden: exceeded quota: q, requested: cpu=1m,pods=1, used: cpu=2,pods=2, limited: cpu=2,pods=2',
  );
});

test('updates are charged what they use more', async (t) => {
  const { ask, used } = await asking(t, [quota('q', { cpu: '2' }, { cpu: '1' })]);
  const resize = (from: string, to: string) =>
    ask({
      operation: 'UPDATE',
      subresource: 'resize',
      oldSpec: container({ cpu: from }),
      spec: container({ cpu: to }),
    });
  assert.equal(await resize('1', '1500m'), '');
  assert.deepEqual(used(), { cpu: '1500m' });
  assert.equal(await resize('1500m', '1'), '');
  assert.deepEqual(used(), { cpu: '1500m' }, 'the controller counts what is given back');
  assert.match(
    await resize('1', '2'),
    /exceeded quota: q, requested: cpu=1, used: cpu=1500m, limited: cpu=2$/,
  );
});

test('a quota without figures refuses, and one without limits does not', async (t) => {
  const { ask } = await asking(t, [quota('q', { pods: '2' }, undefined)]);
  assert.equal(await ask(), 'pods "x" is forbidden: status unknown for quota: q, resources: pods');
  const { ask: other } = await asking(t, [{ ...quota('q', { pods: '0' }, {}), status: {} } as KubeObject]);
  assert.equal(await other(), '');
});

test('a Pod that comes into a scope is charged as a new one', async (t) => {
  const scoped = quota('q', { pods: '1' }, { pods: '0' }, { scopes: ['Terminating'] });
  const { ask, used } = await asking(t, [scoped]);
  assert.equal(await ask(), '');
  assert.deepEqual(used(), { pods: '0' });
  const change = { operation: 'UPDATE', spec: { activeDeadlineSeconds: 1 } } as const;
  assert.equal(await ask(change), '');
  assert.deepEqual(used(), { pods: '1' });
  assert.match(await ask(change), /exceeded quota: q, requested: pods=1/);
});

test('what is limited by configuration needs a quota', async (t) => {
  const type = { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'ResourceQuotaConfiguration' };
  const limited = {
    ResourceQuota: {
      ...type,
      limitedResources: [
        { resource: 'pods', matchContains: ['pods'] },
        {
          resource: 'pods',
          matchScopes: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high', 'a'] }],
        },
      ],
    },
  };
  const { ask } = await asking(t, [], limited);
  assert.equal(await ask(), 'pods "x" is forbidden: insufficient quota to consume: count/pods,pods');
  assert.equal(await ask({ resource: 'secrets' }), '');
  const hard = { pods: '9', 'count/pods': '9' };
  const { ask: covered } = await asking(t, [quota('q', hard, { pods: '0', 'count/pods': '0' })], limited);
  assert.equal(await covered(), '');
  assert.equal(
    await covered({ spec: { priorityClassName: 'high' } }),
    'insufficient quota to match these scopes: [{PriorityClass In [high a]}]',
  );
  assert.throws(() => limitedResources({ ...type, limitedResources: [{ resource: '' }] }), {
    message: 'limitedResources[0].resource: Required value',
  });
});

test('50 clients on two servers never exceed a quota', async (t) => {
  const seed = Number(process.env['PG8S_TEST_SEED'] ?? 1);
  t.diagnostic(`seed ${seed}`);
  const random = new Random(seed);
  const source = new FakeSource();
  source.put(quota('a', { pods: '100', cpu: '60' }, { pods: '0', cpu: '0' }));
  source.put(quota('b', { 'count/pods': '120' }, { 'count/pods': '0' }));
  const turns = () => random.below(5);
  const servers = [server(source, turns), server(source, turns)];
  t.after(() => servers.forEach(({ close }) => close()));
  const admitted = { pods: 0, milliCpu: 0 };
  const refusals = { exceeded: 0, conflicts: 0 };
  const client = async (index: number) => {
    for (let count = 0; count < 8; count++) {
      const milliCpu = 100 * (1 + random.below(15));
      try {
        await servers[index % 2]!.plugin.validate?.(request({ spec: container({ cpu: `${milliCpu}m` }) }));
        admitted.pods += 1;
        admitted.milliCpu += milliCpu;
      } catch (error) {
        if (/exceeded quota/.test(String(error))) refusals.exceeded += 1;
        else if (/the object has been modified/.test(String(error))) refusals.conflicts += 1;
        else throw error;
      }
      const used = usedOf(source, 'a');
      assert.ok(Number(used['pods']) <= 100);
    }
  };
  await Promise.all(Array.from({ length: 50 }, (_, index) => client(index)));
  t.diagnostic(JSON.stringify({ admitted, refusals }));
  assert.ok(admitted.pods <= 100 && admitted.milliCpu <= 60_000);
  assert.ok(admitted.milliCpu > 58_000, 'what fits is admitted');
  const used = usedOf(source, 'a');
  assert.ok(Number(used['pods']) >= admitted.pods, 'nothing that was admitted is forgotten');
  if (refusals.conflicts === 0) assert.equal(Number(used['pods']), admitted.pods);
});
