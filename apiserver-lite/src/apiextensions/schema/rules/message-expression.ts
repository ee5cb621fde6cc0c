import type { CompiledExpression, Variables } from '@pg8s/cel/environment';
import type { Steps } from '../../../http/in-turns.ts';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { maxMessageBytes, perCallCostLimit } from '@pg8s/cel/limits';

/** What became of a messageExpression, and what it cost. */
export interface EvaluatedMessage {
  /** The message; undefined where it cannot be used and the rule's own message takes its place. */
  readonly text: string | undefined;
  /** Why no more rules are evaluated. */
  readonly failure: string | undefined;
  readonly cost: number;
}

const limitExceeded = 'operation cancelled: actual cost limit exceeded';

/** Of one step of a long one. */
const costPerStep = 20_000;

/**
 * Evaluates a messageExpression within what is left of the budget (apiextensions: `evalMessageExpression`).
 */
export function* evaluateMessage(
  expression: CompiledExpression,
  variables: Variables,
  budget: number,
): Steps<EvaluatedMessage> {
  const options = { costLimit: perCallCostLimit, costPerStep };
  const { value, error, cost } = yield* expression.evaluateInSteps(variables, options);
  const fail = (failure: string) => ({ text: undefined, failure, cost });
  if (cost > budget) {
    return fail(
      'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run',
    );
  }
  if (error?.message.startsWith(limitExceeded) === true) {
    return fail(
      `no further validation rules will be run due to call cost exceeds limit for messageExpression: ${goQuote(expression.text)}`,
    );
  }
  return { text: usable(value), failure: undefined, cost };
}

/** A text of one line, not empty and not too long. */
function usable(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return text === '' || text.includes('\n') || Buffer.byteLength(text) > maxMessageBytes ? undefined : text;
}
