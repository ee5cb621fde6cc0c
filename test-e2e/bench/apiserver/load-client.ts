/** The client process of the bench: does the loads that the parent tells, one after the other. */
import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { Load, LoadReply, LoadRequest, Measured } from './load.ts';
import { deployment, noteDefinition, pod, smallObject } from './objects.ts';
import { ApiConnection } from './api-connection.ts';

/** So many clients share a connection, as the workers of a controller do. */
const clientsPerConnection = 4;
/** What each client has to get, patch or apply. */
const objectsPerClient = 8;
/** So far may writers be ahead of watchers: a stock server ends watches with more than ten events to come. */
const maxEventsAhead = 12;
/** Latencies are taken at so many of the watchers: to read each event of all would be the client's work. */
const watchersTimed = 8;

/** One operation of one client; `n` counts the operations of all. */
type Operation = (client: number, n: number) => Promise<unknown>;

const reply = (message: LoadReply): void => void process.send?.(message);
const run = randomBytes(3).toString('hex');
let loads = 0;

process.on('message', (request: LoadRequest) => {
  perform(request).then(
    (measured) => reply({ measured }),
    (error: unknown) => reply({ failed: String(error) }),
  );
});

async function perform({ port, token, load }: LoadRequest): Promise<Measured> {
  const open = (): Promise<ApiConnection> => ApiConnection.open(port, token);
  const clients = load.kind === 'watch' ? load.writers : load.clients;
  const connections = await openMany(Math.ceil(clients / clientsPerConnection), open);
  const connectionOf = (client: number): ApiConnection =>
    connections[client % connections.length] as ApiConnection;
  try {
    if (load.kind === 'watch') return await watch(load, connectionOf, open);
    const operation = await prepare(load, connectionOf);
    let n = 0;
    await eachOf(load.clients, async (client) => {
      for (let i = 0; i < 4; i++) await operation(client, n++);
    });
    reply({ ready: true });
    const latencies: number[] = [];
    const cpu = process.cpuUsage();
    const start = performance.now();
    const end = start + load.seconds * 1000;
    await eachOf(load.clients, async (client) => {
      for (let before = performance.now(); before < end;) {
        await operation(client, n++);
        const after = performance.now();
        latencies.push(after - before);
        before = after;
      }
    });
    return summarize({ count: latencies.length, latencies, elapsedMs: performance.now() - start, cpu });
  } finally {
    for (const connection of connections) connection.close();
  }
}

async function prepare(
  load: Exclude<Load, { kind: 'watch' }>,
  connectionOf: (client: number) => ApiConnection,
): Promise<Operation> {
  const namespace = `${load.kind.toLowerCase()}-${run}-${load.kind === 'list' ? load.pods : loads++}`;
  const isNew = await ensureNamespace(connectionOf(0), namespace);
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const nameOf = (client: number, n: number): string => `shop-7d4b9c6f5-${client}-${n % objectsPerClient}`;
  const fill = (count: number, name: (index: number) => string): Promise<void> =>
    eachOf(Math.min(count, 32), async (client) => {
      for (let index = client; index < count; index += 32) {
        await connectionOf(client).create(pods, pod(name(index)));
      }
    });
  const fillEach = (): Promise<void> =>
    fill(load.clients * objectsPerClient, (i) => nameOf(i % load.clients, Math.floor(i / load.clients)));
  switch (load.kind) {
    case 'createSmall':
    case 'listSmall':
    case 'applySmall':
      return small(load, namespace, connectionOf);
    case 'create':
      return (client, n) => connectionOf(client).create(pods, pod(`shop-7d4b9c6f5-${n}`));
    case 'get':
      await fillEach();
      return (client, n) => connectionOf(client).get(`${pods}/${nameOf(client, n)}`);
    case 'strategicMergePatch':
    case 'mergePatch': {
      const type = patchTypes[load.kind];
      await fillEach();
      return (client, n) =>
        connectionOf(client).patch(`${pods}/${nameOf(client, n)}`, type, {
          metadata: { annotations: { 'example.com/revision': String(n) } },
        });
    }
    case 'apply': {
      const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
      const apply: Operation = (client, n) => {
        const name = nameOf(client, n);
        const path = `${deployments}/${name}?fieldManager=bench&force=true`;
        return connectionOf(client).patch(path, patchTypes.apply, deployment(name, n));
      };
      await eachOf(load.clients, async (client) => {
        for (let i = 0; i < objectsPerClient; i++) await apply(client, i);
      });
      return apply;
    }
    case 'list':
      if (isNew) await fill(load.pods, (i) => `shop-7d4b9c6f5-${i}`);
      return list(load, pods, connectionOf);
  }
}

const smallObjects = 2000;

async function small(
  { kind, of, clients }: Extract<Load, { of: string }>,
  namespace: string,
  connectionOf: (client: number) => ApiConnection,
): Promise<Operation> {
  if (of === 'notes') await defineNotes(connectionOf(0));
  const root = of === 'notes' ? '/apis/bench.example.com/v1' : '/api/v1';
  const path = `${root}/namespaces/${namespace}/${of}`;
  const apply: Operation = (client, n) => {
    const name = `note-${client}-${n % objectsPerClient}`;
    const query = '?fieldManager=bench&force=true';
    return connectionOf(client).patch(`${path}/${name}${query}`, patchTypes.apply, smallObject(of, name, n));
  };
  switch (kind) {
    case 'createSmall':
      return (client, n) => connectionOf(client).create(path, smallObject(of, `note-${n}`, 0));
    case 'applySmall':
      await eachOf(clients, async (client) => {
        for (let i = 0; i < objectsPerClient; i++) await apply(client, i);
      });
      return apply;
    case 'listSmall':
      await eachOf(32, async (client) => {
        for (let index = client; index < smallObjects; index += 32) {
          await connectionOf(client).create(path, smallObject(of, `note-${index}`, 0));
        }
      });
      return list({ pods: smallObjects, gzip: false }, path, connectionOf);
  }
}

/** Until the kind can be asked for. */
async function defineNotes(connection: ApiConnection): Promise<void> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  await connection.createIfAbsent(path, noteDefinition);
  for (;;) {
    const { status } = await connection.getJson<{
      status: { conditions?: { type: string; status: string; lastTransitionTime: string }[] };
    }>(`${path}/${noteDefinition.metadata.name}`);
    const established = status.conditions?.find(({ type }) => type === 'Established');
    // A stock server takes its time with the first objects after that.
    const since = Date.now() - Date.parse(established?.lastTransitionTime ?? '');
    if (established?.status === 'True' && since > 3000) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const patchTypes = {
  strategicMergePatch: 'application/strategic-merge-patch+json',
  mergePatch: 'application/merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/** To read every list would cost more than to serve it: the first is counted, the others weighed. */
function list(
  { pods: count, gzip }: { pods: number; gzip: boolean },
  path: string,
  connectionOf: (client: number) => ApiConnection,
): Operation {
  let leastBytes = 0;
  return async (client) => {
    const { chunks, bytes } = await connectionOf(client).list(path, gzip);
    if (leastBytes === 0) {
      const whole = Buffer.concat(chunks);
      const { items } = JSON.parse(String(gzip ? gunzipSync(whole) : whole)) as { items: unknown[] };
      if (items.length !== count) throw new Error(`a list has ${items.length} items instead of ${count}`);
      // What is compressed varies a little.
      leastBytes = bytes * 0.95;
    }
    if (bytes < leastBytes) throw new Error('a list is too short');
  };
}

/** Whether it was not there. */
async function ensureNamespace(connection: ApiConnection, name: string): Promise<boolean> {
  const isNew = await connection.createIfAbsent('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  });
  // No controller makes it here, and Pods that are created must have one.
  await connection.createIfAbsent(`/api/v1/namespaces/${name}/serviceaccounts`, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default' },
  });
  return isNew;
}

/** Latencies are those from the sending of a patch to its event at a watcher. */
async function watch(
  load: Extract<Load, { kind: 'watch' }>,
  connectionOf: (client: number) => ApiConnection,
  open: () => Promise<ApiConnection>,
): Promise<Measured> {
  const { watchers, writers, seconds } = load;
  const namespace = `watch-${run}-${loads++}`;
  const setup = connectionOf(0);
  await ensureNamespace(setup, namespace);
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  for (let writer = 0; writer < writers; writer++) await setup.create(pods, pod(`shop-${writer}`));
  const { metadata } = await setup.getJson<{ metadata: { resourceVersion: string } }>(pods);

  const latencies: number[] = [];
  let [delivered, written] = [0, 0];
  let failure: Error | undefined;
  let changed = Promise.withResolvers<void>();
  // As many programs: each with a connection of its own.
  const connections = await openMany(watchers, open);
  connections.forEach((connection, index) => {
    connection.watch(`${pods}?watch=true&resourceVersion=${metadata.resourceVersion}`, {
      events: (count) => {
        delivered += count;
        changed.resolve();
      },
      ...(index < watchersTimed ? { sentAt: (ms) => latencies.push(performance.now() - ms) } : {}),
      end: (error) => {
        failure = error ?? new Error('a watch ended');
        changed.resolve();
      },
    });
  });
  const until = async (condition: () => boolean): Promise<void> => {
    for (const patience = performance.now() + 30_000; !condition();) {
      if (failure !== undefined) throw failure;
      if (performance.now() > patience) throw new Error(`${delivered} events of ${written * watchers}`);
      changed = Promise.withResolvers<void>();
      await Promise.race([changed.promise, new Promise((resolve) => setTimeout(resolve, 1000))]);
    }
  };
  const write = async (writer: number): Promise<void> => {
    const annotations = { 'example.com/sent': performance.now().toFixed(3) };
    written++;
    await connectionOf(writer).patch(`${pods}/shop-${writer}`, patchTypes.mergePatch, {
      metadata: { annotations },
    });
  };
  const isDelivered = (): boolean => delivered >= written * watchers;
  try {
    // All watches are open when all have seen an event.
    await write(0);
    await until(isDelivered);
    reply({ ready: true });
    [latencies.length, delivered, written] = [0, 0, 0];
    const cpu = process.cpuUsage();
    const start = performance.now();
    const end = start + seconds * 1000;
    await eachOf(writers, async (writer) => {
      while (performance.now() < end) {
        await until(() => written - delivered / watchers < maxEventsAhead);
        await write(writer);
      }
    });
    await until(isDelivered);
    return summarize({ count: delivered, latencies, elapsedMs: performance.now() - start, cpu });
  } finally {
    for (const connection of connections) connection.close();
  }
}

async function openMany(count: number, open: () => Promise<ApiConnection>): Promise<ApiConnection[]> {
  const connections: ApiConnection[] = [];
  // One by one: handshakes are not what is measured.
  for (let i = 0; i < count; i++) connections.push(await open());
  return connections;
}

async function eachOf(count: number, work: (index: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, index) => work(index)));
}

function summarize(raw: {
  count: number;
  latencies: number[];
  elapsedMs: number;
  cpu: NodeJS.CpuUsage;
}): Measured {
  const { user, system } = process.cpuUsage(raw.cpu);
  const sorted = Float64Array.from(raw.latencies).sort();
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
  return {
    count: raw.count,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    elapsedMs: raw.elapsedMs,
    clientCpuSeconds: (user + system) / 1e6,
  };
}
