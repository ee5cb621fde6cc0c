import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRequestTarget } from './request-target.ts';

const paths: readonly (readonly [target: string, path: string])[] = [
  ['/', '/'],
  ['/healthz/../api/v1/secrets', '/healthz/../api/v1/secrets'],
  ['/api/v1/namespaces/default/pods/%2e%2e', '/api/v1/namespaces/default/pods/..'],
  ['//api/v1/pods', '//api/v1/pods'],
  ['/api/v1/pods#x', '/api/v1/pods#x'],
  ['/api/v1/pods/a%2Fb', '/api/v1/pods/a/b'],
  ['/api/v1/pods/a\\b', '/api/v1/pods/a\\b'],
  ['/api/v1/pods/a+b', '/api/v1/pods/a+b'],
  ['/%ff', '/\uDCFF'],
  ['/a%C3%A4%C3%f0%9f%98%80%f0%9f%98', '/aä\uDCC3😀\uDCF0\uDC9F\uDC98'],
  ['/%C3%A4', '/ä'],
  ['https://elsewhere/api/v1/nodes?limit=1', '/api/v1/nodes'],
  ['*', '*'],
];

for (const [target, path] of paths) {
  test(`the path of ${target}`, () => assert.equal(parseRequestTarget(target).path, path));
}

for (const target of ['', 'healthz', '/%', '/%zz', '/a b', '/a\u0001']) {
  test(`${JSON.stringify(target)} is no target`, () => {
    assert.throws(() => parseRequestTarget(target), { name: 'RequestTargetError' });
  });
}

test('a query as Go reads it: pairs with a semicolon or a broken escape are dropped', () => {
  const query = (text: string): [string, string][] => [...parseRequestTarget(`/x?${text}`).searchParams];
  assert.deepEqual(query('a=1&b=x+y%20z&c'), [
    ['a', '1'],
    ['b', 'x y z'],
    ['c', ''],
  ]);
  assert.deepEqual(query('dryRun=All;x&limit=%zz&a=b=c&&=d'), [
    ['a', 'b=c'],
    ['', 'd'],
  ]);
  assert.deepEqual(query('a=1#b&c=%C3%A4'), [
    ['a', '1#b'],
    ['c', 'ä'],
  ]);
});
