import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../api-client.ts';

/** What a second client saw while others were served. */
export interface Stall {
  /** The longest wait for `GET /readyz`. */
  waitedMs: number;
  /**
   * The most CPU time that the server's main thread took during one such wait: what a quiet machine would
   * show.
   */
  busyMs: number;
  residentMiB: number;
}

/** CPU time of a process's main thread so far, in milliseconds. Linux only. */
async function mainThreadMs(pid: number): Promise<number> {
  const [nanoseconds] = (await readFile(`/proc/${pid}/task/${pid}/schedstat`, 'utf8')).split(' ');
  return Number(nanoseconds) / 1e6;
}

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
}

/** Asks `GET /readyz` again and again while `work` runs. */
export async function watchStall(pid: number, client: ApiClient, work: () => Promise<void>): Promise<Stall> {
  const stall: Stall = { waitedMs: 0, busyMs: 0, residentMiB: 0 };
  const state = { working: true };
  const working = work().finally(() => (state.working = false));
  do {
    const [startedMs, cpuMs] = [performance.now(), await mainThreadMs(pid)];
    await client.ask('/readyz');
    const waitedMs = performance.now() - startedMs;
    stall.waitedMs = Math.max(stall.waitedMs, waitedMs);
    stall.busyMs = Math.max(stall.busyMs, Math.min(waitedMs, (await mainThreadMs(pid)) - cpuMs));
    stall.residentMiB = Math.max(stall.residentMiB, await residentMiB(pid));
    await sleep(5);
  } while (state.working);
  await working;
  return stall;
}
