import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planSpecs, specSection, unexpectedIn } from './spec-plan.ts';
import type { WaitingSpec } from './waiting-specs.ts';

const names = [
  '[sig-apps] Job should run [Conformance]',
  '[sig-node] Pods should print [NodeConformance] [Conformance]',
  '[sig-node] Pods should start [Conformance]',
];
const entries: WaitingSpec[] = [
  { spec: /\] Job /, needs: 'job' },
  { spec: /print/, needs: 'containers', isRun: true },
];
const lists = { waiting: entries, servers: [], canHost: true };
const plan = planSpecs(names, lists);
const result = (name: string, passed: boolean) => ({ name, passed, seconds: 1, message: passed ? '' : 'no' });

test('what waits is not run, unless it fails soon', () => {
  assert.deepEqual(plan.run, names.slice(1));
});

test('specs that call servers are run apart, where they can be', () => {
  const here = planSpecs(names, { ...lists, servers: [/start/] });
  assert.deepEqual([here.run, here.hosted], [[names[1]], [names[2]]]);
  assert.equal(here.waiting.has(names[2]!), false);
  const elsewhere = planSpecs(names, { ...lists, servers: [/start/], canHost: false });
  assert.deepEqual([elsewhere.run, elsewhere.hosted], [[names[1]], []]);
  assert.equal(elsewhere.waiting.get(names[2]!)?.needs, 'servers');
});

test('an entry without a spec and a spec with two entries are errors', () => {
  assert.throws(
    () => planSpecs(names, { ...lists, waiting: [{ spec: /CronJob/, needs: 'cronJob' }] }),
    /no spec matches .CronJob/,
  );
  assert.throws(() => planSpecs(names, { ...lists, servers: [/apps/] }), /matches .* and/);
});

test('a failure that is not listed is unexpected, and a listed one that passes', () => {
  assert.deepEqual(unexpectedIn(plan, [result(names[1]!, false), result(names[2]!, true)]), []);
  assert.deepEqual(unexpectedIn(plan, [result(names[1]!, true), result(names[2]!, false)]), [
    `passes, but is listed as waiting: ${names[1]}`,
    `fails: ${names[2]}: no`,
  ]);
});

test('the section counts by sig and by reason', () => {
  const section = specSection(plan, [result(names[1]!, false), result(names[2]!, true)]);
  for (const line of [
    '| apps | 1 | 0 | 0 | 1 |',
    '| node | 2 | 1 | 1 | 0 |',
    '| **all** | 3 | 1 | 1 | 1 |',
    '| the controller of Jobs is not there | 0 | 1 |',
    '- `[sig-apps] Job should run`',
    '- `[sig-node] Pods should print` (failed)',
  ])
    assert.ok(section.split('\n').includes(line), `${line}\n${section}`);
});
