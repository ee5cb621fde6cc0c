import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';

/** A folder that goes with this process. */
export interface TemporaryFolder {
  path: string;
  /** The folder stays as long as anybody has this open: this process, and what it gives it to. */
  holds: Writable;
  /** Lets go of it; resolves when it is removed, which waits for the others who have it open. */
  remove(): Promise<void>;
}

/**
 * Makes a folder in the system's own for temporary files, for this user alone. A shell waits on a pipe and
 * removes the folder when nobody has the other end open any more, however that came.
 */
export async function makeTemporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'pg8s-'));
  const shell = spawn('/bin/sh', ['-c', 'read -r line; rm -rf -- "$1"', 'pg8s', path], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await once(shell, 'spawn');
  const holds = shell.stdin;
  holds.on('error', () => undefined);
  const removed = once(shell, 'exit');
  // It shall not keep a process alive that has nothing else to do.
  shell.unref();
  (holds as unknown as { unref?(): void }).unref?.();
  return {
    path,
    holds,
    remove: async () => {
      shell.ref();
      holds.end();
      await removed;
    },
  };
}
