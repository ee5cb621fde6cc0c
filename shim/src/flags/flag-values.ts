import type { FlagType } from './flag-type.ts';

/** A flag's value that cannot be used, or flags that do not go together. */
export class EtcdFlagError extends Error {
  override readonly name = 'EtcdFlagError';

  /** Without a flag the problem is a whole sentence: etcd's own. */
  constructor(flag: string | undefined, problem: string) {
    super(flag === undefined ? problem : `--${flag} ${problem}`);
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

/** A whole number, which may be negative. */
export function parseSignedInteger(flag: string, value: string): number {
  return value.startsWith('-') ? -parseInteger(flag, value.slice(1)) : parseInteger(flag, value);
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
  const [, sign = '', amount = ''] = /^([-+]?)(.*)$/s.exec(value) ?? [];
  if (amount === '0') return 0;
  if (!/^((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+$/.test(amount)) {
    throw new EtcdFlagError(flag, `is "${value}", but must be a duration such as 300ms, 10s or 1h30m`);
  }
  let ms = 0;
  for (const [, number, unit = ''] of amount.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g)) {
    ms += Number(number) * (unitMs[unit] ?? 0);
  }
  return sign === '-' ? -ms : ms;
}

/** What lies between commas, without what is empty. */
export function parseList(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** URLs between commas; at least one. */
export function parseUrls(flag: string, value: string): string[] {
  const urls = parseList(value);
  if (urls.length === 0) throw new EtcdFlagError(flag, 'must name at least one URL');
  for (const url of urls) {
    if (!/^(https?:\/\/(\[[^\]]+\]|[^:/]+):\d+\/?|unixs?:\/\/.+)$/.test(url)) {
      throw new EtcdFlagError(flag, `has "${url}", which is not of the form http://host:port`);
    }
  }
  return urls;
}

/** @throws EtcdFlagError when the value is not of the type that the flag has in etcd. */
export function checkType(flag: string, type: FlagType, value: string): void {
  switch (type) {
    case 'bool':
      parseBoolean(flag, value);
      return;
    case 'uint':
    case 'uint64':
      parseInteger(flag, value);
      return;
    case 'uint32':
      if (parseInteger(flag, value) > 0xffffffff)
        throw new EtcdFlagError(flag, `is "${value}", which is too large`);
      return;
    case 'int':
    case 'int64':
      parseSignedInteger(flag, value);
      return;
    case 'time.Duration':
      parseDurationMs(flag, value);
      return;
    default:
  }
}
