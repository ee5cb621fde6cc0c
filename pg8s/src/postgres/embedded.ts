import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { embeddedBinaries, type PostgresBinaries } from './binaries.ts';
import { exists } from './exists.ts';
import { reachableBinaries, reachableFolder, type ServerUser, serverUser } from './server-user.ts';
import { UsageError } from '../usage-error.ts';

/** A running PostgreSQL of our own. */
export interface EmbeddedPostgres {
  /** For the driver; the server listens on a Unix socket in a folder that only its owner may enter. */
  url: string;
  version: string;
  /** Whether this start made the database. */
  created: boolean;
  /** Settles when the server ends by itself: with what it said last. */
  failed: Promise<Error>;
  /** A fast shutdown: clients are sent away, everything is on disk. Resolves when the process has ended. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Made when missing. */
  dataDir: string;
  log: Logger;
  /** Further server settings, e.g. `{ fsync: 'off' }` for tests. */
  settings?: Readonly<Record<string, string>>;
  /** Another PostgreSQL's programs than those that came with pg8s. */
  binaries?: PostgresBinaries;
}

const socketPort = 5432;
/** The longest path of a Unix socket, less the name that PostgreSQL gives it (Linux: 108 with the final zero; macOS: 104). */
const longestSocketFolder = 103 - '/.s.PGSQL.5432.lock'.length;
const startTimeoutMs = 60_000;
const stopTimeoutMs = 8_000;

/**
 * Starts PostgreSQL on `dataDir`, initialising it first where it is empty. A server left behind by a killed process
 * is stopped first. The server is in a process group of its own, so that Ctrl-C reaches it last, through `stop`.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log } = options;
  const user = await serverUser();
  let binaries = options.binaries ?? (await embeddedBinaries());
  let folder = resolve(options.dataDir);
  if (user === undefined) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } else {
    binaries = await reachableBinaries(binaries, user);
    folder = await reachableFolder(folder, user);
  }

  const unfinished = `${folder}.initialising`;
  if (await exists(unfinished)) await empty(folder);
  const found = await readFile(join(folder, 'PG_VERSION'), 'utf8').catch(() => undefined);
  const major = binaries.version.split('.')[0];
  if (found !== undefined && found.trim() !== major) {
    throw new UsageError(
      `the database in ${options.dataDir} was made by PostgreSQL ${found.trim()}; this is ${binaries.version}`,
    );
  }
  if (found === undefined) {
    // Whoever is killed in here leaves the mark, and the next start begins anew.
    await writeFile(unfinished, '');
    await initialise({ binaries, folder, user, log });
    await rm(unfinished);
  } else {
    await stopOrphan(folder, log);
  }

  const sockets =
    folder.length <= longestSocketFolder
      ? { folder, own: false }
      : { folder: await socketFolder(user), own: true };
  const settings = {
    listen_addresses: '',
    unix_socket_directories: sockets.folder,
    unix_socket_permissions: '0700',
    port: String(socketPort),
    max_connections: '64',
    shared_buffers: '128MB',
    max_wal_size: '1GB',
    lc_messages: 'C',
    logging_collector: 'off',
    ...options.settings,
  };
  const server = spawn(
    binaries.postgres,
    ['-D', folder, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { ...user, cwd: '/', detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const lastLines = await readiness(server, log);
  const exited = new Promise<void>((done) => {
    server.once('exit', () => done());
  });
  let stopping = false;

  return {
    url: `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(sockets.folder)}&port=${settings.port}`,
    version: binaries.version,
    created: found === undefined,
    failed: new Promise((report) => {
      server.once('exit', (code, signal) => {
        if (!stopping) report(new Error(`PostgreSQL ended (${signal ?? code}): ${lastLines().join(' | ')}`));
      });
    }),
    stop: async () => {
      if (!stopping) {
        stopping = true;
        await endProcess(server, exited);
        if (sockets.own) await rm(sockets.folder, { recursive: true, force: true });
      }
      await exited;
    },
  };
}

async function endProcess(server: ChildProcess, exited: Promise<void>): Promise<void> {
  server.kill('SIGINT'); // "fast": ends sessions, writes a checkpoint.
  const giveUp = new AbortController();
  const late = sleep(stopTimeoutMs, 'late', { signal: giveUp.signal }).catch(() => 'in time');
  if ((await Promise.race([exited, late])) === 'late') server.kill('SIGQUIT'); // Recovers from its log next time.
  giveUp.abort();
  await exited;
}

async function initialise(options: {
  binaries: PostgresBinaries;
  folder: string;
  user: ServerUser | undefined;
  log: Logger;
}): Promise<void> {
  const { binaries, folder, user, log } = options;
  const initdb = spawn(
    binaries.initdb,
    [
      '-D',
      folder,
      '-U',
      'postgres',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--locale=C',
      '--no-instructions',
      '--data-checksums',
    ],
    { ...user, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const said: string[] = [];
  for (const stream of [initdb.stdout, initdb.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      said.push(line);
      log.debug({ program: 'initdb' }, line);
    });
  }
  const [code] = (await once(initdb, 'close')) as [number | null];
  if (code !== 0) throw new UsageError(`initdb failed in ${folder}: ${said.slice(-3).join(' | ')}`);
}

/** Resolves when the server says that it takes connections; the result gives its latest log lines. */
async function readiness(server: ChildProcess, log: Logger): Promise<() => string[]> {
  const recent: string[] = [];
  await new Promise<void>((done, reject) => {
    const timer = setTimeout(() => {
      server.kill('SIGQUIT');
      reject(
        new UsageError(`PostgreSQL was not ready within ${startTimeoutMs / 1000} s: ${recent.join(' | ')}`),
      );
    }, startTimeoutMs);
    server.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    server.once('exit', (code, signal) => {
      clearTimeout(timer);
      reject(new UsageError(`PostgreSQL did not start (${signal ?? code}): ${recent.join(' | ')}`));
    });
    createInterface({ input: server.stderr! }).on('line', (line) => {
      log.debug({ program: 'postgres' }, line);
      recent.push(line);
      if (recent.length > 5) recent.shift();
      // A standby says that it takes read-only ones.
      if (/database system is ready to accept (?:read-only )?connections/.test(line)) {
        clearTimeout(timer);
        done();
      }
    });
  });
  return () => recent;
}

/** When our process was killed outright, its server is still there and holds the folder. */
async function stopOrphan(folder: string, log: Logger): Promise<void> {
  const pid = Number((await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !(await isServerOf(pid, folder))) return;
  log.warn({ pid }, 'stopping a PostgreSQL that an earlier run left behind');
  for (const [signal, waitMs] of [
    ['SIGINT', stopTimeoutMs],
    ['SIGQUIT', stopTimeoutMs],
    ['SIGKILL', 1_000],
  ] as const) {
    try {
      process.kill(pid, signal);
      for (const end = Date.now() + waitMs; Date.now() < end; await sleep(20)) process.kill(pid, 0);
    } catch {
      return; // ESRCH: it has ended.
    }
  }
}

/** A process id may have been given to somebody else since; on Linux the working directory tells. */
async function isServerOf(pid: number, folder: string): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  return commandLine === undefined || (commandLine.includes('postgres') && commandLine.includes(folder));
}

async function empty(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
}

async function socketFolder(user: ServerUser | undefined): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pg8s-'));
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  return folder;
}
