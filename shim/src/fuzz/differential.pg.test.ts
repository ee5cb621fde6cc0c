import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createGrpcClient } from '../client/grpc-client.ts';
import { startStockEtcd, stockEtcdVersion } from '../conformance/stock-etcd.ts';
import { Random, testSeed } from '../mvcc/testing/random.ts';
import { TestDatabase } from '../postgres/testing/test-database.ts';
import { startShim } from '../server.ts';
import { type Pair, randomSteps, runSteps, type Step } from './differential.ts';
import { shrink } from './shrink.ts';
import { Side } from './side.ts';

// Random operations on a stock etcd and on a shim at once, in rounds that begin with empty servers. `npm run
// test:nightly` does many; PG8S_FUZZ_OPERATIONS and PG8S_TEST_SEED choose how many and which.
const operations = Number(process.env['PG8S_FUZZ_OPERATIONS'] ?? 2000);
const perRound = 1000;
const shrinkAttempts = 60;

const version = stockEtcdVersion();
const missing =
  version === undefined
    ? 'there is no `etcd` in PATH (Debian: etcd-server)'
    : process.env['PG8S_TEST_POSTGRES_URL'] === undefined
      ? 'PG8S_TEST_POSTGRES_URL names no PostgreSQL server'
      : false;

test(
  'random operations have the same effect on a stock etcd',
  { skip: missing, timeout: 7_200_000 },
  async (t) => {
    const seed = testSeed();
    t.diagnostic(`PG8S_TEST_SEED=${seed} PG8S_FUZZ_OPERATIONS=${operations} (etcd ${version})`);
    const random = new Random(seed);
    for (let done = 0; done < operations; done += perRound) {
      const steps = randomSteps(random, Math.min(perRound, operations - done), done === 0 ? 1 : 0);
      const difference = await runOnNewServers(t, steps);
      if (difference === undefined) continue;
      t.diagnostic(`seed ${seed}, after ${done + difference.steps} operations: ${difference.what}`);
      const shortest = await shrink(
        steps.slice(0, difference.steps),
        async (some) => (await runOnNewServers(t, some)) !== undefined,
        shrinkAttempts,
      );
      const again = (await runOnNewServers(t, shortest)) ?? difference;
      assert.fail(`seed ${seed}: ${again.what}\nafter\n${again.operations.join('\n')}`);
    }
  },
);

async function runOnNewServers(t: TestContext, steps: readonly Step[]) {
  const pair = await startPair(t);
  try {
    return await runSteps(pair, steps);
  } finally {
    await pair.close();
  }
}

async function startPair(t: TestContext): Promise<Pair> {
  const database = await TestDatabase.create(t);
  const shim = await startShim({ postgresUrl: database.url, listenClientUrls: ['http://127.0.0.1:0'] });
  const etcd = await startStockEtcd(version as string);
  const pair = {
    stock: new Side('stock', createGrpcClient({ endpoints: [etcd.clientUrl] })),
    shim: new Side('shim', createGrpcClient({ endpoints: shim.clientUrls })),
  };
  return {
    ...pair,
    version: version as string,
    async close() {
      pair.stock.close();
      pair.shim.close();
      await Promise.all([etcd.close(), shim.close()]);
    },
  };
}
