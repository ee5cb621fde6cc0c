import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeExchange } from './testing/fake-exchange.ts';

test('warnings are quoted, and sent once each, but for those that no header can have', () => {
  const { context, response } = fakeExchange();
  context.warn('a "b" \\ c');
  context.warn('a "b" \\ c');
  context.warn('line\nbreak');
  context.warn('');
  assert.deepEqual(response.headers['warning'], ['299 - "a \\"b\\" \\\\ c"']);
});

test('warnings have a bound', () => {
  const { context, response } = fakeExchange();
  for (let index = 0; index < 100; index++) context.warn(`${index} ${'x'.repeat(1000)}`);
  const sent = response.headers['warning'] as string[];
  assert.equal(sent.length, 16);
  assert.ok(sent.every((warning) => warning.length === '299 - ""'.length + 256));
});

test('nothing is added to a response that has begun', () => {
  const { context, response } = fakeExchange();
  response.flushHeaders();
  context.warn('late');
  assert.equal(response.headers['warning'], undefined);
});

test('the signal tells of a cancellation, before and after somebody looks', () => {
  const early = fakeExchange().context;
  early.cancel(new Error('gone'));
  assert.equal((early.signal.reason as Error).message, 'gone');
  const late = fakeExchange().context;
  const { signal } = late;
  assert.equal(signal.aborted, false);
  late.cancel(new Error('gone'));
  assert.equal(signal.aborted, true);
});

test('a target that looks like another host is a path', () => {
  assert.equal(fakeExchange({ url: '//evil.example/api' }).context.url.pathname, '//evil.example/api');
});
