/**
 * Times and durations as the API prints and stores them (Go: `time`, Kubernetes: `meta/v1.Time`, `MicroTime`,
 * `Duration`).
 */

/** A point in time: seconds since the epoch, and 0 ≤ nanos < 10^9. */
export interface Instant {
  seconds: number;
  nanos: number;
}

/** A text that is no time or duration, worded as Go words it. */
export class TimeError extends Error {
  override readonly name = 'TimeError';
}

const secondsLayout = '2006-01-02T15:04:05Z07:00';
const microLayout = '2006-01-02T15:04:05.000000Z07:00';
const pattern = /^(\d{4})-(\d\d)-(\d\d)T(\d{1,2}):(\d\d):(\d\d)([.,]\d+)?(Z|[+-]\d\d:\d\d)$/;
const daysOfMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Go's zero time, 1 January of the year 1. */
const zeroTimeSeconds = -62_135_596_800;

function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function rangeError(text: string, part: string): TimeError {
  return new TimeError(`parsing time ${quoted(text)}: ${part} out of range`);
}

/** Go's `strconv.Quote`, for the characters that matter. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

/** Where Go's parser stops: what is left of the text, and the piece of the layout that it wanted there. */
function syntaxError(text: string, layout: string): TimeError {
  const pieces: [RegExp, string][] = [
    [/^\d{4}/, '2006'],
    [/^-/, '-'],
    [/^\d\d/, '01'],
    [/^-/, '-'],
    [/^\d\d/, '02'],
    [/^T/, 'T'],
    [/^\d{1,2}/, '15'],
    [/^:/, ':'],
    [/^\d\d/, '04'],
    [/^:/, ':'],
    [/^\d\d/, '05'],
    layout === microLayout ? [/^\.\d{6}/, '.000000'] : [/^(?:[.,]\d+)?/, ''],
    [/^(?:Z|[+-]\d\d:\d\d)/, 'Z07:00'],
  ];
  let rest = text;
  for (const [matcher, piece] of pieces) {
    const match = matcher.exec(rest);
    if (match === null) {
      return new TimeError(
        `parsing time ${quoted(text)} as "${layout}": cannot parse ${quoted(rest)} as "${piece}"`,
      );
    }
    rest = rest.slice(match[0].length);
  }
  return new TimeError(`parsing time ${quoted(text)}: extra text: ${quoted(rest)}`);
}

function parseWith(text: string, layout: string): Instant {
  const match = pattern.exec(text);
  if (match === null) throw syntaxError(text, layout);
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  if (layout === microLayout && !/^\.\d{6}$/.test(fraction ?? '')) throw syntaxError(text, layout);
  const years = Number(year);
  const months = Number(month);
  const days = Number(day);
  if (months < 1 || months > 12) throw rangeError(text, 'month');
  const monthDays = months === 2 && isLeapYear(years) ? 29 : (daysOfMonth[months - 1] ?? 0);
  if (days < 1 || days > monthDays) throw rangeError(text, 'day');
  if (Number(hour) > 23) throw rangeError(text, 'hour');
  if (Number(minute) > 59) throw rangeError(text, 'minute');
  if (Number(second) > 59) throw rangeError(text, 'second');
  const date = new Date(0);
  date.setUTCFullYear(years, months - 1, days);
  let seconds = date.getTime() / 1000 + Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  if (zone !== undefined && zone !== 'Z') {
    const zoneHours = Number(zone.slice(1, 3));
    const zoneMinutes = Number(zone.slice(4, 6));
    if (zoneHours > 24) throw rangeError(text, 'time zone offset hour');
    if (zoneMinutes > 60) throw rangeError(text, 'time zone offset minute');
    seconds -= (zone.startsWith('-') ? -1 : 1) * (zoneHours * 3600 + zoneMinutes * 60);
  }
  const nanos = fraction === undefined ? 0 : Number(fraction.slice(1, 10).padEnd(9, '0'));
  return { seconds, nanos };
}

/** RFC 3339 with or without a fraction. @throws TimeError */
export function parseTime(text: string): Instant {
  return parseWith(text, secondsLayout);
}

/** RFC 3339 with exactly six decimals, as a MicroTime must have. @throws TimeError */
export function parseMicroTime(text: string): Instant {
  return parseWith(text, microLayout);
}

/** Whether this is Go's zero time, which JSON prints as null. */
export function isZeroTime({ seconds, nanos }: Instant): boolean {
  return seconds === zeroTimeSeconds && nanos === 0;
}

const canonicalTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const formattedTimes = new Map<number, string>();

/**
 * Objects carry the same few moments many times over (managedFields, conditions): texts and numbers are kept.
 */
const maxKeptTimes = 1024;

/** `2026-11-21T10:41:00Z`: UTC, seconds. @throws TimeError for years that RFC 3339 can't write */
export function formatTime(seconds: number): string {
  let text = formattedTimes.get(seconds);
  if (text === undefined) {
    text = `${isoSeconds(seconds)}Z`;
    if (formattedTimes.size >= maxKeptTimes) formattedTimes.clear();
    formattedTimes.set(seconds, text);
  }
  return text;
}

/** `2026-11-21T10:41:00.000123Z`: UTC, microseconds. */
export function formatMicroTime({ seconds, nanos }: Instant): string {
  const micros = Math.trunc(nanos / 1000);
  return `${isoSeconds(seconds)}.${String(micros).padStart(6, '0')}Z`;
}

function isoSeconds(seconds: number): string {
  const milliseconds = seconds * 1000;
  if (!(Math.abs(milliseconds) <= 8.64e15)) throw new TimeError(`time out of range: ${seconds}`);
  const text = new Date(milliseconds).toISOString();
  if (text.length !== 24) throw new TimeError('Time.MarshalJSON: year outside of range [0,9999]');
  return text.slice(0, 19);
}

const parsedSeconds = new Map<string, number>();

/** `parseTime(text).seconds`. @throws TimeError */
export function timeSeconds(text: string): number {
  let seconds = parsedSeconds.get(text);
  if (seconds === undefined) {
    seconds = parseTime(text).seconds;
    if (parsedSeconds.size >= maxKeptTimes) parsedSeconds.clear();
    if (text.length <= 40) parsedSeconds.set(text, seconds);
  }
  return seconds;
}

/** The text of a Time in its normal form: UTC, seconds. @throws TimeError */
export function canonicalTimeText(text: string): string {
  if (canonicalTime.test(text)) {
    timeSeconds(text);
    return text;
  }
  return formatTime(timeSeconds(text));
}

const unitNanos: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  '\u00B5s': 1000n,
  '\u03BCs': 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** Go's `time.ParseDuration`: `1h30m`, `-1.5s`, `0`. Nanoseconds. @throws TimeError */
export function parseDuration(text: string): bigint {
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  let rest = text.slice(sign.length);
  if (rest === '0') return 0n;
  if (rest === '') throw new TimeError(`time: invalid duration ${quoted(text)}`);
  let total = 0n;
  while (rest !== '') {
    const match = /^(\d*)(?:\.(\d*))?([^\d.]*)/.exec(rest);
    const [piece = '', whole = '', fraction = '', unit = ''] = match ?? [];
    if (whole === '' && fraction === '') throw new TimeError(`time: invalid duration ${quoted(text)}`);
    if (unit === '') throw new TimeError(`time: missing unit in duration ${quoted(text)}`);
    const nanos = unitNanos[unit];
    if (nanos === undefined) {
      throw new TimeError(`time: unknown unit ${quoted(unit)} in duration ${quoted(text)}`);
    }
    const shortFraction = fraction.slice(0, 18);
    total += BigInt(whole.slice(0, 40) || '0') * nanos;
    total += (BigInt(shortFraction || '0') * nanos) / 10n ** BigInt(shortFraction.length);
    if (total > 1n << 63n) throw new TimeError(`time: invalid duration ${quoted(text)}`);
    rest = rest.slice(piece.length);
  }
  if (sign === '-') return -total;
  if (total === 1n << 63n) throw new TimeError(`time: invalid duration ${quoted(text)}`);
  return total;
}

/** Go's `Duration.String`: `1h30m0s`, `1.5s`, `250ms`, `0s`. */
export function formatDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s';
  const sign = nanoseconds < 0n ? '-' : '';
  const value = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (value < 1000n) return `${sign}${value}ns`;
  if (value < 1_000_000n) return `${sign}${withFraction(value, 3)}µs`;
  if (value < 1_000_000_000n) return `${sign}${withFraction(value, 6)}ms`;
  const seconds = withFraction(value % 60_000_000_000n, 9);
  const minutes = value / 60_000_000_000n;
  if (minutes === 0n) return `${sign}${seconds}s`;
  const hours = minutes / 60n;
  if (hours === 0n) return `${sign}${minutes}m${seconds}s`;
  return `${sign}${hours}h${minutes % 60n}m${seconds}s`;
}

function withFraction(value: bigint, decimals: number): string {
  const unit = 10n ** BigInt(decimals);
  const fraction = (value % unit).toString().padStart(decimals, '0').replace(/0+$/, '');
  return fraction === '' ? `${value / unit}` : `${value / unit}.${fraction}`;
}
