import { requestEntityTooLarge } from '../../api-errors/status-error.ts';

/** Some four microseconds each: about two seconds. */
const charactersPerTurn = 512 * 1024;

let spent = 0;

/**
 * Takes the text of an expression from what one turn of the event loop may compile: one request is validated
 * in one turn. Throws 413 when nothing is left; a stock server goes on, on another thread.
 */
export function spendExpression(text: string): void {
  if (spent === 0) setImmediate(() => (spent = 0));
  spent += text.length;
  if (spent > charactersPerTurn) {
    throw requestEntityTooLarge('the expressions of the request take too long to compile');
  }
}
