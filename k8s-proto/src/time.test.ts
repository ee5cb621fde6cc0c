import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  canonicalTimeText,
  formatDuration,
  formatMicroTime,
  formatTime,
  isZeroTime,
  parseDuration,
  parseMicroTime,
  parseTime,
} from './time.ts';

test('RFC 3339 there and back', () => {
  assert.deepEqual(parseTime('1970-01-01T00:00:01Z'), { seconds: 1, nanos: 0 });
  assert.deepEqual(parseTime('2026-11-21T11:41:00.25+01:00'), { seconds: 1_795_257_660, nanos: 250_000_000 });
  assert.equal(formatTime(1_795_257_660), '2026-11-21T10:41:00Z');
  assert.equal(canonicalTimeText('2026-11-20T23:00:00-02:30'), '2026-11-21T01:30:00Z');
  assert.equal(canonicalTimeText('2024-02-29T00:00:00Z'), '2024-02-29T00:00:00Z');
  assert.ok(isZeroTime(parseTime('0001-01-01T00:00:00Z')));
  assert.equal(formatTime(parseTime('0099-01-01T00:00:00Z').seconds), '0099-01-01T00:00:00Z');
});

test('MicroTime has six decimals, always', () => {
  const text = '2026-11-21T10:41:00.000123Z';
  assert.equal(formatMicroTime(parseMicroTime(text)), text);
  assert.equal(formatMicroTime({ seconds: 0, nanos: 1999 }), '1970-01-01T00:00:00.000001Z');
  assert.throws(() => parseMicroTime('2026-11-21T10:41:00Z'), {
    message:
      'parsing time "2026-11-21T10:41:00Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000"',
  });
});

test('errors are worded as Go words them', () => {
  const layout = '2006-01-02T15:04:05Z07:00';
  const cases: Record<string, string> = {
    '': `parsing time "" as "${layout}": cannot parse "" as "2006"`,
    '2026-11-21': `parsing time "2026-11-21" as "${layout}": cannot parse "" as "T"`,
    '2026-11-21 10:41:00Z': `parsing time "2026-11-21 10:41:00Z" as "${layout}": cannot parse " 10:41:00Z" as "T"`,
    '2026-11-21T10:41:00': `parsing time "2026-11-21T10:41:00" as "${layout}": cannot parse "" as "Z07:00"`,
    '2026-11-21T10:41:00Zx': 'parsing time "2026-11-21T10:41:00Zx": extra text: "x"',
    '2026-13-21T10:41:00Z': 'parsing time "2026-13-21T10:41:00Z": month out of range',
    '2026-02-29T10:41:00Z': 'parsing time "2026-02-29T10:41:00Z": day out of range',
    '2026-02-28T24:41:00Z': 'parsing time "2026-02-28T24:41:00Z": hour out of range',
  };
  for (const [text, message] of Object.entries(cases))
    assert.throws(() => parseTime(text), { message }, text);
});

test('durations', () => {
  const cases: Record<string, string> = {
    '0': '0s',
    '90s': '1m30s',
    '1h30m': '1h30m0s',
    '1.5s': '1.5s',
    '-250ms': '-250ms',
    '1us': '1µs',
    '1500ns': '1.5µs',
    '1ns': '1ns',
    '+.5h': '30m0s',
    '2562047h47m16.854775807s': '2562047h47m16.854775807s',
  };
  for (const [text, printed] of Object.entries(cases))
    assert.equal(formatDuration(parseDuration(text)), printed, text);
  assert.equal(formatDuration(-(1n << 63n)), '-2562047h47m16.854775808s');
  assert.throws(() => parseDuration(''), { message: 'time: invalid duration ""' });
  assert.throws(() => parseDuration('5'), { message: 'time: missing unit in duration "5"' });
  assert.throws(() => parseDuration('5d'), { message: 'time: unknown unit "d" in duration "5d"' });
  assert.throws(() => parseDuration('soon'), { message: 'time: invalid duration "soon"' });
  assert.throws(() => parseDuration('9999999h'), { message: 'time: invalid duration "9999999h"' });
});
