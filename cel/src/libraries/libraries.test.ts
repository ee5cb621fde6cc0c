import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { goldenAnswer, type GoldenCase } from './testing/golden-answer.ts';

const folder = new URL('golden/', import.meta.url);

for (const file of readdirSync(folder)) {
  test(`${file}: types, values, errors and costs are those of kube-apiserver`, () => {
    const cases = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as GoldenCase[];
    const answers = cases.map(goldenAnswer);
    assert.deepEqual(answers, cases);
  });
}
