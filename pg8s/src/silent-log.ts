import pino, { type Logger } from 'pino';

/** A logger that writes nothing. Without a destination pino would listen for the end of the process. */
export function silentLog(): Logger {
  return pino({ level: 'silent' }, { write: () => undefined });
}
