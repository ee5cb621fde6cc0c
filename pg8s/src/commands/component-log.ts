import { versionInfo } from '@pg8s/apiserver-lite/discovery/version-info';
import { type Command, Option } from 'commander';
import type { Logger } from 'pino';
import { createLogger, type LogFormat, logFormats, type LogLevel, logLevels } from '../logging.ts';

/** pg8s' own options of a component's log; both go before the component's flags. */
export interface ComponentLogOptions {
  logLevel?: LogLevel;
  logFormat?: LogFormat;
}

/**
 * Adds `--log-level` and `--log-format` to a command that has `-v` and `--logging-format`, and Kubernetes'
 * `--version`.
 */
export function addComponentLog(command: Command): Command {
  return command
    .version(`Kubernetes ${versionInfo.gitVersion}`, '--version', 'print the version')
    .addOption(new Option('--log-level <level>', 'how much is logged; goes before -v').choices(logLevels))
    .addOption(
      new Option('--log-format <format>', 'lines for people, or JSON; goes before --logging-format').choices(
        logFormats,
      ),
    );
}

/** The log of a component, in which the flags that change nothing are noted first. */
export function componentLog(
  options: ComponentLogOptions,
  flags: { verbosity: number; logFormat: LogFormat; notes: readonly string[] },
): Logger {
  const log = createLogger(
    options.logLevel ?? (flags.verbosity >= 3 ? 'debug' : 'info'),
    options.logFormat ?? flags.logFormat,
  );
  for (const note of flags.notes) log.warn(note);
  return log;
}
