import { formatDuration, parseDuration, parseTime, TimeError } from '@pg8s/k8s-proto/time';
import { formatPlain } from '../go-numbers.ts';
import { Duration, EvaluationError, Timestamp, type Result } from '../values.ts';

/** The first and last second of a timestamp: the years 1 to 9999 (cel-go: common/types/timestamp.go). */
const minSeconds = -62_135_596_800;
const maxSeconds = 253_402_300_799;
const nanosPerSecond = 1_000_000_000n;

export const timestampOverflow = new EvaluationError('timestamp overflow');
export const integerOverflow = new EvaluationError('integer overflow');

/** A timestamp, or the error that it is out of range. */
export function timestampOf(seconds: number, nanos: number, offsetMinutes = 0): Timestamp | EvaluationError {
  return seconds < minSeconds || seconds > maxSeconds
    ? timestampOverflow
    : new Timestamp(seconds, nanos, offsetMinutes);
}

/** RFC 3339; undefined for what is none. */
export function parseTimestamp(text: string): Timestamp | EvaluationError | undefined {
  try {
    const { seconds, nanos } = parseTime(text);
    const zone = /([+-])(\d\d):(\d\d)$/.exec(text);
    const offset = zone === null ? 0 : (zone[1] === '-' ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3]));
    return timestampOf(seconds, nanos, offset);
  } catch (error) {
    if (error instanceof TimeError) return undefined;
    throw error;
  }
}

/** Go's time.ParseDuration; undefined for what is none. */
export function parseDurationText(text: string): Duration | undefined {
  try {
    return new Duration(parseDuration(text));
  } catch (error) {
    if (error instanceof TimeError) return undefined;
    throw error;
  }
}

/** RFC 3339 with as many digits of the second as are needed, in the zone that it was written in. */
export function formatTimestamp({ seconds, nanos, offsetMinutes }: Timestamp): string {
  const local = new Date((seconds + offsetMinutes * 60) * 1000).toISOString();
  const fraction = nanos === 0 ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`;
  const offset = Math.abs(offsetMinutes);
  const zone =
    offset === 0
      ? 'Z'
      : `${offsetMinutes < 0 ? '-' : '+'}${pad(Math.trunc(offset / 60))}:${pad(offset % 60)}`;
  return `${local.slice(0, -5)}${fraction}${zone}`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

/** Seconds with a fraction and `s`: `1.5s` (cel-go: Duration.ConvertToType). */
export function formatDurationSeconds({ nanos }: Duration): string {
  return `${formatPlain(durationSeconds(nanos))}s`;
}

/** Go's Duration.Seconds: whole seconds and the rest are converted on their own. */
function durationSeconds(nanos: bigint): number {
  return Number(nanos / nanosPerSecond) + Number(nanos % nanosPerSecond) / 1e9;
}

/** Go's Duration.String, as Go prints a duration in messages. */
export function printDuration({ nanos }: Duration): string {
  return formatDuration(nanos);
}

function within64Bits(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}

/** `one + other` of two durations. */
export function addDurations(one: Duration, other: Duration): Result {
  const nanos = one.nanos + other.nanos;
  return within64Bits(nanos) ? new Duration(nanos) : integerOverflow;
}

/** `one - other` of two durations. */
export function subtractDurations(one: Duration, other: Duration): Result {
  const nanos = one.nanos - other.nanos;
  return within64Bits(nanos) ? new Duration(nanos) : integerOverflow;
}

/** A timestamp and a number of nanoseconds. */
export function addToTimestamp(moment: Timestamp, nanos: bigint): Result {
  let seconds = moment.seconds + Number(nanos / nanosPerSecond);
  let rest = moment.nanos + Number(nanos % nanosPerSecond);
  if (rest < 0) {
    rest += 1e9;
    seconds--;
  } else if (rest >= 1e9) {
    rest -= 1e9;
    seconds++;
  }
  return timestampOf(seconds, rest, moment.offsetMinutes);
}

/** `timestamp - duration`. */
export function subtractFromTimestamp(moment: Timestamp, { nanos }: Duration): Result {
  return within64Bits(-nanos) ? addToTimestamp(moment, -nanos) : integerOverflow;
}

/** `timestamp - timestamp`. */
export function between(one: Timestamp, other: Timestamp): Result {
  const nanos =
    BigInt(one.seconds - other.seconds) * nanosPerSecond + BigInt(one.nanos) - BigInt(other.nanos);
  return within64Bits(nanos) ? new Duration(nanos) : integerOverflow;
}

const zones = new Map<string, Intl.DateTimeFormat | undefined>();
const maxZones = 200;

function zoneFormat(name: string): Intl.DateTimeFormat | undefined {
  if (zones.has(name)) return zones.get(name);
  let format: Intl.DateTimeFormat | undefined;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  if (zones.size >= maxZones) zones.clear();
  if (name.length <= 64) zones.set(name, format);
  return format;
}

/**
 * The moment moved so that its fields in UTC are those of the zone; Go's error for zones that there are not.
 */
export function inZone(moment: Timestamp, zone: string): Date | EvaluationError {
  const colon = zone.indexOf(':');
  if (colon >= 0) return inFixedZone(moment, zone.slice(0, colon), zone.slice(colon + 1), zone);
  if (zone === '' || zone === 'UTC' || zone === 'Local') return new Date(moment.seconds * 1000);
  if (zone.startsWith('/') || zone.startsWith('\\') || zone.split(/[/\\]/).includes('..')) {
    return new EvaluationError('time: invalid location name');
  }
  const format = /^[+-]/.test(zone) ? undefined : zoneFormat(zone);
  if (format === undefined) return new EvaluationError(`unknown time zone ${zone}`);
  const fields: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(moment.seconds * 1000)) fields[type] = value;
  const date = new Date(0);
  const year = Number(fields['year']);
  date.setUTCFullYear(
    fields['era'] === 'BC' ? 1 - year : year,
    Number(fields['month']) - 1,
    Number(fields['day']),
  );
  date.setUTCHours(Number(fields['hour']), Number(fields['minute']), Number(fields['second']));
  return date;
}

function inFixedZone(
  moment: Timestamp,
  hours: string,
  minutes: string,
  zone: string,
): Date | EvaluationError {
  for (const part of [hours, minutes]) {
    if (!/^[+-]?\d+$/.test(part)) {
      return new EvaluationError(`strconv.Atoi: parsing ${JSON.stringify(part)}: invalid syntax`);
    }
    if (part.length > 9) {
      return new EvaluationError(`strconv.Atoi: parsing ${JSON.stringify(part)}: value out of range`);
    }
  }
  const offset = Number(hours) * 60 + (zone.startsWith('-') ? -Number(minutes) : Number(minutes));
  return new Date((moment.seconds + offset * 60) * 1000);
}
