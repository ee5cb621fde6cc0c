import { isUtf8 } from 'node:buffer';

/**
 * The target of a request, read once and as Go's `net/url.ParseRequestURI` reads it: dot segments, doubled
 * slashes and `#` are ordinary text of the path, because a proxy in front, the authorizer and the router have
 * to see the same path.
 *
 *     /api/v1/pods?watch=1     path /api/v1/pods, query watch=1
 *     https://host/healthz     path /healthz (RFC 9112, absolute-form)
 *     //api/v1/pods            path //api/v1/pods, never a host
 */
export interface RequestTarget {
  /** As sent, with its escapes; for logs. */
  readonly pathname: string;
  /**
   * With escapes decoded; a byte that is no UTF-8 becomes the surrogate U+DC00 + byte, so that messages can
   * show it. Written as UTF-8 it is U+FFFD.
   */
  readonly path: string;
  /** With its `?`; empty without a query. */
  readonly search: string;
  readonly searchParams: URLSearchParams;
}

/**
 * A target that is no path, or has an escape that is none: Go's server answers 400 before any handler sees
 * it.
 */
class RequestTargetError extends Error {
  override readonly name = 'RequestTargetError';
}

/** Reads the target of a request line or the `:path` of HTTP/2. @throws RequestTargetError */
export function parseRequestTarget(target: string): RequestTarget {
  const withoutAuthority = target.replace(/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/?]*/, '');
  const mark = withoutAuthority.indexOf('?');
  const pathname = mark === -1 ? withoutAuthority : withoutAuthority.slice(0, mark);
  const search = mark === -1 ? '' : withoutAuthority.slice(mark);
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0020\u007F]/.test(target)) throw new RequestTargetError('a control character or a space');
  if (!pathname.startsWith('/') && !(pathname === '' && withoutAuthority !== target) && pathname !== '*') {
    throw new RequestTargetError('neither a path nor a URL');
  }
  return { pathname, path: decodePath(pathname), search, searchParams: parseQuery(search.slice(1)) };
}

function decodePath(pathname: string): string {
  // Node hands on the bytes of a target as latin1.
  // eslint-disable-next-line no-control-regex
  if (!/[%\u0080-\u{10FFFF}]/u.test(pathname)) return pathname;
  if (/%(?![0-9A-Fa-f]{2})/.test(pathname)) throw new RequestTargetError('an escape that is none');
  const bytes = decodeEscapes(pathname);
  return isUtf8(bytes) ? bytes.toString('utf8') : decodeBytes(bytes);
}

function decodeEscapes(text: string): Buffer {
  const bytes = text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1');
}

/** The longest form of a character, in bytes. */
const longestCharacter = 4;

function decodeBytes(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.byteLength;) {
    let length = 1;
    while (length <= longestCharacter && !isUtf8(bytes.subarray(at, at + length))) length++;
    const isCharacter = length <= longestCharacter && at + length <= bytes.byteLength;
    if (!isCharacter) length = 1;
    text += isCharacter ? bytes.toString('utf8', at, at + length) : String.fromCharCode(0xdc00 + bytes[at]!);
    at += length;
  }
  return text;
}

/** As Go's `url.ParseQuery` after its errors are ignored: pairs with a `;` or a broken escape are dropped. */
function parseQuery(query: string): URLSearchParams {
  const parameters = new URLSearchParams();
  if (query === '') return parameters;
  for (const pair of query.split('&')) {
    if (pair === '' || pair.includes(';') || /%(?![0-9A-Fa-f]{2})/.test(pair)) continue;
    const equals = pair.indexOf('=');
    const [key, value] = equals === -1 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
    parameters.append(unescapeQuery(key), unescapeQuery(value));
  }
  return parameters;
}

function unescapeQuery(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  // eslint-disable-next-line no-control-regex
  return /[%\u0080-\u{10FFFF}]/u.test(spaced) ? decodeEscapes(spaced).toString('utf8') : spaced;
}
