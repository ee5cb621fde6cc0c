import { type Command, Option } from 'commander';
import { createLogger, type LogFormat, logFormats, type LogLevel, logLevels } from '../logging.ts';
import type { Logger } from 'pino';

/** What every long-running command knows about its log. */
export interface LogOptions {
  logLevel: LogLevel;
  logFormat: LogFormat;
}

/** Adds `--log-level` and `--log-format`. */
export function addLogOptions(command: Command, level: LogLevel = 'info'): Command {
  return command
    .addOption(new Option('--log-level <level>', 'how much is logged').choices(logLevels).default(level))
    .addOption(
      new Option('--log-format <format>', 'lines for people, or JSON').choices(logFormats).default('text'),
    );
}

/** The log that the options ask for. */
export function logFor(options: LogOptions): Logger {
  return createLogger(options.logLevel, options.logFormat);
}
