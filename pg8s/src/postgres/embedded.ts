import { randomUUID } from 'node:crypto';
import { chown, mkdtemp, open, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { embeddedBinaries, type PostgresBinaries } from './binaries.ts';
import { prepareDatabaseFolder } from './database-folder.ts';
import { clearUnfinished, initialise, type Placement } from './initialise.ts';
import { clearLeftovers, markOf } from './leftovers.ts';
import { canReach, reachableBinaries, type ServerUser, serverUser } from './server-user.ts';
import { makeUserEntry } from './user-entry.ts';
import { takeFileLock } from '../file-lock.ts';
import { makeFolder } from '../make-folder.ts';
import { StopStack } from '../stop-stack.ts';
import { startSupervised, type Supervised } from '../supervised.ts';
import { UsageError } from '../usage-error.ts';

/** A running PostgreSQL of our own. */
export interface EmbeddedPostgres {
  /**
   * For the driver in this process; the server listens on a Unix socket in a folder that only its owner may
   * enter.
   */
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
  /**
   * Whether only one etcd server, one of this process, will use the server: `url` then lets it in, and all
   * others are kept out; see `Connection`. Default: false.
   */
  isExclusive?: boolean;
  /** Further server settings, e.g. `{ fsync: 'off' }` for tests. */
  settings?: Readonly<Record<string, string>>;
  /** Another PostgreSQL's programs than those that came with pg8s. */
  binaries?: PostgresBinaries;
  /** Kept open until the server has ended. */
  holds?: Writable | undefined;
}

const socketPort = 5432;
/**
 * The longest path of a Unix socket, less the name that PostgreSQL gives it (Linux: 108 with the final zero;
 * macOS: 104).
 */
const longestSocketFolder = 103 - '/.s.PGSQL.5432.lock'.length;
const startTimeoutMs = 60_000;
const stopTimeoutMs = 8_000;
/** The working directory, also for who may not enter the folders above it (proc(5)). */
const workingDirectory = '/proc/self/cwd';

/**
 * Starts PostgreSQL on `dataDir`, initialising it first where it is empty. It ends with this process,
 * whatever ends that. Throws a UsageError for what a person can mend: another process uses the folder,
 * another version made it …
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const stack = new StopStack();
  try {
    return await start(options, stack);
  } catch (error) {
    await stack.close();
    throw error;
  }
}

async function start(options: EmbeddedPostgresOptions, stack: StopStack): Promise<EmbeddedPostgres> {
  const { log } = options;
  const user = await serverUser();
  let binaries = options.binaries ?? (await embeddedBinaries());
  if (user !== undefined) binaries = await reachableBinaries(binaries, user);
  const dataDir = resolve(options.dataDir);
  await makeFolder(dirname(dataDir), 0o755);
  lock(dataDir, stack);
  const folder = await prepareDatabaseFolder(dataDir, user, log);
  // Two links to one database are two names for it.
  if (folder !== (await realName(dataDir))) lock(folder, stack);
  const mark = await markOf(folder);
  const placement = { ...(await place(folder, user)), label: mark, holds: options.holds };

  await clearUnfinished(folder, mark);
  const found = await readFile(join(folder, 'PG_VERSION'), 'utf8').catch(() => undefined);
  const major = binaries.version.split('.')[0];
  if (found !== undefined && found.trim() !== major) {
    throw new UsageError(
      `the database in ${options.dataDir} was made by PostgreSQL ${found.trim()}; this is ${binaries.version}`,
    );
  }
  if (found === undefined) {
    const entry = user === undefined ? await makeUserEntry(folder) : undefined;
    await initialise(binaries.initdb, { ...placement, ...entry }, log);
    await entry?.remove();
  } else await clearLeftovers(folder, log);

  const sockets = await socketFolders(folder, user, stack);
  const owner = options.isExclusive === true ? randomUUID() : undefined;
  const settings = {
    ...(owner === undefined ? {} : { 'pg8s.owner': owner }),
    listen_addresses: '',
    unix_socket_directories: sockets.server,
    unix_socket_permissions: '0700',
    port: String(socketPort),
    max_connections: '64',
    shared_buffers: '128MB',
    max_wal_size: '1GB',
    lc_messages: 'C',
    logging_collector: 'off',
    ...options.settings,
  };
  const named = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const server = startSupervised({
    program: binaries.postgres,
    args: ['-D', placement.named, ...[...named, mark].flatMap((setting) => ['-c', setting])],
    endBy: 'INT', // "fast": ends sessions, writes a checkpoint.
    ...placement,
  });
  stack.push('server', () => endServer(server));
  const lastLines = await readiness(server, log);
  let stopping = false;
  const query = new URLSearchParams({ host: sockets.client, port: settings.port });
  if (owner !== undefined) query.set('options', `-c pg8s.client=${owner}`);
  return {
    url: `postgresql://postgres@localhost/postgres?${query}`,
    version: binaries.version,
    created: found === undefined,
    failed: new Promise((report) => {
      void server.exited.then((how) => {
        if (!stopping) report(new Error(`PostgreSQL ended (${how}): ${lastLines().join(' | ')}`));
      });
    }),
    stop: () => {
      stopping = true;
      return stack.close();
    },
  };
}

/** Takes the lock beside the database. */
function lock(dataDir: string, stack: StopStack): void {
  const taken = takeFileLock(`${dataDir}.lock`);
  if (taken === undefined) throw new UsageError(`the database in ${dataDir} is in use by another process`);
  stack.push('lock', async () => taken.release());
}

/** The path with the links above its last name resolved. */
async function realName(path: string): Promise<string> {
  return join(await realpath(dirname(path)), basename(path));
}

/**
 * Where the server's user may not enter the folders above (below /root, or in what mkdtemp makes), the
 * programs are started in the folder, entered before root's rights are given up, and name it as their working
 * directory.
 */
async function place(folder: string, user: ServerUser | undefined): Promise<Omit<Placement, 'label'>> {
  if (user === undefined || (await canReach(folder, user))) return { folder, named: folder, cwd: '/', user };
  if (process.platform !== 'linux') {
    throw new UsageError(
      `PostgreSQL's user may not enter a folder above ${folder}: choose another data directory`,
    );
  }
  return { folder, named: workingDirectory, cwd: folder, user };
}

/**
 * Where the server listens and where the driver finds it: in the database's folder, under a name that is
 * short enough.
 */
async function socketFolders(
  folder: string,
  user: ServerUser | undefined,
  stack: StopStack,
): Promise<{ server: string; client: string }> {
  if (process.platform === 'linux') {
    if (Buffer.byteLength(folder) <= longestSocketFolder) return { server: workingDirectory, client: folder };
    const handle = await open(folder, 'r');
    stack.push('folder', () => handle.close());
    return { server: workingDirectory, client: `/proc/self/fd/${handle.fd}` };
  }
  if (Buffer.byteLength(folder) <= longestSocketFolder) return { server: folder, client: folder };
  const own = await mkdtemp(join(tmpdir(), 'pg8s-'));
  stack.push('socket', () => rm(own, { recursive: true, force: true }));
  if (user !== undefined) await chown(own, user.uid, user.gid);
  return { server: own, client: own };
}

async function endServer(server: Supervised): Promise<void> {
  server.end();
  const inTime = new AbortController();
  const late = sleep(stopTimeoutMs, 'late', { signal: inTime.signal }).catch(() => 'in time');
  // It recovers from its log next time.
  if ((await Promise.race([server.exited, late])) === 'late') server.kill('SIGQUIT');
  inTime.abort();
  await server.exited;
}

/** Resolves when the server says that it takes connections; the result gives its latest log lines. */
async function readiness(server: Supervised, log: Logger): Promise<() => string[]> {
  const recent: string[] = [];
  server.stdout.resume();
  await new Promise<void>((done, reject) => {
    const timer = setTimeout(() => {
      reject(
        new UsageError(`PostgreSQL was not ready within ${startTimeoutMs / 1000} s: ${recent.join(' | ')}`),
      );
    }, startTimeoutMs);
    void server.exited
      .then(
        (how) => new UsageError(`PostgreSQL did not start (${how}): ${recent.join(' | ')}`),
        (error) => error,
      )
      .then(reject)
      .finally(() => clearTimeout(timer));
    createInterface({ input: server.stderr }).on('line', (line) => {
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
