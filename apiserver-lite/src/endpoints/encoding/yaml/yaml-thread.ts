import { Worker } from 'node:worker_threads';
import { parseJson } from '@pg8s/k8s-proto/json';
import { beginTurn } from '../../../http/breathe.ts';
import { requestEntityTooLarge, tooManyRequests, timeout } from '../../../api-errors/status-error.ts';
import type { ParsedYaml } from './decode-nodes.ts';
import type { YamlAnswer, YamlQuestion } from './yaml-worker.ts';
import { YamlError } from './yaml-error.ts';

/** Texts that wait for their turn. */
const maxWaiting = 32;
/** A text of 3 MiB takes about a second; this is for when something is wrong. */
const maxSeconds = 30;
/** How long the thread stays without work. */
const idleMs = 10_000;
const maxHeapMiB = 512;

interface Waiting {
  text: string;
  resolve(parsed: ParsedYaml): void;
  reject(error: Error): void;
}

/**
 * Reads large YAML texts on a thread of its own, one at a time, so that nobody else waits for them. The
 * thread starts with the first text and ends when there are none.
 */
class YamlThread {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastId = 0;

  /** Rejects with a YamlError, or 413, 429 and 504. */
  parse(text: string): Promise<ParsedYaml> {
    if (this.#waiting.size >= maxWaiting) {
      return Promise.reject(tooManyRequests('too many large YAML bodies, please try again later', 1));
    }
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { text, resolve, reject });
      if (this.#waiting.size === 1) this.#askNext();
    });
  }

  #askNext(): void {
    clearTimeout(this.#timer);
    const [first] = this.#waiting;
    if (first === undefined) {
      this.#timer = setTimeout(() => this.#stop(), idleMs).unref();
      return;
    }
    const [id, { text }] = first;
    this.#timer = setTimeout(() => {
      this.#stop();
      this.#settle(id, ({ reject }) => reject(timeout('the YAML body took too long to read', 1)));
    }, maxSeconds * 1000).unref();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A thread has none.
    (this.#worker ??= this.#start()).postMessage({ id, text } satisfies YamlQuestion);
  }

  #settle(id: number, settle: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    settle(waiting);
    this.#askNext();
  }

  #start(): Worker {
    const worker = new Worker(new URL('./yaml-worker.ts', import.meta.url), {
      // Those of the program, as --input-type, may be for its own entry point only.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMiB },
    });
    worker.unref();
    worker.on('message', ({ id, json, duplicates = [], problem, tooLarge, failure }: YamlAnswer) => {
      beginTurn();
      this.#settle(id, ({ resolve, reject }) => {
        if (json !== undefined) resolve({ value: parseJson(json), duplicates });
        else if (problem !== undefined) reject(new YamlError(problem));
        else reject(tooLarge === undefined ? new Error(failure) : requestEntityTooLarge(tooLarge));
      });
    });
    worker.on('error', (error: Error & { code?: string }) => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      const [first] = this.#waiting.keys();
      const outOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      if (first === undefined) return;
      this.#settle(first, ({ reject }) =>
        reject(outOfMemory ? new YamlError('yaml: the document is too large') : error),
      );
    });
    return worker;
  }

  #stop(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
  }
}

const thread = new YamlThread();

/**
 * The first document of a YAML text that is large, read on another thread. Rejects with YamlErrors, 413, 429
 * and 504.
 */
export function parseOnThread(text: string): Promise<ParsedYaml> {
  return thread.parse(text);
}
