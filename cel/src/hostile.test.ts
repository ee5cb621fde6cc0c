import { equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { createEnvironment } from './create-environment.ts';
import { fromJson } from './json.ts';
import { optionalLibrary, twoVariableLibrary } from './standard/optional.ts';
import { dynType } from './types.ts';

const environment = createEnvironment({
  libraries: [optionalLibrary, twoVariableLibrary],
  validateLiterals: true,
  variables: [{ name: 'self', type: dynType }],
});

/** The issues of a text that does not compile, `` for one that does. */
function issuesOf(text: string): string {
  const compiled = environment.compile(text);
  return compiled.ok ? '' : compiled.text;
}

function run(text: string, self: unknown, costLimit?: number): ReturnType<typeof evaluate> {
  return evaluate(text, self, costLimit);
}

function evaluate(text: string, self: unknown, costLimit = 1_000_000) {
  const compiled = environment.compile(text);
  if (!compiled.ok) throw new Error(compiled.text);
  return compiled.expression.evaluate(new Map([['self', fromJson(self)]]), { costLimit });
}

await test('expressions that are nested too deeply are refused', () => {
  const deep = ['(', '[', '{1:', 'f(', 'self.x(', 'true?1:', '1+(', '[1].map(x, '];
  for (const part of deep) {
    match(
      issuesOf(`${part.repeat(400)}1`),
      /limit exceeded|recursion depth exceeded|Syntax error|no matching/,
      part,
    );
  }
  equal(issuesOf(`self${'.a'.repeat(250)}`), '');
  match(issuesOf(`self${'.a'.repeat(251)}`), /max recursion depth exceeded/);
  match(issuesOf('1+'.repeat(251) + '1'), /max recursion depth exceeded/);
});

await test('texts that are too long are refused', () => {
  match(
    issuesOf(`'${'a'.repeat(100_000)}'`),
    /expression code point size exceeds limit: size: 100002, limit 100000/,
  );
  equal(issuesOf(`'${'a'.repeat(99_998)}'`), '');
  match(issuesOf('#'.repeat(100_000)), /1 more errors were truncated/);
  match(issuesOf("'".repeat(99_999)), /Syntax error/);
  match(issuesOf('['.repeat(100_000)), /limit exceeded/);
  match(issuesOf('a '.repeat(50_000)), /Syntax error/);
  match(issuesOf('"""'.repeat(33_333)), /./);
});

await test('wide expressions are compiled in bounded time', () => {
  equal(issuesOf(`[${'1,'.repeat(49_000)}1].size() > 0`), '');
  equal(issuesOf(Array.from({ length: 10_000 }, () => 'self.a').join(' && ')), '');
  equal(issuesOf(`[${Array.from({ length: 5000 }, () => '[]').join(', ')}].all(x, x == [])`), '');
});

await test('the cost ends what runs long', () => {
  const list = Array.from({ length: 1000 }, (_, index) => index);
  const bombs = [
    'self.all(a, self.all(b, self.all(c, a + b + c >= 0)))',
    'self.map(a, self.map(b, self.map(c, c))).size() > 0',
    'self.exists(a, self.exists(b, a.missing || b.missing))',
    'self.transformMap(i, v, self.transformMap(j, w, i)).size() > 0',
    'self.all(a, (self + self + self + self).all(b, a + b >= 0))',
  ];
  for (const text of bombs) {
    const { error, cost } = run(text, list);
    equal(error?.message, 'operation cancelled: actual cost limit exceeded', text);
    ok(cost > 1_000_000 && cost < 3_000_000, `${text}: ${cost}`);
  }
});

await test('a caller can end an evaluation', () => {
  let asked = 0;
  const compiled = environment.compile('self.all(a, self.all(b, a + b >= 0))');
  ok(compiled.ok);
  const list = fromJson(Array.from({ length: 1000 }, (_, index) => index));
  const { error } = compiled.expression.evaluate(new Map([['self', list]]), {
    interrupted: () => ++asked > 5,
  });
  equal(error?.message, 'operation interrupted');
});

await test('names of prototypes are ordinary names', () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    equal(run(`has(self.${name})`, {}).value, false);
    equal(run(`self.${name}`, {}).error?.message, `no such key: ${name}`);
    equal(run(`{'${name}': 1}.${name}`, {}).value, 1n);
    match(issuesOf(name), /undeclared reference/);
    match(issuesOf(`${name}(1)`), /undeclared reference/);
  }
  equal(run('self.__proto__.a', JSON.parse('{"__proto__": {"a": 1}}')).value, 1n);
});
