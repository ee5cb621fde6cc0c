import { requestEntityTooLarge } from '../../../api-errors/status-error.ts';

/**
 * About a microsecond each. What one turn of the event loop does with schemas and patterns of users may take
 * that many.
 */
const unitsPerTurn = 200_000;

let spent = 0;

/**
 * Takes from the time of this turn, in units of about a microsecond. Throws 413 with `reason` when nothing is
 * left: a stock server goes on, on another thread.
 */
export function spendTime(units: number, reason: string): void {
  // One request is validated in one turn.
  if (spent === 0) setImmediate(() => (spent = 0));
  spent += units;
  if (spent > unitsPerTurn) throw requestEntityTooLarge(reason);
}
