/** A flag's value that cannot be used. */
export class EtcdFlagError extends Error {
  override readonly name = 'EtcdFlagError';
  readonly flag: string;

  constructor(flag: string, problem: string) {
    super(`--${flag} ${problem}`);
    this.flag = flag;
  }
}

/** As Go's strconv.ParseBool. */
export function parseBoolean(flag: string, value: string): boolean {
  if (['1', 't', 'T', 'true', 'TRUE', 'True', ''].includes(value)) return true;
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(value)) return false;
  throw new EtcdFlagError(flag, `is "${value}", but must be true or false`);
}

/** A whole number that is not negative. */
export function parseInteger(flag: string, value: string): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number)) {
    throw new EtcdFlagError(flag, `is "${value}", but must be a whole number`);
  }
  return number;
}

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** As Go's time.ParseDuration: `1h30m`, `300ms`, `0`. */
export function parseDurationMs(flag: string, value: string): number {
  if (value === '0') return 0;
  if (!/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(value)) {
    throw new EtcdFlagError(flag, `is "${value}", but must be a duration such as 300ms, 10s or 1h30m`);
  }
  let ms = 0;
  for (const [, amount, unit = ''] of value.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)) {
    ms += Number(amount) * (unitMs[unit] ?? 0);
  }
  return ms;
}

/** URLs between commas; at least one. */
export function parseUrls(flag: string, value: string): string[] {
  const urls = value
    .split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '');
  if (urls.length === 0) throw new EtcdFlagError(flag, 'must name at least one URL');
  for (const url of urls) {
    if (!/^(https?:\/\/(\[[^\]]+\]|[^:/]+):\d+\/?|unixs?:\/\/.+)$/.test(url)) {
      throw new EtcdFlagError(flag, `has "${url}", which is not of the form http://host:port`);
    }
  }
  return urls;
}
