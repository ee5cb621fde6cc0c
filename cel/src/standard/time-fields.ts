import type { FunctionDeclaration, Overload } from '../library.ts';
import { durationType, intType, stringType, timestampType } from '../types.ts';
import { Duration, EvaluationError, noSuchOverload, Timestamp, type Result, type Value } from '../values.ts';
import { inZone } from './time.ts';

type Field = (local: Date, moment: Timestamp) => number;

function dayOfYear(local: Date): number {
  const first = new Date(0);
  first.setUTCFullYear(local.getUTCFullYear(), 0, 1);
  return Math.floor((local.getTime() - first.getTime()) / 86_400_000);
}

function read(moment: Value, zone: Value, field: Field): Result {
  if (!(moment instanceof Timestamp) || typeof zone !== 'string') return noSuchOverload;
  const local = inZone(moment, zone);
  return local instanceof EvaluationError ? local : BigInt(field(local, moment));
}

function fieldOf(name: string, id: string, field: Field, zoneId = `${id}_with_tz`): FunctionDeclaration {
  const overloads: readonly Overload[] = [
    {
      id,
      member: true,
      parameters: [timestampType],
      result: intType,
      call: (moment) => read(moment!, 'UTC', field),
    },
    {
      id: zoneId,
      member: true,
      parameters: [timestampType, stringType],
      result: intType,
      call: (moment, zone) => read(moment!, zone!, field),
    },
  ];
  return { name, overloads };
}

function withDuration(declaration: FunctionDeclaration, id: string, unitNanos: bigint): FunctionDeclaration {
  const overload: Overload = {
    id,
    member: true,
    parameters: [durationType],
    result: intType,
    call: (value) => (value instanceof Duration ? value.nanos / unitNanos : noSuchOverload),
  };
  return { ...declaration, overloads: [...declaration.overloads, overload] };
}

/** `getFullYear` and the like, of timestamps in a zone (UTC by default) and of durations. */
export const timeFunctions: readonly FunctionDeclaration[] = [
  fieldOf('getFullYear', 'timestamp_to_year', (local) => local.getUTCFullYear()),
  fieldOf('getMonth', 'timestamp_to_month', (local) => local.getUTCMonth()),
  fieldOf('getDayOfYear', 'timestamp_to_day_of_year', dayOfYear),
  fieldOf('getDayOfMonth', 'timestamp_to_day_of_month', (local) => local.getUTCDate() - 1),
  fieldOf('getDate', 'timestamp_to_day_of_month_1_based', (local) => local.getUTCDate()),
  fieldOf('getDayOfWeek', 'timestamp_to_day_of_week', (local) => local.getUTCDay()),
  withDuration(
    fieldOf('getHours', 'timestamp_to_hours', (local) => local.getUTCHours()),
    'duration_to_hours',
    3_600_000_000_000n,
  ),
  withDuration(
    fieldOf('getMinutes', 'timestamp_to_minutes', (local) => local.getUTCMinutes()),
    'duration_to_minutes',
    60_000_000_000n,
  ),
  withDuration(
    fieldOf(
      'getSeconds',
      'timestamp_to_seconds',
      (local) => local.getUTCSeconds(),
      'timestamp_to_seconds_tz',
    ),
    'duration_to_seconds',
    1_000_000_000n,
  ),
  withDuration(
    fieldOf('getMilliseconds', 'timestamp_to_milliseconds', (_local, { nanos }) => Math.trunc(nanos / 1e6)),
    'duration_to_milliseconds',
    1_000_000n,
  ),
];
