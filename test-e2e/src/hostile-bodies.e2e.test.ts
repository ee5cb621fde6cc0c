import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ApiClient } from './api-client.ts';
import { eventually } from './command.ts';
import { hostileRequests, targets } from './hostile/bodies.ts';
import { customCollections, customRequests, customTargets } from './hostile/custom-resources.ts';
import { measureSlowness } from './hostile/slowness.ts';
import { watchStall } from './hostile/stall-watch.ts';
import { RunningPg8s, temporaryDataDir } from './running-pg8s.ts';

/**
 * What a second client may wait at most, on a machine as fast as the one of `measureSlowness` that has
 * nothing else to do.
 */
const maxStallMs = 250;
const maxResidentMiB = 1536;
/** The first time compiles what is asked; a collection of garbage may come between. */
const tries = 3;

/**
 * Whether other processes take the machine's time. Then each core does less in the same time, as two threads
 * share it, and the limit is a larger one.
 */
function isBusy(): boolean {
  const [startedMs, started] = [performance.now(), process.cpuUsage()];
  let sum = 0;
  while (performance.now() - startedMs < 500) sum += Math.sqrt(sum + 1);
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000 < 0.9 * (performance.now() - startedMs);
}

/** Words that JavaScript's engine or a library has for what went wrong. */
const foreignWords =
  /call stack|at position \d|Cannot read prop|is not a function|is not iterable|Unexpected token|Invalid string length|BigInt/;

describe('small requests that ask for much', { skip: process.platform !== 'linux' }, () => {
  let dataDir: Awaited<ReturnType<typeof temporaryDataDir>>;
  let pg8s: RunningPg8s;
  let attacker: ApiClient;
  let second: ApiClient;
  let pid: number;

  let slowness = 1;

  before(async () => {
    slowness = Math.max(measureSlowness(), isBusy() ? 2 : 1);
    console.log(`a second client may wait ${Math.round(slowness * maxStallMs)} ms`);
    dataDir = await temporaryDataDir();
    pg8s = await RunningPg8s.start(dataDir.path, '--nodes', '0');
    [attacker, second] = [await ApiClient.of(pg8s), await ApiClient.of(pg8s)];
    pid = Number.parseInt(await readFile(join(dataDir.path, 'pg8s.pid'), 'utf8'), 10);
    for (const { path, ...request } of [...targets, ...customTargets]) {
      const { code, body } = await attacker.ask(path, request);
      assert.equal(code, 201, body.toString().slice(0, 500));
    }
    for (const path of customCollections) {
      await eventually(async () => (await attacker.ask(path)).code === 200);
    }
  });

  after(async () => {
    attacker?.close();
    second?.close();
    await pg8s?.stop();
    await dataDir?.remove();
  });

  for (const [name, { path, ...request }] of Object.entries({ ...hostileRequests, ...customRequests })) {
    test(name, async () => {
      const limitMs = slowness * maxStallMs;
      let best = Number.POSITIVE_INFINITY;
      for (let count = 0; count < tries && best > limitMs; count++) {
        const stall = await watchStall(pid, second, async () => {
          const { code, body } = await attacker.ask(path, request);
          const text = body.toString();
          assert.ok(code < 500 || text.includes('typed patch object'), `${code}: ${text.slice(0, 500)}`);
          assert.doesNotMatch(text.slice(0, 100_000), foreignWords);
        });
        if (process.env['PG8S_SHOW_STALLS'] !== undefined) console.log(name, stall);
        assert.ok(stall.residentMiB < maxResidentMiB, `${stall.residentMiB} MiB`);
        best = Math.min(best, stall.busyMs);
      }
      assert.ok(best <= limitMs, `a second client waited ${Math.round(best)} ms`);
    });
  }
});
