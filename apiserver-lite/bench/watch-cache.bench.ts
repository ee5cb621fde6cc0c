/**
 * What the watch cache saves, against reading and decoding for each client. Ratios count, not rates.
 *
 *     node apiserver-lite/bench/watch-cache.bench.ts
 */
import { pino } from 'pino';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { CachedStorage } from '../src/storage/cached-storage.ts';
import { FakeEtcd } from '../src/storage/etcd/testing/fake-etcd.ts';
import { createResourceStorage } from '../src/storage/resource-storage.ts';
import type { ListOptions, Watcher } from '../src/storage/storage.ts';
import { configMap, configMaps, listOptions, watchOptions } from '../src/storage/testing/test-objects.ts';
import { protobufValueCodec } from '../src/registry/resource-types/built-in/value-codecs.ts';

/** One measured operation. */
export interface BenchRow {
  name: string;
  operationsPerSecond: number;
  /** How many times as fast as the naive way. */
  ratio: number;
}

const objectCount = 10_000;
const watcherCount = 1_000;
const changeCount = 100;
const rounds = 5;

function sample(index: number): KubeObject {
  const data = Object.fromEntries(
    Array.from({ length: 12 }, (_, line) => [`key-${line}`, `value ${line} of object ${index}`.repeat(3)]),
  );
  return configMap(`object-${String(index).padStart(5, '0')}`, data, {
    app: `app-${index % 10}`,
    tier: 'front',
  });
}

/** The best of several rounds, in operations per second. */
async function measure(operations: number, operation: () => Promise<void> | void): Promise<number> {
  let best = 0;
  for (let round = 0; round < rounds; round++) {
    const begin = performance.now();
    await operation();
    best = Math.max(best, (operations * 1000) / (performance.now() - begin));
  }
  return best;
}

async function pages(storage: CachedStorage, options: ListOptions): Promise<number> {
  let count = 0;
  let continueToken = '';
  do {
    const page = await storage.list({ ...options, continueToken });
    count += page.items.length;
    ({ continueToken } = page);
  } while (continueToken !== '');
  return count;
}

async function takeAll(watcher: Watcher, count: number): Promise<number> {
  let bytes = 0;
  for (let taken = 0; taken < count;) {
    const batch = (await watcher.nextBatch()) ?? [];
    if (batch.length === 0) throw new Error('a watch ended early');
    for (const { object } of batch) {
      bytes += object.encoded('json', (value) => Buffer.from(JSON.stringify(value))).byteLength;
    }
    taken += batch.length;
  }
  return bytes;
}

/** Measures, after having checked that what is measured is right. */
export async function run(): Promise<BenchRow[]> {
  const etcd = new FakeEtcd();
  const storage = createResourceStorage({
    etcd,
    pathPrefix: '/registry',
    resource: configMaps,
    codec: protobufValueCodec,
    log: pino({ level: 'silent' }),
  });
  const values: Uint8Array[] = [];
  for (let index = 0; index < objectCount; index++) {
    const object = sample(index);
    const value = protobufValueCodec.encode(object, '');
    values.push(value);
    await etcd.put({ key: Buffer.from(`/registry/configmaps/default/${object.metadata.name}`), value });
  }
  const loadBegin = performance.now();
  await storage.ready();
  const loadMs = performance.now() - loadBegin;

  const decodeAll = () => {
    for (const value of values) protobufValueCodec.decode(value, '');
  };
  const naiveList = await measure(1, decodeAll);
  const everything = listOptions({ namespace: '' });
  const first = await storage.list(everything);
  if (first.items.length !== objectCount) throw new Error('the list is not whole');
  const list = await measure(20, async () => {
    for (let n = 0; n < 20; n++) await storage.list(everything);
  });
  const inPages = { ...everything, limit: 500 };
  if ((await pages(storage, inPages)) !== objectCount) throw new Error('the pages are not whole');
  const paged = await measure(5, async () => {
    for (let n = 0; n < 5; n++) await pages(storage, inPages);
  });

  const deliveries = watcherCount * changeCount;
  const changed = values.slice(0, changeCount);
  const naiveFanOut = await measure(changeCount * 20, () => {
    for (let watcher = 0; watcher < 20; watcher++) {
      for (const value of changed) Buffer.from(JSON.stringify(protobufValueCodec.decode(value, '')));
    }
  });
  const { resourceVersion } = await storage.list(everything);
  const watchers = await Promise.all(
    Array.from({ length: watcherCount }, () =>
      storage.watch(watchOptions({ namespace: 'default', resourceVersion })),
    ),
  );
  let change = 0;
  const fanOut = await measure(deliveries, async () => {
    const taken = watchers.map((watcher) => takeAll(watcher, changeCount));
    for (let n = 0; n < changeCount; n++) {
      const object = sample(change++);
      object['data'] = { change: String(change) };
      await etcd.put({
        key: Buffer.from(`/registry/configmaps/default/${object.metadata.name}`),
        value: protobufValueCodec.encode(object, ''),
      });
    }
    const bytes = await Promise.all(taken);
    if (new Set(bytes).size !== 1) throw new Error('the watchers saw different things');
  });
  storage.close();
  return [
    { name: `decode ${objectCount} values per list`, operationsPerSecond: naiveList, ratio: 1 },
    { name: `list ${objectCount}, consistent`, operationsPerSecond: list, ratio: list / naiveList },
    { name: `list ${objectCount}, pages of 500`, operationsPerSecond: paged, ratio: paged / naiveList },
    {
      name: `load the cache with ${objectCount}`,
      operationsPerSecond: 1000 / loadMs,
      ratio: 1000 / loadMs / naiveList,
    },
    { name: 'decode and print per watcher', operationsPerSecond: naiveFanOut, ratio: 1 },
    { name: `fan-out to ${watcherCount} watchers`, operationsPerSecond: fanOut, ratio: fanOut / naiveFanOut },
  ];
}

if (import.meta.main) {
  for (const { name, operationsPerSecond, ratio } of await run()) {
    console.log(`${name.padEnd(36)} ${operationsPerSecond.toFixed(1).padStart(11)}/s  ${ratio.toFixed(2)}x`);
  }
}
