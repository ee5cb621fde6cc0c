import { parseDuration, TimeError } from '@pg8s/k8s-proto/time';

/** Units by their names; the last name of each stands for all words that begin with it. */
const units: readonly (readonly [string[], string])[] = [
  [['ns'], 'nano'],
  [['us', 'µs'], 'micro'],
  [['ms'], 'milli'],
  [['s'], 'sec'],
  [['m'], 'min'],
  [['h', 'hr'], 'hour'],
  [['d'], 'day'],
  [['w', 'wk'], 'week'],
];

const maxInt64 = 2n ** 63n - 1n;

function isGoDuration(text: string): boolean {
  try {
    parseDuration(text);
    return true;
  } catch (error) {
    if (error instanceof TimeError) return false;
    throw error;
  }
}

function isUnit(text: string): boolean {
  const unit = text.toLowerCase();
  return units.some(([names, stem]) => names.includes(unit) || unit.startsWith(stem));
}

/**
 * Whether a text is a duration of Go, or says one anywhere: `about 3 weeks` (Kubernetes: kube-openapi's
 * `strfmt.IsDuration`).
 */
export function isDuration(text: string): boolean {
  if (isGoDuration(text)) return true;
  let found = false;
  for (const [, number = '', unit = ''] of text.matchAll(/([0-9]+)[\t\n\f\r ]*([A-Za-zµ]+)/g)) {
    if (number.length > 19 || BigInt(number) > maxInt64) return false;
    found ||= isUnit(unit);
  }
  return found;
}
