import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { createEnvironment } from '../create-environment.ts';
import type { CompiledExpression, Evaluation } from '../environment.ts';
import { fromJson } from '../json.ts';
import { kubernetesEnvironment } from '../kubernetes-environment.ts';
import { bindingsLibrary, optionalLibrary, twoVariableLibrary } from '../standard/optional.ts';
import { dynType } from '../types.ts';

const numbers = Array.from({ length: 30 }, (_, index) => index);
const self = {
  list: numbers,
  map: Object.fromEntries(numbers.map((number) => [`k${number}`, number])),
  text: 'x'.repeat(100),
};
const variables = new Map([['self', fromJson(self)]]);

const options = { variables: [{ name: 'self', type: dynType }] };
const environments = {
  kube: kubernetesEnvironment.extend(options),
  std: createEnvironment({
    libraries: [optionalLibrary, twoVariableLibrary, bindingsLibrary],
    ...options,
  }),
};

function compile(text: string, environment: keyof typeof environments): CompiledExpression {
  const compiled = environments[environment].compile(text);
  ok(compiled.ok, compiled.ok ? '' : compiled.text);
  return compiled.expression;
}

function inSteps(
  expression: CompiledExpression,
  limits: { costLimit: number; costPerStep: number },
): { evaluation: Evaluation; pauses: number } {
  const steps = expression.evaluateInSteps(variables, limits);
  for (let pauses = 0; ; pauses++) {
    const step = steps.next();
    if (step.done === true) return { evaluation: step.value, pauses };
  }
}

const nested: readonly [text: string, environment: keyof typeof environments][] = [
  ['self.list.all(x, self.list.all(y, self.list.all(z, x + y + z < 1000)))', 'kube'],
  ['self.list.all(x, self.list.exists(y, y > 50)) || self.list.all(x, x < 30)', 'kube'],
  [
    'self.list.filter(x, self.list.exists(y, y == x)).map(z, z + 1).size() == 30 && self.list.all(q, q in self.list)',
    'kube',
  ],
  ['self.list.map(x, self.list.filter(y, y < x).map(z, z * 2)).map(l, size(l)).exists(n, n == 29)', 'kube'],
  ['self.map.all(k, self.map.exists_one(j, j == k)) ? self.list.exists(x, x == 29) : false', 'kube'],
  ['self.map.transformMap(k, v, self.list.filter(y, y < v).size()).all(k, k != "")', 'kube'],
  ['self.list.all(i, x, i == x && self.list.exists(j, y, j == i && y == x))', 'kube'],
  ['self.list.all(x, x / 0 == 1 || self.list.all(y, true)) || self.list.exists(x, x == 1)', 'kube'],
  ['self.list.map(x, 10 / (x - 20)).size() == 30', 'kube'],
  [
    'optional.of(self.list.filter(x, x > 3)).optMap(v, self.list.all(y, v.exists(z, z != y))).orValue(false)',
    'kube',
  ],
  ['cel.bind(v, self.list.filter(x, x > 3), self.list.all(y, v.exists(z, z != y)))', 'std'],
  ['self.list.all(x, cel.bind(v, self.list.filter(y, y >= x), v.all(z, z >= x && size(v) > 0)))', 'std'],
];

test('loops in loops have the same value and cost, wherever they pause', () => {
  for (const [text, environment] of nested) {
    const expression = compile(text, environment);
    for (const costLimit of [1_000_000, 20_000, 500]) {
      const expected = expression.evaluate(variables, { costLimit });
      for (const costPerStep of [1, 7, 100, 1000]) {
        const { evaluation, pauses } = inSteps(expression, { costLimit, costPerStep });
        deepEqual(evaluation, expected, `${text}, ${costLimit} in steps of ${costPerStep}`);
        ok(pauses >= Math.floor(evaluation.cost / costPerStep / 200), `${text} pauses`);
      }
    }
  }
});

test('no step is much longer than it should be', () => {
  const expression = compile(nested[0]![0], 'kube');
  const costPerStep = 2000;
  const { evaluation, pauses } = inSteps(expression, { costLimit: 1_000_000, costPerStep });
  ok(evaluation.cost > 200_000);
  ok(pauses >= Math.floor(evaluation.cost / (costPerStep + 20)), `${pauses} pauses`);
});

test('what has no loop is evaluated in one step', () => {
  const { evaluation, pauses } = inSteps(compile('self.text.matches("x+")', 'kube'), {
    costLimit: 1_000_000,
    costPerStep: 1,
  });
  equal(pauses, 0);
  equal(evaluation.value, true);
});
