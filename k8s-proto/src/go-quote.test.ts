import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goQuote } from './go-quote.ts';

test('what cannot be printed is escaped as Go does', () => {
  assert.equal(goQuote('é 漢😀'), '"é 漢😀"');
  assert.equal(goQuote('a\nb"\\'), String.raw`"a\nb\"\\"`);
  assert.equal(goQuote('\0\u0007\u2028\u{e0001}'), String.raw`"\x00\a\u2028\U000e0001"`);
  assert.equal(goQuote('a\uDCFF\uD800'), String.raw`"a\xff\ud800"`);
});
