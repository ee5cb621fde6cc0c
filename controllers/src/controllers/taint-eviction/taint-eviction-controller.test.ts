import assert from 'node:assert/strict';
import { type TestContext as NodeTest, test } from 'node:test';
import { events, nodes, pods } from '../../runtime/client/resource.ts';
import { createTestContext } from '../../runtime/testing/test-context.ts';
import type { Taint, Toleration } from '../../selectors/tolerations.ts';
import { TaintEvictionController, toleratedForMs } from './taint-eviction-controller.ts';

const unreachable: Taint = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' };
const forSeconds = (tolerationSeconds?: number) =>
  ({
    key: unreachable.key,
    operator: 'Exists',
    effect: 'NoExecute',
    ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }),
  }) as Toleration;

test('the shortest of the tolerations that are used counts, and one that is missing most', () => {
  const other: Taint = { key: 'example.com/gone', effect: 'NoExecute' };
  const all = { operator: 'Exists' } as Toleration;
  assert.equal(toleratedForMs([unreachable], []), 0);
  assert.equal(toleratedForMs([unreachable], [forSeconds(300)]), 300_000);
  assert.equal(toleratedForMs([unreachable], [forSeconds()]), undefined);
  assert.equal(toleratedForMs([unreachable], [forSeconds(-5)]), 0);
  assert.equal(toleratedForMs([unreachable, other], [forSeconds(300)]), 0);
  assert.equal(toleratedForMs([unreachable, other], [forSeconds(300), all]), 300_000);
  assert.equal(toleratedForMs([unreachable], [forSeconds(300), forSeconds(10)]), 300_000);
  assert.equal(toleratedForMs([], []), undefined);
});

async function cluster(t: NodeTest) {
  const context = createTestContext('taint-eviction-controller');
  const { api, clock, informers } = context;
  api.register(nodes, pods, events);
  const controller = new TaintEvictionController(context, { workers: 2 });
  informers.start();
  await informers.synced();
  controller.start();
  t.after(async () => {
    informers.stop();
    await controller.stop();
  });
  await api.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' }, spec: {} });
  return {
    api,
    clock,
    taint: (...taints: Taint[]) =>
      api.patch(nodes, { name: 'node-1', type: 'merge', body: { spec: { taints } } }),
    run: (name: string, ...tolerations: Toleration[]) =>
      api.create(pods, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default' },
        spec: { nodeName: 'node-1', containers: [], tolerations },
        status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
      } as never),
    going: () =>
      api
        .all(pods)
        .filter(({ metadata }) => metadata.deletionTimestamp)
        .map(({ metadata }) => metadata.name)
        .sort(),
    reported: () => api.all(events).map(({ type, reason, message }) => `${type} ${reason} ${message}`),
  };
}

test('Pods go at once, later or never, as they tolerate the taint', async (t) => {
  const { api, clock, taint, run, going, reported } = await cluster(t);
  await run('none');
  await run('some', forSeconds(300));
  await run('ever', forSeconds());
  await clock.advance(1000);
  assert.deepEqual(going(), []);
  await taint(unreachable, { key: 'example.com/soft', effect: 'NoSchedule' });
  await clock.advance(1000);
  assert.deepEqual(going(), ['none']);
  const condition = api
    .all(pods)
    .find(({ metadata }) => metadata.name === 'none')
    ?.status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
  assert.deepEqual(
    [condition?.status, condition?.reason, condition?.message],
    ['True', 'DeletionByTaintManager', 'Taint manager: deleting due to NoExecute taint'],
  );
  await clock.advance(297_000);
  assert.deepEqual(going(), ['none']);
  await clock.advance(3_000);
  assert.deepEqual(going(), ['none', 'some']);
  await run('late', forSeconds(5));
  await run('never');
  await clock.advance(1000);
  assert.deepEqual(going(), ['never', 'none', 'some']);
  await clock.advance(5000);
  assert.deepEqual(going(), ['late', 'never', 'none', 'some']);
  assert.ok(reported().includes('Normal TaintManagerEviction Marking for deletion Pod default/some'));
});

test('a taint that is taken back takes the deletion back', async (t) => {
  const { clock, taint, run, going, reported } = await cluster(t);
  await run('some', forSeconds(300));
  await taint(unreachable);
  await clock.advance(200_000);
  await taint();
  await clock.advance(1000);
  assert.deepEqual(reported(), ['Normal TaintManagerEviction Cancelling deletion of Pod default/some']);
  await clock.advance(400_000);
  assert.deepEqual(going(), []);
  await taint(unreachable);
  await clock.advance(299_000);
  assert.deepEqual(going(), [], 'counts from the beginning');
  await clock.advance(2000);
  assert.deepEqual(going(), ['some']);
});
