import { parentPort } from 'node:worker_threads';
import { stringifyJson } from '@pg8s/k8s-proto/json';
import { parseYaml } from '../yaml.ts';
import { YamlError } from './yaml-error.ts';

/** A text for the thread. */
export interface YamlQuestion {
  readonly id: number;
  readonly text: string;
}

/** The answer: the value as JSON, or why there is none. */
export interface YamlAnswer {
  readonly id: number;
  readonly json?: string;
  readonly duplicates?: readonly string[];
  /** The text's own fault, in the words for the client. */
  readonly problem?: string;
  /** Any other error. */
  readonly failure?: string;
}

parentPort?.on('message', ({ id, text }: YamlQuestion) => {
  let answer: YamlAnswer;
  try {
    const { value, duplicates } = parseYaml(text);
    answer = { id, json: stringifyJson(value) ?? 'null', duplicates };
  } catch (error) {
    answer = error instanceof YamlError ? { id, problem: error.message } : { id, failure: String(error) };
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A thread has none.
  parentPort?.postMessage(answer);
});
