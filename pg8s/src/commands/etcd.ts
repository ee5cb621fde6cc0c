import { join } from 'node:path';
import { EtcdFlagError } from '@pg8s/shim/flags/flag-values';
import { type EtcdFlagOptions, parseShimOptions } from '@pg8s/shim/flags/flags';
import { etcdFlags } from '@pg8s/shim/flags/flags-table';
import { startShim } from '@pg8s/shim/server';
import { defaultVersionReported } from '@pg8s/shim/shim-options';
import type { Command } from 'commander';
import type { Logger } from 'pino';
import type { DefineCommand } from '../define-command.ts';
import { takeDataDir } from '../data-dir.ts';
import { createLogger, type LogLevel } from '../logging.ts';
import { ensureAutoTls } from '../pki/auto-tls.ts';
import { checkedPostgresUrl } from '../postgres-url.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../postgres/embedded.ts';
import { runUntilStopped, type Stoppable } from '../shutdown.ts';
import { startFailure } from '../start-failure.ts';
import { StopStack } from '../stop-stack.ts';
import { UsageError } from '../usage-error.ts';
import { addFlagOptions, type FlagRow, givenFlags } from './flag-options.ts';

/** etcd's own default, `NAME.etcd` in the working directory. */
const defaultDataDir = (name: string): string => `${name}.etcd`;

const rows: readonly FlagRow[] = etcdFlags.map(({ defaultValue, isIgnored, ...flag }) => ({
  ...flag,
  shownDefault: defaultValue,
  isHidden: isIgnored,
}));

/** `pg8s etcd`: the etcd server alone, with etcd's own flags and variables. */
export const defineEtcd: DefineCommand = (command, report) => {
  command.version(`etcd Version: ${defaultVersionReported}`, '--version', 'print the version');
  command.option('--postgres-url <url>', 'the database; without it an embedded one in --data-dir');
  addFlagOptions(command, rows).action(async (options: { postgresUrl?: string }) => {
    report(await serve(parse(command), postgresUrlOf(options)));
  });
};

function postgresUrlOf({ postgresUrl }: { postgresUrl?: string }): string | undefined {
  const fromEnvironment = process.env['PG8S_POSTGRES_URL'];
  if (postgresUrl !== undefined) return checkedPostgresUrl(postgresUrl, '--postgres-url');
  return fromEnvironment ? checkedPostgresUrl(fromEnvironment, 'PG8S_POSTGRES_URL') : undefined;
}

function parse(command: Command): EtcdFlagOptions {
  try {
    return parseShimOptions({ flags: givenFlags(command, rows), env: process.env });
  } catch (error) {
    if (error instanceof EtcdFlagError) throw new UsageError(error.message);
    throw error;
  }
}

const logLevels: Readonly<Record<string, LogLevel>> = { panic: 'fatal' };

async function serve(flags: EtcdFlagOptions, postgresUrl: string | undefined): Promise<number> {
  const level = logLevels[flags.logLevel] ?? (flags.logLevel as LogLevel);
  const log = createLogger(level, flags.logFormat === 'json' ? 'etcd' : 'text', flags.logOutputs);
  if (flags.configFile !== undefined) {
    log.info(
      { path: flags.configFile },
      'other flags and environment variables are ignored: there is a configuration file',
    );
  }
  if (flags.unknownVariables.length > 0) {
    log.warn({ variables: flags.unknownVariables }, 'unrecognized environment variables');
  }
  if (flags.ignored.length > 0) {
    log.info({ flags: flags.ignored }, 'flags that have no meaning here were ignored');
  }
  return runUntilStopped(
    log,
    () => start(flags, postgresUrl, log),
    ({ failed }) => failed,
  );
}

/** The server, and the database of its own, where it has one. */
interface Running extends Stoppable {
  /** Resolves when that database has ended by itself: this process ends, too, to be started again. */
  readonly failed: Promise<Error>;
}

async function start(flags: EtcdFlagOptions, postgresUrl: string | undefined, log: Logger): Promise<Running> {
  const stack = new StopStack();
  try {
    const own = postgresUrl === undefined ? await ownPostgres(flags, log, stack) : undefined;
    const url = own?.url ?? postgresUrl!;
    const tls = await autoTls(flags);
    const shim = await startShim({ ...flags.shim, ...tls, postgresUrl: url, log });
    stack.push('etcd', () => shim.close());
    log.info({ urls: shim.clientUrls }, 'serving client traffic');
    return {
      failed: own?.failed ?? new Promise(() => undefined),
      close: () => stack.close(),
    };
  } catch (error) {
    await stack.close();
    throw startFailure(error, url(postgresUrl));
  }
}

/** The certificate that --auto-tls asks for, where there are URLs for it. */
async function autoTls(flags: EtcdFlagOptions): Promise<Pick<EtcdFlagOptions['shim'], 'tls'>> {
  const { autoTlsYears: years, shim } = flags;
  const urls = [...shim.listenClientUrls, ...(shim.listenClientHttpUrls ?? [])].filter((one) =>
    one.startsWith('https:'),
  );
  if (years === undefined || urls.length === 0) return {};
  return { tls: { ...shim.tls, ...(await ensureAutoTls({ dataDir: dataDirOf(flags), urls, years })) } };
}

function dataDirOf({ dataDir, shim }: EtcdFlagOptions): string {
  return dataDir === '' ? defaultDataDir(shim.name ?? 'default') : dataDir;
}

function url(postgresUrl: string | undefined): { postgresUrl?: string } {
  return postgresUrl === undefined ? {} : { postgresUrl };
}

async function ownPostgres(flags: EtcdFlagOptions, log: Logger, stack: StopStack): Promise<EmbeddedPostgres> {
  const dataDir = await takeDataDir(dataDirOf(flags));
  stack.push('data directory', () => dataDir.release());
  const postgres = await startEmbeddedPostgres({
    dataDir: join(dataDir.path, 'postgres'),
    log,
    isExclusive: true,
  });
  stack.push('postgres', () => postgres.stop());
  return postgres;
}
