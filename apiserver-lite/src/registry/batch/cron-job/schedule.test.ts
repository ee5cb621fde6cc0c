import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scheduleProblem } from './schedule.ts';
import { locationProblem } from './time-zones.ts';

test('a schedule may begin with a time zone that there is', () => {
  for (const good of [
    'CRON_TZ=UTC * * * * *',
    'TZ=Local * * * * *',
    'TZ= * * * * *',
    'TZ=Europe/Berlin @daily',
    '@every 1h',
  ])
    assert.equal(scheduleProblem(good), undefined, good);
  const bad: Record<string, string> = {
    'TZ=Foo/Bar * * * * *': 'provided bad location Foo/Bar: unknown time zone Foo/Bar',
    'CRON_TZ=europe/berlin bad': 'provided bad location europe/berlin: unknown time zone europe/berlin',
    'TZ=../etc * * * * *': 'provided bad location ../etc: time: invalid location name',
    'TZ=UTC': 'invalid schedule format: runtime error: slice bounds out of range [:-1]',
    'TZ=UTC bad': 'expected exactly 5 fields, found 1: [bad]',
    'x TZ=UTC': 'expected exactly 5 fields, found 2: [x TZ=UTC]',
  };
  for (const [schedule, problem] of Object.entries(bad)) assert.equal(scheduleProblem(schedule), problem);
});

test('names of locations are judged as Go does', () => {
  for (const good of ['', 'UTC', 'Local', 'Europe/Berlin']) assert.equal(locationProblem(good), undefined);
  for (const bad of ['a..b', '/etc', '\\x'])
    assert.equal(locationProblem(bad), 'time: invalid location name');
  assert.equal(locationProblem('toString'), 'unknown time zone toString');
});
