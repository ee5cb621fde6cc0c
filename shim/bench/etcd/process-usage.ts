import { readFileSync } from 'node:fs';

/** Linux counts CPU time for users in hundredths of a second (`getconf CLK_TCK`). */
const ticksPerSecond = 100;

/** CPU time of a process so far; 0 where there is no /proc, or no such process (any more). */
export function cpuSecondsOf(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  // The second field is a name in parentheses, which may contain anything.
  const [, , , , , , , , , , , user = '0', system = '0'] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(user) + Number(system)) / ticksPerSecond;
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
