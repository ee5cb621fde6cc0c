import assert from 'node:assert/strict';
import { test } from 'node:test';
import { humanDuration, shortHumanDuration } from './duration.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

test('ages as kubectl prints them', () => {
  const cases: [number, string, string][] = [
    [-5 * second, '<invalid>', '<invalid>'],
    [-1.5 * second, '0s', '0s'],
    [999, '0s', '0s'],
    [59 * second, '59s', '59s'],
    [95 * second, '95s', '1m'],
    [2 * minute, '2m', '2m'],
    [3 * minute + 22 * second, '3m22s', '3m'],
    [10 * minute + 30 * second, '10m', '10m'],
    [179 * minute, '179m', '2h'],
    [3 * hour, '3h', '3h'],
    [5 * hour + 10 * minute, '5h10m', '5h'],
    [8 * hour + 59 * minute, '8h', '8h'],
    [47 * hour, '47h', '1d'],
    [2 * day, '2d', '2d'],
    [2 * day + 3 * hour, '2d3h', '2d'],
    [8 * day + 5 * hour, '8d', '8d'],
    [729 * day, '729d', '1y'],
    [2 * year, '2y', '2y'],
    [3 * year + 12 * day, '3y12d', '3y'],
    [9 * year + 12 * day, '9y', '9y'],
  ];
  for (const [age, long, short] of cases) {
    assert.equal(humanDuration(age), long);
    assert.equal(shortHumanDuration(age), short);
  }
});
