import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A program, and the world that it sees. */
export interface PodProcessOptions {
  /** The file of the Pod's network namespace. */
  readonly network: string;
  readonly hostname: string;
  /** An empty folder, which becomes the root of its files. */
  readonly root: string;
  /** Files and folders of this machine, by the path under which the program sees them. */
  readonly mounts: readonly { readonly from: string; readonly to: string; readonly isFile?: true }[];
  readonly env: readonly (readonly [name: string, value: string])[];
  readonly command: readonly string[];
  /** Whether it is started again when it ends; a second later. */
  readonly restarts: (code: number | null) => boolean;
}

const keptOutputLength = 8000;
const restartDelayMs = 1000;

/**
 * Sets the host name and mounts what follows, in namespaces of its own, and becomes the program: `$1` host
 * name, `$2` root, pairs of paths up to `--`, then variables and the command, as env takes them.
 */
const script = `
hostname "$1"; root=$2; shift 2
while [ "$1" != -- ]; do mount --bind "$1" "$root$2" || exit 125; shift 2; done
shift
exec env -i "$@"`;

/** A program that runs in the network of a Pod, with files of its own. */
export class PodProcess {
  readonly #options: PodProcessOptions;
  #child: ChildProcess | undefined;
  #output = '';
  #isEnding = false;
  #timer: NodeJS.Timeout | undefined;

  private constructor(options: PodProcessOptions) {
    this.#options = options;
  }

  static async start(options: PodProcessOptions): Promise<PodProcess> {
    const { root, mounts } = options;
    await mkdir(join(root, 'tmp'), { recursive: true });
    await mkdir(join(root, 'etc'), { recursive: true });
    await writeFile(join(root, 'etc/hosts'), `127.0.0.1 localhost\n`);
    for (const { to, isFile } of mounts) {
      const place = join(root, to);
      await mkdir(isFile === true ? dirname(place) : place, { recursive: true });
      if (isFile === true) await writeFile(place, '');
    }
    const started = new PodProcess(options);
    started.#spawn();
    return started;
  }

  /** The last that it wrote. */
  get output(): string {
    return this.#output;
  }

  /** Asks it to end, and makes it end where it does not within the grace; resolves when it is gone. */
  async end(graceMs: number): Promise<void> {
    this.#isEnding = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await exited;
    clearTimeout(timer);
  }

  #spawn(): void {
    const { network, hostname, root, mounts, env, command, restarts } = this.#options;
    const child = spawn(
      'nsenter',
      [
        `--net=${network}`,
        'unshare',
        '--uts',
        '--mount',
        'sh',
        '-c',
        script,
        'sh',
        hostname,
        root,
        ...mounts.flatMap(({ from, to }) => [from, to]),
        '--',
        ...env.map(([name, value]) => `${name}=${value}`),
        '/usr/sbin/chroot',
        root,
        ...command,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#child = child;
    const keep = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk.toString()).slice(-keptOutputLength);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => keep(Buffer.from(error.message)));
    child.on('exit', (code) => {
      if (this.#isEnding || !restarts(code)) return;
      this.#timer = setTimeout(() => this.#spawn(), restartDelayMs);
    });
  }
}
