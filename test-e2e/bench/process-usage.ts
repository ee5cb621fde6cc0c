import { readdirSync, readFileSync } from 'node:fs';

/** CPU time of a process's threads so far; 0 where there is no /proc, or no such process (any more). */
export function cpuSecondsOf(pid: number): number {
  let nanoseconds = 0;
  // Finer than what /proc/PID/stat has, which counts hundredths of a second.
  for (const thread of threads(pid)) {
    nanoseconds += Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0]);
  }
  return nanoseconds / 1e9;
}

function threads(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** Resident memory of a process; 0 where there is no /proc. */
export function residentBytesOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
