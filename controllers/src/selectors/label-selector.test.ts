import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesSelector } from './label-selector.ts';

const exists = (key: string) => ({ matchExpressions: [{ key, operator: 'Exists' }] });

test('an absent selector matches nothing, an empty one everything', () => {
  assert.equal(matchesSelector(undefined, { a: 'b' }), false);
  assert.equal(matchesSelector({}, undefined), true);
});

test('a label is there only if somebody put it there', () => {
  assert.equal(matchesSelector(exists('app'), { app: '' }), true);
  assert.equal(matchesSelector(exists('constructor'), { app: '' }), false);
  assert.equal(matchesSelector(exists('constructor'), { constructor: 'x' }), true);
  assert.equal(matchesSelector(exists('app'), undefined), false);
});

test('Gt and Lt are no operators of label selectors', () => {
  assert.equal(
    matchesSelector({ matchExpressions: [{ key: 'n', operator: 'Gt', values: ['1'] }] }, { n: '2' }),
    false,
  );
});
