/** With several servers, `postgres://user:password@one,two/database`, it is no URL to the standard's mind. */
const severalServers = /^(postgres(?:ql)?:\/\/[^:@/?#]*)(?::[^@/?#]*)?(@[^@?]*)$/;

/** A database URL as it may be shown: secrets stay off the screen. */
export function withoutPassword(text: string): string {
  try {
    const url = new URL(text);
    if (url.password !== '') url.password = '***';
    if (url.searchParams.has('password')) url.searchParams.set('password', '***');
    return url.href;
  } catch {
    const [, before, after] = severalServers.exec(text.split('?')[0] ?? '') ?? [];
    return before === undefined || after === undefined ? 'the given URL' : `${before}:***${after}`;
  }
}
