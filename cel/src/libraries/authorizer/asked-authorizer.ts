import { EvaluationError } from '../../values.ts';

/** What an expression asks the authorizer, about the request's user or about a service account. */
export interface AuthorizationQuestion {
  readonly serviceAccount?: { readonly namespace: string; readonly name: string } | undefined;
  readonly verb: string;
  /** A path that is no resource; absent for questions about resources. */
  readonly path?: string | undefined;
  readonly group?: string | undefined;
  readonly resource?: string | undefined;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  /** As written; empty means none. The authorizer parses them, and answers for what does not parse. */
  readonly fieldSelector?: string | undefined;
  readonly labelSelector?: string | undefined;
}

/** The authorizer's answer; `error` is the text of what went wrong. */
export interface AuthorizationDecision {
  readonly allowed: boolean;
  readonly reason: string;
  readonly error?: string | undefined;
}

/** Who answers. Answers in memory come at once, those of webhooks later. */
export interface ExpressionAuthorizer {
  authorize(question: AuthorizationQuestion): AuthorizationDecision | Promise<AuthorizationDecision>;
}

/** How an evaluation ends that needs an answer which has not come yet. */
export const answerPending = new EvaluationError('the authorizer has not answered yet');

/**
 * The questions of one request, each asked once. Evaluation is synchronous: a question whose answer takes
 * time ends it with `answerPending`; wait for `settled()` and evaluate again. What `&&` and `||` decide
 * without the answer needs no second evaluation.
 *
 *     let result = program.evaluate(variables);
 *     while (result.error === answerPending) {
 *       await authorizer.settled();
 *       result = program.evaluate(variables);
 *     }
 */
export class AskedAuthorizer {
  readonly #authorizer: ExpressionAuthorizer;
  readonly #answers = new Map<string, AuthorizationDecision>();
  readonly #pending = new Map<string, Promise<void>>();

  constructor(authorizer: ExpressionAuthorizer) {
    this.#authorizer = authorizer;
  }

  /** The decision, or `answerPending`. */
  decide(question: AuthorizationQuestion): AuthorizationDecision | EvaluationError {
    const key = JSON.stringify(question);
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    if (this.#pending.has(key)) return answerPending;
    const answer = this.#authorizer.authorize(question);
    if (!(answer instanceof Promise)) {
      this.#answers.set(key, answer);
      return answer;
    }
    const settled = answer
      .catch((error: unknown) => ({ allowed: false, reason: '', error: String(error) }))
      .then((decision) => {
        this.#answers.set(key, decision);
        this.#pending.delete(key);
      });
    this.#pending.set(key, settled);
    return answerPending;
  }

  /** Whether a question was asked that is not answered yet. */
  get isWaiting(): boolean {
    return this.#pending.size > 0;
  }

  /** Resolves when all questions that were asked so far are answered. Never rejects. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending.values());
  }
}
