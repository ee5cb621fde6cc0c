/** The thread of `certificate-thread.ts`. */
import { parentPort } from 'node:worker_threads';
import { createAuthority, createSelfSigned, issueCertificate, type KeyPair } from './authority.ts';

const calls = { createAuthority, createSelfSigned, issueCertificate };

/** The functions that the thread runs, by name. */
export type CertificateCalls = typeof calls;

/** A call for the thread. */
export interface CertificateQuestion {
  readonly id: number;
  readonly call: keyof CertificateCalls;
  readonly args: readonly unknown[];
}

/** What the call resolved to, or why it was rejected. */
export type CertificateAnswer =
  | { readonly id: number; readonly pair: KeyPair }
  | { readonly id: number; readonly failure: string };

async function answer({ id, call, args }: CertificateQuestion): Promise<CertificateAnswer> {
  try {
    const run = calls[call] as (...given: readonly unknown[]) => Promise<KeyPair>;
    return { id, pair: await run(...args) };
  } catch (error) {
    return { id, failure: (error as Error).message };
  }
}

parentPort?.on('message', (question: CertificateQuestion) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A thread has none.
  void answer(question).then((found) => parentPort?.postMessage(found));
});
