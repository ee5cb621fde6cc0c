import pino, { type Logger } from 'pino';
import pretty from 'pino-pretty';

export const logFormats = ['text', 'json'] as const;
export type LogFormat = (typeof logFormats)[number];
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** The log of one process, on standard error: lines for people, or pino's JSON. */
export function createLogger(level: LogLevel, format: LogFormat): Logger {
  const stderr = 2;
  if (format === 'json') return pino({ level, base: null }, pino.destination({ dest: stderr, sync: true }));
  return pino(
    { level, base: null },
    pretty({
      destination: stderr,
      sync: true,
      colorize: process.stderr.isTTY,
      translateTime: 'SYS:HH:MM:ss.l',
      ignore: 'pid,hostname,part',
      messageFormat: (log, messageKey) =>
        log['part'] === undefined
          ? String(log[messageKey])
          : `${String(log['part'])}: ${String(log[messageKey])}`,
    }),
  );
}
