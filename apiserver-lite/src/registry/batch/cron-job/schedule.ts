import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { locationProblem } from './time-zones.ts';

/** The fields of a schedule, their bounds and names (robfig/cron v3, which kube-apiserver asks). */
const fields: readonly { least: number; most: number; names?: readonly string[]; firstName?: number }[] = [
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 31 },
  {
    least: 1,
    most: 12,
    firstName: 1,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { least: 0, most: 6, firstName: 0, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];

class ScheduleError extends Error {}

function number(text: string, names: readonly string[] = [], firstName = 0): number {
  const index = names.indexOf(text.toLowerCase());
  if (index !== -1) return index + firstName;
  if (!/^[+-]?\d+$/.test(text)) {
    const why = `strconv.Atoi: parsing ${goQuote(text)}: invalid syntax`;
    throw new ScheduleError(`failed to parse int from ${text}: ${why}`);
  }
  const value = Number(text);
  if (value < 0) throw new ScheduleError(`negative number (${value}) not allowed: ${text}`);
  return value;
}

function checkRange(range: string, { least, most, names, firstName }: (typeof fields)[number]): void {
  const [bounds = '', step, ...moreSteps] = range.split('/');
  const [low = '', high, ...moreBounds] = bounds.split('-');
  let start = least;
  let end = most;
  if (low !== '*' && low !== '?') {
    start = number(low, names, firstName);
    if (moreBounds.length > 0) throw new ScheduleError(`too many hyphens: ${range}`);
    if (high !== undefined) end = number(high, names, firstName);
    else if (step === undefined) end = start;
  }
  if (moreSteps.length > 0) throw new ScheduleError(`too many slashes: ${range}`);
  const every = step === undefined ? 1 : number(step);
  if (start < least)
    throw new ScheduleError(`beginning of range (${start}) below minimum (${least}): ${range}`);
  if (end > most) throw new ScheduleError(`end of range (${end}) above maximum (${most}): ${range}`);
  if (start > end)
    throw new ScheduleError(`beginning of range (${start}) beyond end of range (${end}): ${range}`);
  if (every === 0) throw new ScheduleError(`step of range should be a positive number: ${range}`);
}

const descriptors = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

function checkDescriptor(text: string): void {
  if (descriptors.includes(text)) return;
  const every = '@every ';
  if (!text.startsWith(every)) throw new ScheduleError(`unrecognized descriptor: ${text}`);
  const duration = text.slice(every.length);
  if (/^([+-]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+$/.test(duration)) return;
  throw new ScheduleError(`failed to parse duration ${text}: time: invalid duration ${goQuote(duration)}`);
}

/**
 * Why a text is no schedule of five fields, or undefined where it is one. A schedule may begin with a time
 * zone (`TZ=`, `CRON_TZ=`), which has to be one that there is.
 */
export function scheduleProblem(schedule: string): string | undefined {
  let text = schedule;
  const zone = /^(?:CRON_)?TZ=/.exec(schedule);
  if (zone !== null) {
    const end = schedule.indexOf(' ');
    // What the parser's panic over a zone without an end becomes.
    if (end === -1) return 'invalid schedule format: runtime error: slice bounds out of range [:-1]';
    const name = schedule.slice(zone[0].length, end);
    const problem = locationProblem(name);
    if (problem !== undefined) return `provided bad location ${name}: ${problem}`;
    text = schedule.slice(end).trim();
  }
  try {
    if (text.startsWith('@')) checkDescriptor(text);
    else {
      const parts = text.split(/\s+/).filter((part) => part !== '');
      if (parts.length !== fields.length) {
        return `expected exactly 5 fields, found ${parts.length}: [${parts.join(' ')}]`;
      }
      for (const [index, field] of fields.entries()) {
        for (const range of (parts[index] ?? '').split(',')) if (range !== '') checkRange(range, field);
      }
    }
    return undefined;
  } catch (error) {
    if (error instanceof ScheduleError) return error.message;
    throw error;
  }
}
