import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { eventually } from './command.ts';
import { RunningPg8s, temporaryDataDir } from './running-pg8s.ts';
import { StockClients } from './stock-clients.ts';

interface Pod {
  status: {
    phase: string;
    containerStatuses?: { state: { waiting?: { reason: string; message?: string } } }[];
    conditions?: { type: string; message?: string }[];
  };
}

interface Events {
  items: {
    reason: string;
    message: string;
    action?: string;
    eventTime: string | null;
    firstTimestamp: string | null;
    reportingComponent: string;
  }[];
}

describe('Pods on simulated nodes, as kubectl sees them', () => {
  let dataDir: Awaited<ReturnType<typeof temporaryDataDir>>;
  let pg8s: RunningPg8s;
  let clients: StockClients;

  before(async () => {
    dataDir = await temporaryDataDir();
    pg8s = await RunningPg8s.start(dataDir.path);
    clients = await StockClients.of(pg8s);
    await apply(
      { name: 'env' },
      { containers: [container({ envFrom: [{ configMapRef: { name: 'late' } }] })] },
    );
    await apply(
      { name: 'mount' },
      { containers: [container()], volumes: [{ name: 'v', secret: { secretName: 'late' } }] },
    );
    await apply(
      { name: 'claim' },
      { containers: [container()], volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'late' } }] },
    );
    await apply(
      { name: 'short' },
      { restartPolicy: 'Never', containers: [container({ command: ['sleep', '4'] })] },
    );
    await apply({ name: 'crash' }, { containers: [container({ command: ['false'] })] });
  });

  after(async () => {
    await pg8s?.stop();
    await dataDir?.remove();
  });

  const container = (more: object = {}): object => ({ name: 'c', image: 'nginx', ...more });

  async function apply(metadata: object, spec: object): Promise<void> {
    const file = join(dataDir.path, 'pod.json');
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata, spec }));
    await clients.kubectl('apply', '-f', file);
  }

  const podOf = (name: string): Promise<Pod> => clients.get<Pod>('pod', name);
  const waitingOf = async (name: string) => (await podOf(name)).status.containerStatuses?.[0]?.state.waiting;
  const eventsOf = async (name: string) =>
    (await clients.get<Events>('events', '--field-selector', `involvedObject.name=${name}`)).items;

  test('what is missing keeps a Pod from running, and its coming lets it run', async () => {
    await eventually(async () => (await waitingOf('env'))?.reason === 'CreateContainerConfigError');
    assert.equal((await waitingOf('env'))?.message, 'configmap "late" not found');
    await eventually(async () => (await eventsOf('mount')).some(({ reason }) => reason === 'FailedMount'));
    const mount = (await eventsOf('mount')).find(({ reason }) => reason === 'FailedMount');
    assert.equal(mount?.message, 'MountVolume.SetUp failed for volume "v" : secret "late" not found');
    assert.equal((await waitingOf('mount'))?.reason, 'ContainerCreating');
    await eventually(async () => (await podOf('claim')).status.conditions !== undefined);
    assert.equal(
      (await podOf('claim')).status.conditions?.[0]?.message,
      '0/1 nodes are available: persistentvolumeclaim "late" not found. not found',
    );
    await clients.kubectl('create', 'configmap', 'late', '--from-literal=a=b');
    await clients.kubectl('create', 'secret', 'generic', 'late', '--from-literal=a=b');
    await eventually(async () => (await podOf('env')).status.phase === 'Running');
    await eventually(async () => (await podOf('mount')).status.phase === 'Running');
  });

  test('the scheduler speaks in events of the new form, the node in the old one', async () => {
    const scheduled = (await eventsOf('env')).find(({ reason }) => reason === 'Scheduled');
    assert.equal(scheduled?.action, 'Binding');
    assert.equal(scheduled.firstTimestamp, null);
    assert.match(scheduled.eventTime ?? '', /^\d{4}-.*\.\d{6}Z$/);
    assert.equal(scheduled.reportingComponent, 'default-scheduler');
    const pulled = (await eventsOf('env')).find(({ reason }) => reason === 'Pulled');
    assert.equal(pulled?.eventTime, null);
    assert.notEqual(pulled.firstTimestamp, null);
  });

  test('logs tell what is simulated, and end when the container does', async () => {
    const followed = await clients.kubectl('logs', '-f', 'short');
    assert.match(followed, /^pg8s: node node-1 simulates this container/);
    assert.match(followed, /\npg8s: ended with exit code 0 \(Completed\)\n$/);
    assert.equal(
      await clients.kubectl('logs', 'short', '--tail=1'),
      'pg8s: ended with exit code 0 (Completed)\n',
    );
    assert.match(
      await clients.kubectl('logs', 'short', '--tail=1', '--timestamps'),
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z pg8s: /,
    );
    assert.equal(await clients.kubectl('logs', 'short', '--limit-bytes=5'), 'pg8s:');
    assert.match(await clients.kubectl('logs', 'crash', '--previous'), /ended with exit code 1 \(Error\)\n$/);
    assert.equal(await clients.kubectl('logs', 'claim'), '', 'a Pod without a node has none');
    const refused = async (...args: string[]): Promise<string> => {
      const { code, stderr } = await clients.tryKubectl(['logs', ...args]);
      assert.notEqual(code, 0);
      return stderr;
    };
    assert.match(
      await refused('short', '--previous'),
      /previous terminated container "c" in pod "short" not found/,
    );
    assert.match(await refused('short', '-c', 'x'), /container x is not valid for pod short/);
    const { stderr } = await clients.tryKubectl([
      'get',
      '--raw',
      '/api/v1/namespaces/default/pods/short/log?tailLines=-1',
    ]);
    assert.match(stderr, /tailLines: Invalid value: -1: must be greater than or equal to 0/);
  });
});
