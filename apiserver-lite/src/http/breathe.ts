import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

/** A turn of the event loop may take that long before others are let in. */
const turnMs = 20;
/** After one of that length, others are let finish what takes several turns and answers of a database. */
const longTurnMs = 40;
/** How long, as a share of the turn: a request beside it then waits for one turn or two, not for all. */
const pauseShare = 0.5;
const minPauseMs = 10;

let turnBeganMs: number | undefined;

/**
 * Notes when this turn of the event loop began, as seen by who calls first: before a stage that may be long.
 */
export function beginTurn(): void {
  if (turnBeganMs !== undefined) return;
  turnBeganMs = performance.now();
  setImmediate(() => (turnBeganMs = undefined));
}

/**
 * Lets others have their turn if this one has been long: called between the stages of a request, so that a
 * large object does not keep everybody waiting from its decoding to its answer. Costs nothing while turns are
 * short.
 */
export async function breathe(): Promise<void> {
  if (turnBeganMs === undefined) {
    beginTurn();
    return;
  }
  const tookMs = performance.now() - turnBeganMs;
  if (tookMs < turnMs) return;
  if (tookMs < longTurnMs) {
    // After the first, what waited in the sockets has not been looked at yet.
    await nextTurn();
    await nextTurn();
  } else {
    await sleep(Math.max(minPauseMs, tookMs * pauseShare));
  }
  beginTurn();
}
