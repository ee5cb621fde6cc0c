/**
 * A duration as Go shows it (Go: `time.Duration.String`), to the nanosecond: `806.307µs`, `11.801253ms`,
 * `1.5s`, `1m30s`.
 */
export function goDuration(ms: number): string {
  const nanoseconds = Math.round(ms * 1e6);
  if (nanoseconds === 0) return '0s';
  if (nanoseconds < 1e3) return `${nanoseconds}ns`;
  if (nanoseconds < 1e6) return `${decimal(nanoseconds, 3)}µs`;
  if (nanoseconds < 1e9) return `${decimal(nanoseconds, 6)}ms`;
  const seconds = decimal(nanoseconds % 60e9, 9);
  const minutes = Math.floor(nanoseconds / 60e9);
  if (minutes === 0) return `${seconds}s`;
  return minutes < 60 ? `${minutes}m${seconds}s` : `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}s`;
}

/** So many of these make one; without zeros at the end. */
function decimal(amount: number, digits: number): string {
  const whole = Math.floor(amount / 10 ** digits);
  const rest = String(amount % 10 ** digits).padStart(digits, '0');
  return `${whole}.${rest}`.replace(/\.?0+$/, '');
}

/**
 * A time, in milliseconds since 1970, as etcd's logs show it: in UTC, to the microsecond (etcd:
 * `client/pkg/logutil`).
 */
export function goTime(ms: number): string {
  const microseconds = Math.floor((ms * 1000) % 1000);
  return new Date(ms).toISOString().replace('Z', `${String(microseconds).padStart(3, '0')}Z`);
}
