/** Ages as kubectl prints them (Kubernetes: `apimachinery/pkg/util/duration`). All take milliseconds. */

const minuteSeconds = 60;
const hourSeconds = 3600;
const daySeconds = 24 * hourSeconds;
const yearSeconds = 365 * daySeconds;

/** A small negative age is clock skew, a large one is a mistake. */
function beforeNow(seconds: number): string | undefined {
  if (seconds < -1) return '<invalid>';
  return seconds < 0 ? '0s' : undefined;
}

function pair(amount: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${amount}${unit}` : `${amount}${unit}${rest}${restUnit}`;
}

/** Two to three significant figures: `95s`, `3m22s`, `14m`, `5h10m`, `2d3h`, `40d`, `3y12d`. */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000);
  const special = beforeNow(seconds);
  if (special !== undefined) return special;
  if (seconds < 2 * minuteSeconds) return `${seconds}s`;
  const minutes = Math.trunc(seconds / minuteSeconds);
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(seconds / hourSeconds);
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.trunc(seconds / daySeconds);
  if (days < 8) return pair(days, 'd', hours % 24, 'h');
  if (days < 2 * 365) return `${days}d`;
  const years = Math.trunc(seconds / yearSeconds);
  if (years < 8) return pair(years, 'y', days % 365, 'd');
  return `${years}y`;
}

/** One unit: `95s` is `1m`. */
export function shortHumanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000);
  const special = beforeNow(seconds);
  if (special !== undefined) return special;
  if (seconds < minuteSeconds) return `${seconds}s`;
  if (seconds < hourSeconds) return `${Math.trunc(seconds / minuteSeconds)}m`;
  if (seconds < daySeconds) return `${Math.trunc(seconds / hourSeconds)}h`;
  if (seconds < yearSeconds) return `${Math.trunc(seconds / daySeconds)}d`;
  return `${Math.trunc(seconds / yearSeconds)}y`;
}
