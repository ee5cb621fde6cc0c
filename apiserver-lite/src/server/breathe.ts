import { setImmediate } from 'node:timers/promises';

/** A turn of the event loop may take that long before others are let in. */
const turnMs = 20;

let freeAtMs = 0;

/**
 * Lets others have their turn if the last time was long ago: called between the stages of a request, so that a large
 * object does not keep everybody waiting from its decoding to its answer. Costs nothing while turns are short.
 */
export async function breathe(): Promise<void> {
  if (performance.now() - freeAtMs < turnMs) return;
  // After the first, what waited in the sockets has not been looked at yet.
  await setImmediate();
  await setImmediate();
  freeAtMs = performance.now();
}
