/**
 * The codec against JSON on one realistic Pod. Ratios count, not rates: machines are noisy.
 *
 *     node k8s-proto/bench/codec.bench.ts
 */
import { isDeepStrictEqual } from 'node:util';
import { conform } from '../src/conform/conform.ts';
import { parseJsonStrict } from '../src/conform/parse-json-strict.ts';
import { decodeObject, encodeObject } from '../src/stored-object.ts';
import type { KubeObject } from '../src/object.ts';
import { messageOf } from '../src/scheme.ts';
import { samplePod } from './sample-pod.ts';

/** One measured operation. */
export interface BenchRow {
  name: string;
  operationsPerSecond: number;
  /** How many times as fast as the JSON function that it would stand in for. */
  ratio: number;
}

const rounds = 7;
const roundMs = 120;

/** The best of several rounds: what the machine can do when nobody disturbs. */
function measure(operation: () => unknown): number {
  let best = 0;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    let count = 0;
    let elapsed = 0;
    while (elapsed < roundMs) {
      for (let index = 0; index < 50; index++) operation();
      count += 50;
      elapsed = performance.now() - start;
    }
    best = Math.max(best, (count / elapsed) * 1000);
  }
  return best;
}

/** Measures, after having checked that what is measured is right. */
export async function run(): Promise<BenchRow[]> {
  const object = samplePod() as KubeObject;
  const text = JSON.stringify(object);
  const bytes = encodeObject(object);
  const message = messageOf({ group: '', version: 'v1', kind: 'Pod' }) ?? '';
  if (!isDeepStrictEqual(decodeObject(bytes), object))
    throw new Error('the sample does not survive the codec');
  const parse = measure(() => JSON.parse(text));
  const stringify = measure(() => JSON.stringify(object));
  const decode = measure(() => decodeObject(bytes));
  const encode = measure(() => encodeObject(object));
  const strict = measure(() => parseJsonStrict(text));
  const conformed = measure(() => conform(object, message, 'report'));
  return [
    { name: `JSON.parse (${text.length} bytes)`, operationsPerSecond: parse, ratio: 1 },
    { name: `decodeObject (${bytes.length} bytes)`, operationsPerSecond: decode, ratio: decode / parse },
    { name: 'parseJsonStrict', operationsPerSecond: strict, ratio: strict / parse },
    { name: 'conform', operationsPerSecond: conformed, ratio: conformed / parse },
    { name: 'JSON.stringify', operationsPerSecond: stringify, ratio: 1 },
    { name: 'encodeObject', operationsPerSecond: encode, ratio: encode / stringify },
  ];
}

if (import.meta.main) {
  for (const { name, operationsPerSecond, ratio } of await run()) {
    console.log(`${name.padEnd(28)} ${operationsPerSecond.toFixed(0).padStart(9)}/s  ${ratio.toFixed(2)}x`);
  }
}
