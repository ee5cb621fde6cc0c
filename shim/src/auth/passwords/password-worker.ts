import { parentPort } from 'node:worker_threads';
import { compareSync, hashSync } from 'bcryptjs';

/** A question of `PasswordHasher` to its thread. */
export type PasswordQuestion =
  | { readonly id: number; readonly password: string; readonly cost: number }
  | { readonly id: number; readonly password: string; readonly hash: string };

/** The answer: a hash, or whether the password was right. */
export interface PasswordAnswer {
  readonly id: number;
  readonly result?: string | boolean;
  readonly error?: string;
}

parentPort?.on('message', (question: PasswordQuestion) => {
  const { id, password } = question;
  let answer: PasswordAnswer;
  try {
    const result =
      'hash' in question ? compareSync(password, question.hash) : hashSync(password, question.cost);
    answer = { id, result };
  } catch (error) {
    answer = { id, error: String(error) };
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A thread has none.
  parentPort?.postMessage(answer);
});
