import type { Logger } from 'pino';

/** Something that ends in an orderly way. */
export interface Stoppable {
  close(): Promise<void>;
}

/** Everything must have ended by then; what has not is left to the operating system. */
const limitMs = 9_500;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Starts a part and runs it until Ctrl-C, SIGTERM or SIGHUP, or until it fails by itself, then closes it.
 * Resolves to the exit code: 0 after an orderly stop. A signal while the part still starts stops it as soon
 * as it stands.
 */
export async function runUntilStopped<Part extends Stoppable>(
  log: Logger,
  start: () => Promise<Part>,
  failed: (part: Part) => Promise<Error> = () => new Promise(() => undefined),
): Promise<number> {
  const signalled = nextSignal(log);
  const part = await start();
  const reason = await Promise.race([signalled, failed(part)]);
  if (reason instanceof Error) log.fatal(reason.message);
  const timer = reason instanceof Error ? exitLater(log) : undefined;
  try {
    await part.close();
  } catch (error) {
    log.error({ err: error }, 'stopping failed');
    return 1;
  } finally {
    clearTimeout(timer);
  }
  return reason instanceof Error ? 1 : 0;
}

function nextSignal(log: Logger): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of signals) {
      process.on(signal, () => {
        log.info(`${signal}: stopping`);
        exitLater(log);
        resolve(signal);
      });
    }
  });
}

function exitLater(log: Logger): NodeJS.Timeout {
  const timer = setTimeout(() => {
    log.error(`not everything stopped within ${limitMs / 1000} s`);
    process.exit(1);
  }, limitMs);
  timer.unref();
  return timer;
}
