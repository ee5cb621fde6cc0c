/**
 * Expressions are compared with Kubernetes' own CEL: issues, types, estimated and actual costs, values,
 * errors. PG8S_MUTATIONS=COUNT asks for so many random ones of each kind, PG8S_TEST_SEED repeats a run.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { answer, type ExpressionAnswer, type ExpressionRequest } from '@pg8s/cel/testing/request';
import { Random, testSeed } from '@pg8s/shim/mvcc/testing/random';
import { obtainCelOracle } from '../clients/cel-oracle.ts';
import { brokenExpression, declarations, randomExpression } from './random-expression.ts';

/** Where cel-go panics, or prints a value of Go: see docs/adr/0023-expressions-of-our-own.md. */
const incomparable = /^PANIC|invalid qualifier type/;

async function ask(oracle: string, requests: readonly ExpressionRequest[]): Promise<ExpressionAnswer[]> {
  const lines = requests.map((request) => `${JSON.stringify(request)}\n`).join('');
  const output = await new Promise<string>((resolve, reject) => {
    const child = execFile(oracle, [], { maxBuffer: 256 * 1024 * 1024 }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    );
    child.stdin?.end(lines);
  });
  const answers = output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ExpressionAnswer);
  equal(answers.length, requests.length);
  return answers.map((each) => (each.issues === undefined ? each : { issues: each.issues }));
}

/**
 * Syntax errors alone, where there are any: what a macro says of arguments that could not be parsed depends
 * on what ANTLR keeps of them.
 */
function withoutMacros({ issues, ...rest }: ExpressionAnswer): ExpressionAnswer {
  if (issues?.includes('Syntax error: ') !== true) return issues === undefined ? rest : { issues };
  const syntax = issues.split(/\n(?=ERROR: )/).filter((issue) => issue.includes('Syntax error: '));
  return { issues: syntax.join('\n') };
}

await test('Kubernetes says the same of random expressions', { timeout: 600_000 }, async (t) => {
  const { paths, missing } = await obtainCelOracle();
  if (paths === undefined) return t.skip(missing);
  const random = new Random(testSeed());
  t.diagnostic(`PG8S_TEST_SEED=${random.seed}`);
  const count = Number(process.env['PG8S_MUTATIONS'] ?? 1500);
  const requests: ExpressionRequest[] = [];
  for (let index = 0; index < count; index++) {
    const expr = randomExpression(random);
    requests.push({ ...declarations, expr }, { ...declarations, expr: brokenExpression(random, expr) });
  }
  const expected = await ask(paths['cel-oracle'], requests);
  for (const [index, request] of requests.entries()) {
    if (incomparable.test(expected[index]!.error ?? expected[index]!.programError ?? '')) continue;
    const wanted = withoutMacros(expected[index]!);
    deepEqual(withoutMacros(answer(request)), wanted, `${request.expr}, PG8S_TEST_SEED=${random.seed}`);
  }
});

await test('the recorded answers are those of Kubernetes', { timeout: 600_000 }, async (t) => {
  const { paths, missing } = await obtainCelOracle();
  if (paths === undefined) return t.skip(missing);
  const file = new URL('../../../cel/src/testing/golden-answers.json', import.meta.url);
  const { cases, ...shared } = JSON.parse(await readFile(file, 'utf8')) as Omit<ExpressionRequest, 'expr'> & {
    readonly cases: readonly (Pick<ExpressionRequest, 'expr' | 'env'> & {
      readonly answer: ExpressionAnswer;
    })[];
  };
  const requests = cases.map(({ expr, env }) => ({ ...shared, expr, ...(env === undefined ? {} : { env }) }));
  const answers = await ask(paths['cel-oracle'], requests);
  for (const [index, { expr, answer: recorded }] of cases.entries())
    deepEqual(recorded, answers[index], expr);
});
