import assert from 'node:assert/strict';
import { test } from 'node:test';
import { templateGeneration } from './daemon-set-defaults.ts';
import { templateGenerationProblem } from './template-generation.ts';

test('the generation of the template is a number as Go reads it', () => {
  const problemOf = (text: string) =>
    templateGenerationProblem({ metadata: { annotations: { [templateGeneration]: text } } } as never);
  for (const text of ['0', '+5', '-7', '007', '9223372036854775807', '-9223372036854775808']) {
    assert.equal(problemOf(text), undefined);
  }
  for (const text of ['', ' 1', '1.5', '0x1', '1_0', 'a\nb"\\']) {
    assert.match(problemOf(text) ?? '', /^strconv\.ParseInt: parsing ".*": invalid syntax$/);
  }
  assert.equal(problemOf('a\nb"\\'), 'strconv.ParseInt: parsing "a\\nb\\"\\\\": invalid syntax');
  assert.match(problemOf('9223372036854775808') ?? '', /value out of range$/);
  assert.match(problemOf('9'.repeat(1000)) ?? '', /value out of range$/);
});
