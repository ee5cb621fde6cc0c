import { deepEqual, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { answer, type ExpressionAnswer, type ExpressionRequest } from './testing/request.ts';

interface Golden extends Pick<ExpressionRequest, 'vars' | 'objects' | 'sizes'> {
  readonly cases: readonly (Pick<ExpressionRequest, 'expr' | 'env'> & {
    readonly answer: ExpressionAnswer;
  })[];
}

/** Recorded from Kubernetes' own CEL by test-e2e/src/cel: issues, types, both costs, values and errors. */
const golden = JSON.parse(
  readFileSync(new URL('testing/golden-answers.json', import.meta.url), 'utf8'),
) as Golden;

await test('every recorded expression has the answer of Kubernetes', () => {
  const { cases, ...declarations } = golden;
  ok(cases.length > 250);
  for (const { expr, env, answer: expected } of cases) {
    deepEqual(answer({ ...declarations, expr, ...(env === undefined ? {} : { env }) }), expected, expr);
  }
});

await test('it is the same in steps, however short they are', () => {
  const { cases, ...declarations } = golden;
  for (const { expr, env, answer: expected } of cases) {
    const request = { ...declarations, expr, ...(env === undefined ? {} : { env }) };
    for (const costPerStep of [1, 20]) deepEqual(answer(request, costPerStep), expected, expr);
  }
});
