import { auditEventJson, auditEventLine } from '../audit-event.ts';
import type { AuditBackend, AuditFailure } from '../audit-sink.ts';

/** How events stand in the log. */
export type AuditLogFormat = 'json' | 'legacy';

/** Where lines go. */
export interface LineWriter {
  /** Throws where the line could not be written. */
  write(line: string): void;
  close(): void;
}

/** Writes events as lines. */
export function logBackend(writer: LineWriter, format: AuditLogFormat, failed: AuditFailure): AuditBackend {
  const lineOf = format === 'json' ? auditEventJson : auditEventLine;
  return {
    process(events) {
      let written = true;
      for (const event of events) {
        try {
          writer.write(`${lineOf(event)}\n`);
        } catch (error) {
          written = false;
          failed('log', error, [event]);
        }
      }
      return written;
    },
    close: async () => writer.close(),
  };
}

/** `--audit-log-path=-` */
export const standardOutput: LineWriter = {
  write: (line) => void process.stdout.write(line),
  close: () => undefined,
};
