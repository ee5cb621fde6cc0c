import { parentPort } from 'node:worker_threads';
import { stringifyJson } from '@pg8s/k8s-proto/json';
import { StatusError } from '../../../api-errors/status-error.ts';
import { ensureMapBudget } from '../../body/map-budget.ts';
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
  /** It has more keys than an object may have: the message of the 413. */
  readonly tooLarge?: string;
  /** Any other error. */
  readonly failure?: string;
}

parentPort?.on('message', ({ id, text }: YamlQuestion) => {
  let answer: YamlAnswer;
  try {
    const { value, duplicates } = parseYaml(text);
    ensureMapBudget(value);
    answer = { id, json: stringifyJson(value) ?? 'null', duplicates };
  } catch (error) {
    if (error instanceof YamlError) answer = { id, problem: error.message };
    else if (error instanceof StatusError) answer = { id, tooLarge: error.message };
    else answer = { id, failure: String(error) };
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A thread has none.
  parentPort?.postMessage(answer);
});
