import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { accessSync, constants } from 'node:fs';
import { until } from '../../mvcc/testing/until.ts';
import { freePort } from '../../mvcc/testing/free-port.ts';

/** PgBouncer's program, on PATH or where Debian has it; undefined if there is none. */
export function findPgbouncer(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  return folders
    .map((folder) => join(folder, 'pgbouncer'))
    .find((program) => {
      try {
        accessSync(program, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** A PgBouncer in transaction mode before a server: each transaction may get another session. */
export class Pgbouncer {
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #port: number;

  private constructor(process: ChildProcess, folder: string, port: number) {
    this.#process = process;
    this.#folder = folder;
    this.#port = port;
  }

  /** Resolves when it takes connections. `serverUrl` is on a port, and trusts its clients. */
  static async start(program: string, serverUrl: string): Promise<Pgbouncer> {
    const { hostname, port: serverPort, username } = new URL(serverUrl);
    const port = await freePort();
    const folder = await mkdtemp(join(tmpdir(), 'pg8s-pgbouncer-'));
    await chmod(folder, 0o755);
    const settings = [
      '[databases]',
      `* = host=${hostname} port=${serverPort} user=${username}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = any',
      'pool_mode = transaction',
      'default_pool_size = 10',
      // Its default, 15, is how long everybody waits after a restart of the server.
      'server_login_retry = 1',
    ];
    const file = join(folder, 'pgbouncer.ini');
    await writeFile(file, `${settings.join('\n')}\n`);
    const child = spawn(program, ['--quiet', file], { stdio: 'ignore', ...user() });
    const pgbouncer = new Pgbouncer(child, folder, port);
    await until('PgBouncer to listen', () => child.exitCode !== null || isListening(port));
    if (child.exitCode !== null) throw new Error(`PgBouncer ended with ${child.exitCode}`);
    return pgbouncer;
  }

  /** The way through it to the database of `url`. */
  through(url: string): string {
    const way = new URL(url);
    way.host = `127.0.0.1:${this.#port}`;
    return way.href;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null) {
      const exited = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      await exited;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** It refuses to run as root. */
function user(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'nobody']).toString());
  return { uid: id('-u'), gid: id('-g') };
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
