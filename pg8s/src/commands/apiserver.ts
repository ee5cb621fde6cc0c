import { startApiserver } from '@pg8s/apiserver-lite/apiserver';
import { ApiserverFlagError } from '@pg8s/apiserver-lite/flags/flag';
import { apiserverFlags } from '@pg8s/apiserver-lite/flags/flags-table';
import { type ApiserverFlagOptions, parseApiserverFlags } from '@pg8s/apiserver-lite/flags/parse-flags';
import { createGrpcClient } from '@pg8s/shim/client/grpc-client';
import { type Command, Option } from 'commander';
import type { Logger } from 'pino';
import type { DefineCommand } from '../cli.ts';
import { createLogger, type LogFormat, logFormats, type LogLevel, logLevels } from '../logging.ts';
import { runUntilStopped } from '../shutdown.ts';
import { startFailure } from '../start-failure.ts';
import { StopStack } from '../stop-stack.ts';
import { UsageError } from '../usage-error.ts';
import { addFlagOptions, type FlagRow, givenFlags } from './flag-options.ts';

const rows: readonly FlagRow[] = apiserverFlags.map(({ defaultValue, isIgnored, ...flag }) => ({
  ...flag,
  shownDefault: defaultValue,
  isHidden: isIgnored,
}));

interface LogOptions {
  logFormat: LogFormat;
  logLevel?: LogLevel;
}

/** `pg8s apiserver`: the API server alone, on any etcd, with kube-apiserver's own flags. */
export const defineApiserver: DefineCommand = (command, report) => {
  addFlagOptions(command, rows);
  command
    .addOption(new Option('--log-level <level>', 'how much is logged; goes before -v').choices(logLevels))
    .addOption(
      new Option('--log-format <format>', 'lines for people, or JSON').choices(logFormats).default('text'),
    )
    .action(async (options: LogOptions) => {
      const flags = await parse(command);
      const log = createLogger(
        options.logLevel ?? (flags.verbosity >= 3 ? 'debug' : 'info'),
        options.logFormat,
      );
      for (const note of flags.notes) log.info(note);
      report(await runUntilStopped(log, () => start(flags, log)));
    });
};

async function parse(command: Command): Promise<ApiserverFlagOptions> {
  try {
    return await parseApiserverFlags(givenFlags(command, rows));
  } catch (error) {
    if (error instanceof ApiserverFlagError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

async function start({ apiserver, etcd }: ApiserverFlagOptions, log: Logger): Promise<StopStack> {
  const stack = new StopStack();
  try {
    const client = createGrpcClient(etcd);
    stack.push('etcd client', () => Promise.resolve(client.close()));
    const server = await startApiserver({ ...apiserver, etcd: client, log });
    stack.push('apiserver', () => server.close());
    return stack;
  } catch (error) {
    await stack.close();
    throw startFailure(error);
  }
}
