import { requestEntityTooLarge } from '../api-errors/status-error.ts';
import { breathe } from './breathe.ts';

/** Work that can be interrupted: it yields about every tenth of a millisecond, and returns its result. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** The same work; `observe` gets its own time, once it is done or has failed. */
export function* timed<T>(work: Steps<T>, observe: (seconds: number) => void): Steps<T> {
  let ms = 0;
  try {
    for (;;) {
      const startedMs = performance.now();
      const step = work.next();
      ms += performance.now() - startedMs;
      if (step.done === true) return step.value;
      yield;
    }
  } finally {
    observe(ms / 1000);
  }
}

/** Of its own time; a stock server goes on until the request times out. */
const maxWorkMs = 10_000;
/** Work may go on that long before it is asked whether the turn has been long. */
const sliceMs = 2;

/**
 * Does work in turns of the event loop that are short, so that nobody waits for it. Throws what the work
 * throws, and 413 when the work took more than `maxMs` of its own time.
 */
export async function inTurns<T>(work: Steps<T>, maxMs = maxWorkMs): Promise<T> {
  let workedMs = 0;
  let startedMs = performance.now();
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    const tookMs = performance.now() - startedMs;
    if (tookMs < sliceMs) continue;
    workedMs += tookMs;
    if (workedMs > maxMs) throw requestEntityTooLarge('the request takes too long to validate');
    await breathe();
    startedMs = performance.now();
  }
}
