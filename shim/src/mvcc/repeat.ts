import type { Logger } from 'pino';
import { StoreError } from './store-error.ts';

export interface Repetition {
  /** Ends it; resolves when the work under way is done. */
  stop(): Promise<void>;
}

export interface RepeatOptions {
  name: string;
  /** The pause, in milliseconds; asked for again before each. */
  intervalMs: () => number;
  log: Logger;
}

/**
 * Does `work` again and again, with a pause before each time. A failure is logged, and tried again after the
 * pause.
 */
export function repeat(options: RepeatOptions, work: () => Promise<unknown>): Repetition {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const turn = async (): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!stopped) {
        // The database's absence is logged where the connection is.
        const level = error instanceof StoreError && error.code === 'unavailable' ? 'debug' : 'error';
        options.log[level]({ err: error }, `${options.name} failed`);
      }
    }
    schedule();
  };
  const schedule = (): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      running = turn();
    }, options.intervalMs()).unref();
  };
  schedule();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
