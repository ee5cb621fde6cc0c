import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { goRegexp, goRegexpError } from './go-regexp.ts';

const matchesGoRegexp = (expression: string, text: string) => goRegexp(expression).matches(text);

test('what Go refuses is refused in its words', () => {
  const cases: [string, string | undefined][] = [
    ['a**', 'invalid nested repetition operator: `**`'],
    ['(a', 'missing closing ): `(a`'],
    ['a)', 'unexpected ): `a)`'],
    ['[a', 'missing closing ]: `[a`'],
    ['[z-a]', 'invalid character class range: `z-a`'],
    ['a\\', 'trailing backslash at end of expression: ``'],
    ['a{1001}', 'invalid repeat count: `{1001}`'],
    ['(?=a)', 'invalid or unsupported Perl syntax: `(?=`'],
    ['\\1', 'invalid escape sequence: `\\1`'],
    ['*a', 'missing argument to repetition operator: `*`'],
    ['(?P<a-b>a)', 'invalid named capture: `(?P<a-b>`'],
    ['\\p{Foo}', 'invalid character class range: `\\p{Foo}`'],
    ['(?P<n>a)(?P<n>b)', undefined],
    ['(?i)\\pL[[:alpha:]]\\z', undefined],
  ];
  for (const [expression, why] of cases) {
    const expected = why === undefined ? undefined : `error parsing regexp: ${why}`;
    assert.equal(goRegexpError(expression), expected, expression);
  }
});

test('matching is that of Go', () => {
  assert.ok(matchesGoRegexp('^[a-z]+$', 'abc'));
  assert.ok(!matchesGoRegexp('^[a-z]+$', 'abc\n'));
  assert.ok(matchesGoRegexp('(?i)k', '\u212a'));
  assert.ok(!matchesGoRegexp('^.$', '\n'));
  assert.ok(matchesGoRegexp('^.$', '😀'));
  assert.ok(matchesGoRegexp('(?P<n>a)(?P<n>b)', 'ab'));
});

test('an expression takes no longer than it is long times the text, and all of a turn have a limit', async () => {
  assert.ok(!matchesGoRegexp('^(a+)+$', `${'a'.repeat(40)}b`));
  await setImmediate();
  const refused = { message: 'the patterns of the request take too long to compile or to match' };
  assert.throws(() => matchesGoRegexp('(a?){1000}(a){1000}', 'a'.repeat(100_000)), refused);
  await setImmediate();
  assert.throws(() => goRegexpError('[a-z]?'.repeat(100_000)), refused);
  await setImmediate();
  assert.throws(() => {
    for (let index = 0; index < 10_000; index++) goRegexpError(`^[a-z]${index}{100}$`);
  }, refused);
  await setImmediate();
  assert.ok(matchesGoRegexp('^[a-z]+$', 'abc'));
});
