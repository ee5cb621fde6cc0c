import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { extraKeyOf, headerLines } from '../http/header-lines.ts';
import type { HttpRequest } from '../http/request-context.ts';
import { badRequest } from '../api-errors/status-error.ts';

const extraPrefix = 'impersonate-extra-';

/** Who a request is to be for, as its headers say; nothing is added yet. */
export interface WantedUser {
  readonly name: string;
  /** Empty: none. */
  readonly uid: string;
  readonly groups: readonly string[];
  /** Has no prototype: any header may name a key. */
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/**
 * Reads `Impersonate-User`, `-Group`, `-Uid` and `-Extra-…`, and takes them off the request; undefined where
 * nobody is to be impersonated, an empty name included.
 *
 * @throws StatusError 400 for a group, uid or extra field without a user.
 */
export function wantedUserOf(request: HttpRequest): WantedUser | undefined {
  const { headers, rawHeaders } = request;
  let name = '';
  let uid = '';
  let groups: string[] = [];
  const extra: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  for (const header in headers) {
    if (!header.startsWith('impersonate-')) continue;
    // Node joins repeated headers with a comma, which a group's name may hold too: take the single lines.
    const values = headerLines(rawHeaders, header);
    if (header === 'impersonate-user') name = values[0] ?? '';
    else if (header === 'impersonate-uid') uid = values[0] ?? '';
    else if (header === 'impersonate-group') groups = values;
    else if (header.startsWith(extraPrefix)) {
      const key = extraKeyOf(header.slice(extraPrefix.length));
      extra[key] = [...(extra[key] ?? []), ...values];
    } else continue;
    delete headers[header];
  }
  const wanted = { name, uid, groups, extra };
  if (name !== '') return wanted;
  if (uid === '' && groups.length === 0 && Object.keys(extra).length === 0) return undefined;
  throw badRequest(`requested ${goSyntax(wanted)} without impersonating a user name`);
}

/** As Go's `%#v` writes a `user.DefaultInfo`, which is what clients see. */
function goSyntax({ name, uid, groups, extra }: WantedUser): string {
  const list = (values: readonly string[]): string =>
    `[]string{${values.map((value) => goQuote(value)).join(', ')}}`;
  const keys = Object.keys(extra).toSorted();
  const fields = [
    `Name:${goQuote(name)}`,
    `UID:${goQuote(uid)}`,
    `Groups:${groups.length === 0 ? '[]string(nil)' : list(groups)}`,
    keys.length === 0
      ? 'Extra:map[string][]string(nil)'
      : `Extra:map[string][]string{${keys.map((key) => `${goQuote(key)}:${list(extra[key] ?? [])}`).join(', ')}}`,
  ];
  return `&user.DefaultInfo{${fields.join(', ')}}`;
}
