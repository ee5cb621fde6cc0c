/**
 * A float as Go's `%v` prints it, and metrics of Go programs have it (strconv's shortest 'g'): `0.005`,
 * `100000`, `1e+06`, `1e-05`, `+Inf`.
 */
export function goNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-4 && size < 1e6) || Number.isNaN(value)) return String(value);
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
