import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromJson } from '../json.ts';
import { kubernetesEnvironment } from '../kubernetes-environment.ts';
import { perCallCostLimit } from '../limits.ts';
import { listType, stringType } from '../types.ts';

const environment = kubernetesEnvironment.extend({
  variables: [
    { name: 's', type: stringType },
    { name: 'l', type: listType(stringType) },
  ],
});
const text = 'a'.repeat(200_000);
const values = new Map([
  ['s', text],
  ['l', fromJson(Array.from({ length: 50_000 }, () => 'abcdefghij'))],
]);

/** How an expression ends on a text of 200 KB and a list of 50,000. */
function end(expression: string): string | undefined {
  const compiled = environment.compile(expression);
  assert.ok(compiled.ok, expression);
  return compiled.expression.evaluate(values, { costLimit: perCallCostLimit }).error?.message;
}

const overLimit = 'operation cancelled: actual cost limit exceeded';

test('ranges of any length cost nothing before their cost is known', () => {
  for (const call of ['reverse()', 'sort()', 'distinct()', 'slice(0, 99999)', 'isSorted()', 'map(x, x)']) {
    assert.equal(end(`dyn(lists.range(9223372036854775807).${call}) == null`), overLimit, call);
  }
});

test('lists are not compared pair by pair where that would take long', () => {
  assert.equal(end('dyn(l.distinct()) == null'), overLimit);
  assert.equal(end('sets.equivalent(l, l)'), overLimit);
  assert.equal(end('sets.intersects(l, l)'), overLimit);
});

test('texts do not grow beyond 16 Mi characters in one call', () => {
  const format = `"${'%s'.repeat(100)}".format([${'s,'.repeat(100)}])`;
  for (const call of ['s.replace("", s)', 's.replace("a", s)', 'l.join(s)', format]) {
    assert.equal(end(`${call} == ""`), 'the result is too long', call.slice(0, 40));
  }
});

test('regular expressions take time linear in the text', () => {
  assert.equal(end('s.find("(a+)+b") == ""'), undefined);
  assert.equal(end('s.findAll("(a*)*b").size() == 0'), undefined);
});
