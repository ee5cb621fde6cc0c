import type { AuditEvent } from './audit-event.ts';

/** Takes events as they happen. */
export interface AuditSink {
  /**
   * Resolves when they are recorded, or taken for later. False: they are not, and the request that they are
   * of must not go on.
   */
  process(events: readonly AuditEvent[]): boolean | Promise<boolean>;
}

/** Records events somewhere. */
export interface AuditBackend extends AuditSink {
  /** Records what was taken for later; nothing comes after. Never rejects. */
  close(): Promise<void>;
}

/** Called with events that could not be recorded. */
export type AuditFailure = (plugin: string, error: unknown, events: readonly AuditEvent[]) => void;

/** Hands events to all backends, one after the other. */
export function allBackends(backends: readonly AuditBackend[]): AuditBackend {
  if (backends.length === 1) return backends[0] as AuditBackend;
  return {
    process(events) {
      let taken = true;
      const waiting: Promise<boolean>[] = [];
      for (const backend of backends) {
        const result = backend.process(events);
        if (typeof result === 'boolean') taken &&= result;
        else waiting.push(result);
      }
      if (waiting.length === 0) return taken;
      return Promise.all(waiting).then((results) => taken && results.every(Boolean));
    },
    close: async () => void (await Promise.all(backends.map((backend) => backend.close()))),
  };
}

/** `blocking`: a request waits until its events are recorded, and goes on where they are not. */
export function ignoringFailures(backend: AuditBackend): AuditBackend {
  return {
    process(events) {
      const result = backend.process(events);
      return typeof result === 'boolean' ? true : result.then(() => true);
    },
    close: () => backend.close(),
  };
}
