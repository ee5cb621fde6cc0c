import { isatty } from 'node:tty';
import pino, { type DestinationStream, type Logger } from 'pino';
import pretty from 'pino-pretty';
import { etcdLog } from './etcd-log.ts';
import { UsageError } from './usage-error.ts';

export const logFormats = ['text', 'json'] as const;
/** `etcd`: JSON as etcd writes it. */
export type LogFormat = (typeof logFormats)[number] | 'etcd';
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** etcd's names for what every process has; systemd takes the journal from standard error. */
const named: Readonly<Record<string, number>> = {
  default: 2,
  stderr: 2,
  'systemd/journal': 2,
  stdout: 1,
};

/**
 * The log of one process: lines for people, pino's JSON, or etcd's. `outputs` as etcd's --log-outputs:
 * `stdout`, `stderr`, or files, which are appended to; default: standard error.
 *
 * @throws UsageError when a file cannot be written.
 */
export function createLogger(
  level: LogLevel,
  format: LogFormat,
  outputs: readonly string[] = ['default'],
): Logger {
  const destinations = new Set(outputs.map((output) => named[output] ?? output));
  const streams = [...destinations].map((destination) => {
    try {
      return format === 'text' ? textStream(destination) : jsonStream(destination);
    } catch (error) {
      throw new UsageError(`cannot write the log to ${destination}: ${(error as Error).message}`);
    }
  });
  const [only] = streams;
  const stream = streams.length === 1 && only !== undefined ? only : severally(level, streams);
  return pino({ level, base: null, ...(format === 'etcd' ? etcdLog : {}) }, stream);
}

function severally(level: LogLevel, streams: readonly DestinationStream[]): DestinationStream {
  const from = level === 'silent' ? 'fatal' : level;
  return pino.multistream(streams.map((stream) => ({ level: from, stream })));
}

function jsonStream(destination: number | string): DestinationStream {
  return pino.destination({ dest: destination, sync: true });
}

function textStream(destination: number | string): DestinationStream {
  return pretty({
    destination,
    sync: true,
    colorize: typeof destination === 'number' && isatty(destination),
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname,part',
    messageFormat: (log, messageKey) =>
      log['part'] === undefined
        ? String(log[messageKey])
        : `${String(log['part'])}: ${String(log[messageKey])}`,
  });
}
