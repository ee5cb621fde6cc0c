import { EvaluationError } from '../../values.ts';

/**
 * Functions that compare every element with every other do not begin above this: what they cost is counted
 * after they ran, and would be far above every limit of kube-apiserver.
 */
const maxPairs = 10_000_000;

/** The error of a call that would compare too many pairs; undefined where it may begin. */
export function tooManyPairs(one: number, other: number): EvaluationError | undefined {
  return one * other > maxPairs ? new EvaluationError('the lists are too long to be compared') : undefined;
}
