import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ensureMapBudget, maxMapKeys } from './map-budget.ts';

const keys = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']));
const tooLarge = { name: 'StatusError', message: /^Request entity too large: / };

describe('the keys of maps in one object', () => {
  test('may be as many as the limit, in one map or in several', () => {
    ensureMapBudget({ data: keys(maxMapKeys) });
    ensureMapBudget({ metadata: { labels: keys(maxMapKeys / 2) }, data: keys(maxMapKeys / 2) });
  });

  test('are refused beyond it', () => {
    assert.throws(() => ensureMapBudget({ data: keys(maxMapKeys + 1) }), tooLarge);
    assert.throws(
      () => ensureMapBudget({ metadata: { labels: keys(maxMapKeys) }, data: keys(101) }),
      tooLarge,
    );
    const lists = Array.from({ length: 700 }, () => ({ labels: keys(101) }));
    assert.throws(() => ensureMapBudget({ items: lists }), tooLarge);
  });

  test('are not the fields of structs, items of lists or bytes', () => {
    ensureMapBudget({ items: Array.from({ length: maxMapKeys + 1 }, () => ({ name: 'a' })) });
    ensureMapBudget({ data: new Uint8Array(maxMapKeys + 1) });
    ensureMapBudget(null);
  });
});
