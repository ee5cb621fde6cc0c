import { Worker } from 'node:worker_threads';
import { StoreError } from '../../mvcc/store-error.ts';
import { AuthError } from '../auth-error.ts';
import type { PasswordAnswer, PasswordQuestion } from './password-worker.ts';

/** bcrypt knows no longer ones; etcd refuses them, too. */
const maxPasswordBytes = 72;
/** Passwords that wait for their turn. */
const maxWaiting = 256;

const minCost = 4;
const maxCost = 31;
/** etcd's, and that of bcrypt.DefaultCost. */
const defaultBcryptCost = 10;

interface Waiting {
  resolve(result: string | boolean): void;
  reject(error: Error): void;
}

/**
 * bcrypt on a thread of its own, because it takes the better part of a tenth of a second on purpose, in which
 * nobody else may wait. The thread starts with the first password.
 */
export class PasswordHasher {
  readonly #cost: number;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #lastId = 0;

  /** A cost that bcrypt does not know stands for the default. */
  constructor(cost: number = defaultBcryptCost) {
    this.#cost = cost >= minCost && cost <= maxCost ? cost : defaultBcryptCost;
  }

  /** Rejects with `passwordTooLong`, `tooManyRequests`. */
  async hash(password: string): Promise<string> {
    if (Buffer.byteLength(password) > maxPasswordBytes) throw new AuthError('passwordTooLong');
    return (await this.#ask({ password, cost: this.#cost })) as string;
  }

  /** Whether the hash is of that password. Rejects with `tooManyRequests`. */
  async matches(password: string, hash: string): Promise<boolean> {
    return (await this.#ask({ password, hash })) as boolean;
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#failAll(new StoreError('stopped'));
    await worker?.terminate();
  }

  #ask(
    question: { password: string; cost: number } | { password: string; hash: string },
  ): Promise<string | boolean> {
    if (this.#waiting.size >= maxWaiting) return Promise.reject(new StoreError('tooManyRequests'));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A thread has none.
      (this.#worker ??= this.#start()).postMessage({ ...question, id } satisfies PasswordQuestion);
    });
  }

  #start(): Worker {
    const worker = new Worker(new URL('./password-worker.ts', import.meta.url), {
      // Those of the program, as --input-type, may be for its own entry point only.
      execArgv: [],
    });
    worker.unref();
    worker.on('message', ({ id, result, error }: PasswordAnswer) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (result === undefined) waiting?.reject(new Error(error));
      else waiting?.resolve(result);
    });
    worker.on('error', (error) => {
      if (this.#worker === worker) this.#worker = undefined;
      this.#failAll(error as Error);
    });
    return worker;
  }

  #failAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
