import type { Steps } from '../../../http/in-turns.ts';
import { spendTime } from './time-budget.ts';

/** What a step takes at most where all values are cheap to look at, and usually more, in microseconds. */
const unitsPerStep = 200;

/** Does all of the work in this turn. Throws what the work throws, and 413 where that takes too long. */
export function atOnce<T>(work: Steps<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    spendTime(unitsPerStep, 'the values of the request take too long to validate');
  }
}
