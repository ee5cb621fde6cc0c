import { hash } from 'node:crypto';
import type { UserInfo } from '../http/request-context.ts';

/** Thrown for a token file that cannot be understood; names the line. */
class TokenFileError extends Error {
  override readonly name = 'TokenFileError';
}

/**
 * Who has which token; undefined for nobody. Tokens are looked up by their digest, so time tells nothing
 * about them.
 */
export type TokenLookup = (token: string) => UserInfo | undefined;

/** The same of tokens that are good for whatever audience this server has. */
export type AnyAudienceLookup = (token: string) => UserInfo | undefined | Promise<UserInfo | undefined>;

/**
 * Reads `--token-auth-file`: CSV lines `token,user,uid,"group1,group2"`, groups and `#` comments optional
 * (Kubernetes: `authentication/token/tokenfile`).
 */
export function parseTokenFile(text: string): TokenLookup {
  const users = new Map<string, UserInfo>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const columns = splitCsv(line);
    if (columns === undefined || columns.length < 3) {
      throw new TokenFileError(
        `token file, line ${index + 1}: must have at least 3 columns (token, user name, user uid)`,
      );
    }
    const [token = '', name = '', uid = '', groups = ''] = columns;
    if (token === '') continue;
    users.set(digest(token), {
      name,
      ...(uid === '' ? {} : { uid }),
      groups: groups === '' ? [] : groups.split(',').map((group) => group.trim()),
    });
  }
  return (token) => users.get(digest(token));
}

function digest(token: string): string {
  return hash('sha256', token, 'base64');
}

/** RFC 4180 columns of one line; undefined where a quote stays open. */
function splitCsv(line: string): string[] | undefined {
  const columns: string[] = [];
  let rest = line;
  for (;;) {
    const quoted = /^\s*"((?:[^"]|"")*)"\s*(?=,|$)/.exec(rest);
    const match = quoted ?? /^[^,"]*(?=,|$)/.exec(rest);
    if (match === null) return undefined;
    columns.push(quoted === null ? match[0].trim() : (quoted[1] ?? '').replaceAll('""', '"'));
    rest = rest.slice(match[0].length);
    if (rest === '') return columns;
    rest = rest.slice(1);
  }
}
