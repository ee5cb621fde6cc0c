import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { eventually } from './command.ts';
import { RunningPg8s, temporaryDataDir } from './running-pg8s.ts';
import { StockClients } from './stock-clients.ts';

interface Budget {
  status: { disruptionsAllowed: number; currentHealthy: number; expectedPods: number };
}
interface Pods {
  items: { spec: { nodeName?: string } }[];
}

describe('kubectl drain respects disruption budgets', () => {
  let dataDir: Awaited<ReturnType<typeof temporaryDataDir>>;
  let pg8s: RunningPg8s;
  let clients: StockClients;

  before(async () => {
    dataDir = await temporaryDataDir();
    pg8s = await RunningPg8s.start(dataDir.path, '--nodes', '2');
    clients = await StockClients.of(pg8s);
    await clients.kubectl('create', 'deployment', 'web', '--image=nginx', '--replicas=4');
    await clients.kubectl('rollout', 'status', 'deployment/web');
  });

  after(async () => {
    await pg8s?.stop();
    await dataDir?.remove();
  });

  const budget = () => clients.get<Budget>('pdb', 'web');
  const nodes = async () =>
    (await clients.kubectl('get', 'nodes', '-o', 'name'))
      .trim()
      .split('\n')
      .map((name) => name.slice(5));

  const podsOn = async (node: string) => {
    const { items } = await clients.get<Pods>('pods', '-l', 'app=web');
    return items.filter(({ spec }) => spec.nodeName === node).length;
  };

  test('a budget that allows nothing keeps every Pod', async () => {
    await clients.kubectl('create', 'pdb', 'web', '--selector=app=web', '--min-available=4');
    await eventually(async () => (await budget()).status.currentHealthy === 4);
    const [node = ''] = await nodes();
    const count = await podsOn(node);
    assert.ok(count > 0);
    const { code, stderr } = await clients.tryKubectl(['drain', node, '--timeout=3s']);
    assert.notEqual(code, 0);
    assert.match(stderr, /Cannot evict pod as it would violate the pod's disruption budget\./);
    assert.equal(await podsOn(node), count);
    await clients.kubectl('uncordon', node);
  });

  test('a budget that allows one lets them go one after the other', async () => {
    await clients.kubectl('patch', 'pdb', 'web', '--type=merge', '-p', '{"spec":{"minAvailable":3}}');
    await eventually(async () => (await budget()).status.disruptionsAllowed === 1);
    const [node = ''] = await nodes();
    const output = await clients.kubectl('drain', node, '--timeout=60s');
    assert.match(output, new RegExp(`node/${node} drained`));
    await eventually(async () => {
      assert.equal(await podsOn(node), 0);
      const { status } = await budget();
      assert.deepEqual([status.currentHealthy, status.expectedPods, status.disruptionsAllowed], [4, 4, 1]);
      return true;
    });
  });
});
