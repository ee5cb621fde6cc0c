import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileLabelSelector, parseLabelSelector } from './label-selector.ts';

const matches = (selector: string, labels: Record<string, string>) =>
  compileLabelSelector(parseLabelSelector(selector))?.(labels) ?? true;

test('every operator', () => {
  const labels = { app: 'web', tier: 'front', size: '7', empty: '', in: 'in' };
  const cases: [string, boolean][] = [
    ['', true],
    ['app=web', true],
    ['app==web', true],
    ['app!=web', false],
    ['other!=web', true],
    ['app', true],
    ['!app', false],
    ['!other', true],
    ['! other', true],
    ['app in (api, web)', true],
    ['app notin (api, web)', false],
    ['other notin (api)', true],
    ['empty in ()', true],
    ['empty=', true],
    ['empty in (a,)', true],
    ['size>6,size<8', true],
    ['size>7', false],
    ['app>1', false],
    ['in in (in,notin)', true],
    [' app = web , tier in ( front ) ', true],
    ['app=web,tier=back', false],
  ];
  for (const [selector, expected] of cases) assert.equal(matches(selector, labels), expected, selector);
});

test('what can not be read is told as kube-apiserver tells it', () => {
  const cases: [string, string][] = [
    ['a=b=c', "found '=', expected: ',' or 'end of string'"],
    ['a,', "found '', expected: identifier after ','"],
    ['=a', "found '=', expected: !, identifier, or 'end of string'"],
    ['a in b', "unable to parse requirement: found 'b' expected: '('"],
    ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['!', "unable to parse requirement: found '', expected: identifier"],
    ['/a', 'unable to parse requirement: <nil>: Invalid value: "/a": prefix part must be non-empty'],
    [
      'a>b',
      `unable to parse requirement: values[0]: Invalid value: "b": for 'Gt', 'Lt' operators, the value must be an integer`,
    ],
  ];
  for (const [selector, message] of cases) {
    assert.throws(() => parseLabelSelector(selector), { name: 'StatusError', message }, selector);
  }
  assert.throws(
    () => parseLabelSelector('a=-b'),
    /unable to parse requirement: values\[0\]\[a\]: Invalid value: "-b": a valid label must/,
  );
});
