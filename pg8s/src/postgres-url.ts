import { UsageError } from './usage-error.ts';

const form = 'postgres://USER:PASSWORD@HOST:PORT/DATABASE';

/**
 * A database URL in libpq's form, as it was given; `source` tells where (`--postgres-url`). Throws a
 * UsageError for what is none, without showing more of it than its beginning: there may be a password in it.
 */
export function checkedPostgresUrl(text: string, source: string): string {
  const [, authority = '', rest = ''] = /^postgres(?:ql)?:\/\/([^/?#]*)(.*)$/s.exec(text) ?? [];
  if (!/^postgres(?:ql)?:\/\//.test(text)) {
    throw new UsageError(`${source} must be a URL, ${form}; it does not begin with postgres://`);
  }
  // One server at a time is a URL to the standard's mind.
  for (const server of authority.slice(authority.lastIndexOf('@') + 1).split(',')) {
    const user = authority.includes('@') ? authority.slice(0, authority.lastIndexOf('@') + 1) : '';
    const one = `postgres://${user}${server === '' ? 'localhost' : server}${rest}`;
    if (!URL.canParse(one) || !isWellEncoded(one)) {
      throw new UsageError(
        `${source} is not a URL of the form ${form}: special characters in it must be written as %XX`,
      );
    }
  }
  return text;
}

function isWellEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
