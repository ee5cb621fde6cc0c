import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileFieldSelector, parseFieldSelector } from './field-selector.ts';

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default' },
  status: { phase: 'Running' },
};
const labels = {
  namespaced: true,
  selectable: { 'status.phase': (object: typeof pod) => object.status.phase } as never,
};

function compile(selector: string) {
  return compileFieldSelector(parseFieldSelector(selector), labels);
}

test('terms are equal or not, and all of them must hold', () => {
  const cases: [string, boolean][] = [
    ['status.phase=Running', true],
    ['status.phase==Running', true],
    ['status.phase!=Running', false],
    ['metadata.namespace=default,status.phase=Running', true],
    ['metadata.name=web,metadata.namespace=other', false],
  ];
  for (const [selector, expected] of cases)
    assert.equal(compile(selector).matches?.(pod), expected, selector);
  assert.equal(compile('').matches, undefined);
});

test('metadata.name= narrows to one object', () => {
  assert.equal(compile('metadata.name=web').name, 'web');
  assert.equal(compile('metadata.name!=web').name, undefined);
});

test('unknown labels and nonsense', () => {
  assert.throws(() => compile('spec.foo=1'), { message: 'field label not supported: spec.foo' });
  assert.throws(() => compile('foo'), { message: "invalid selector: 'foo'; can't understand 'foo'" });
  assert.throws(
    () => compileFieldSelector(parseFieldSelector('spec.foo=1'), { namespaced: true, selectable: {} }),
    { message: '"spec.foo" is not a known field selector: only "metadata.name", "metadata.namespace"' },
  );
});

test('a term of nothing selects everything', () => {
  assert.deepEqual(parseFieldSelector('='), []);
  assert.deepEqual(parseFieldSelector('==,!='), []);
  assert.deepEqual(parseFieldSelector('=a'), [{ field: '', equals: true, value: 'a' }]);
});
