/**
 * What 500 CustomResourceDefinitions cost an API server, on an etcd in memory: its start with and without
 * them, discovery and OpenAPI after one more definition, and memory. Limits: half a second more for the
 * start, one second for discovery and OpenAPI, 150 MiB.
 *
 *     node --expose-gc apiserver-lite/bench/definitions.bench.ts
 */
import { pino } from 'pino';
import { createApiserver, type BuiltApiserver } from '../src/apiserver.ts';
import { fakeExchange } from '../src/http/testing/fake-exchange.ts';
import { FakeEtcd } from '../src/storage/etcd/testing/fake-etcd.ts';

const count = 500;
const rounds = 5;
const log = pino({ level: 'silent' });
const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

function serverOn(etcd: FakeEtcd): BuiltApiserver {
  return createApiserver({
    etcd,
    log,
    etcdCompactionIntervalMs: 0,
    writesEndpoints: false,
    tokens: () => ({ name: 'admin', groups: ['system:masters'] }),
  });
}

interface Asked {
  url: string;
  body?: object;
  accept?: string;
}

async function ask(
  server: BuiltApiserver,
  { url, body, accept = 'application/json' }: Asked,
): Promise<string> {
  const { context, response } = fakeExchange({
    method: body === undefined ? 'GET' : 'POST',
    url,
    headers: { authorization: 'Bearer admin', 'content-type': 'application/json', accept },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  await server.handler(context);
  return response.text;
}

/** A tree of objects, each with so many fields. */
function fields(width: number, depth: number): object {
  const field =
    depth === 0
      ? {
          type: 'string',
          description: 'What it is for, in a sentence of the usual length.',
          pattern: '^[a-z]+$',
        }
      : { type: 'object', description: 'A part of it.', properties: fields(width, depth - 1) };
  return Object.fromEntries(Array.from({ length: width }, (_, index) => [`field${index}`, field]));
}

const schema = {
  type: 'object',
  properties: {
    spec: { type: 'object', properties: fields(5, 2) },
    status: { type: 'object', properties: fields(4, 1) },
  },
};

/** About 20 KB, as those of operators are, ten to a group. */
function definition(index: number): object {
  const group = `g${Math.floor(index / 10)}.example.com`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `things${index}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: `things${index}`, kind: `Thing${index}` },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: schema },
        },
      ],
    },
  };
}

async function untilDiscovered(server: BuiltApiserver, index: number): Promise<void> {
  const url = `/apis/g${Math.floor(index / 10)}.example.com/v1`;
  while (!(await ask(server, { url })).includes(`"things${index}"`)) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}

function heapMiB(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

interface Figures {
  startMs: number;
  /** Of the whole process with the etcd in it, while the server runs. */
  heapMiB: number;
}

async function start(etcd: FakeEtcd): Promise<Figures> {
  const server = serverOn(etcd);
  const startMs = await timed(() => server.start());
  const figures = { startMs, heapMiB: heapMiB() };
  await server.close();
  return figures;
}

// First, so that nothing of the definitions is in memory yet.
const empty = new FakeEtcd();
const without: Figures[] = [];
for (let round = 0; round < rounds; round++) without.push(await start(empty));

const full = new FakeEtcd();
const writer = serverOn(full);
await writer.start();
for (let index = 0; index < count; index++) await ask(writer, { url: path, body: definition(index) });
for (let index = 0; index < count; index++) await untilDiscovered(writer, index);
await writer.close();
const having: Figures[] = [];
for (let round = 0; round < rounds; round++) having.push(await start(full));

const server = serverOn(full);
await server.start();
const documents = {
  discovery: { url: '/apis', accept: aggregated },
  'OpenAPI v3, the index': { url: '/openapi/v3' },
  'OpenAPI v2': { url: '/openapi/v2' },
};
for (const asked of Object.values(documents)) await ask(server, asked);
const changes: Record<string, number[]> = {};
for (let round = 0; round < rounds; round++) {
  const index = count + round;
  const discoveredMs = await timed(async () => {
    await ask(server, { url: path, body: definition(index) });
    await untilDiscovered(server, index);
  });
  (changes['from its creation to discovery'] ??= []).push(discoveredMs);
  for (const [name, asked] of Object.entries(documents)) {
    (changes[name] ??= []).push(await timed(() => ask(server, asked)));
  }
}
await server.close();

const of = (figures: readonly Figures[], key: keyof Figures) => median(figures.map((each) => each[key]));
const moreMs = of(having, 'startMs') - of(without, 'startMs');
const moreMiB = of(having, 'heapMiB') - of(without, 'heapMiB');
console.log(
  `start: ${of(without, 'startMs').toFixed(0)} ms without, ${moreMs.toFixed(0)} ms more with ${count} definitions (limit 500)`,
);
console.log(`memory: ${moreMiB.toFixed(0)} MiB more, with what the etcd keeps (limit 150)`);
for (const [name, values] of Object.entries(changes)) {
  console.log(`after one more definition, ${name}: ${median(values).toFixed(0)} ms (limit 1000)`);
}
if (moreMs > 500 || moreMiB > 150 || Object.values(changes).some((values) => median(values) > 1000)) {
  process.exitCode = 1;
}
