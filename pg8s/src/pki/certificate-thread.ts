import { Worker } from 'node:worker_threads';
import type { CertificateRequest, KeyPair } from './authority.ts';
import type { CertificateAnswer, CertificateCalls, CertificateQuestion } from './certificate-worker.ts';

interface Waiting {
  resolve(pair: KeyPair): void;
  reject(error: Error): void;
}

/**
 * Makes certificates on a thread of its own, which starts with the first. The library for X.509 adds to
 * `Reflect` and to the global object, which belong to the program that pg8s runs in; and the main thread has
 * other things to load.
 */
export class CertificateThread implements CertificateCalls {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #lastId = 0;

  /** A new self-signed CA: ECDSA P-256, ten years. */
  createAuthority(commonName: string, nowMs = Date.now()): Promise<KeyPair> {
    return this.#ask('createAuthority', commonName, nowMs);
  }

  /** A new certificate of one year, with a key of its own, signed by `authority`. */
  issueCertificate(
    { cert, key }: KeyPair,
    request: CertificateRequest,
    nowMs = Date.now(),
  ): Promise<KeyPair> {
    return this.#ask('issueCertificate', { cert, key }, request, nowMs);
  }

  /** A new certificate of a server that stands for itself. */
  createSelfSigned(
    request: Parameters<CertificateCalls['createSelfSigned']>[0],
    nowMs = Date.now(),
  ): Promise<KeyPair> {
    return this.#ask('createSelfSigned', request, nowMs);
  }

  /** Ends the thread. Calls under way are rejected. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
    this.#fail(new Error('the thread for certificates was closed'));
  }

  #ask(call: keyof CertificateCalls, ...args: readonly unknown[]): Promise<KeyPair> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A thread has none.
      (this.#worker ??= this.#start()).postMessage({ id, call, args } satisfies CertificateQuestion);
    });
  }

  #start(): Worker {
    const worker = new Worker(new URL('./certificate-worker.ts', import.meta.url), {
      // Those of the program, as --input-type, may be for its own entry point only.
      execArgv: [],
    });
    worker.on('message', (answer: CertificateAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if ('pair' in answer) waiting?.resolve(answer.pair);
      else waiting?.reject(new Error(answer.failure));
    });
    worker.on('error', (error: Error) => {
      this.#worker = undefined;
      this.#fail(error);
    });
    return worker;
  }

  #fail(error: Error): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }
}
