import { isIPv6 } from 'node:net';

/*
 * URIs as Go's `net/url.ParseRequestURI` reads them: absolute ones, and paths that begin with a slash.
 */

const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/;
const wrongEscape = /%(?![0-9A-Fa-f]{2})/;
/** Characters of ASCII that may stand in a host as they are. */
const host = /^[A-Za-z0-9!$&'()*+,;=:[\]<>"\-_.~%\x80-\u{10ffff}]*$/u;
const userinfo = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/;
const port = /^(?::\d*)?$/;

/** In a host only bytes beyond ASCII may be escaped, and the percent sign itself. */
function isEscapedHost(text: string): boolean {
  return host.test(text) && !wrongEscape.test(text) && !/%(?!25)[0-7][0-9A-Fa-f]/.test(text);
}

function isHost(text: string, isWeb: boolean): boolean {
  const bracket = text.lastIndexOf('[');
  if (bracket > 0) return false;
  if (bracket === 0) {
    const end = text.lastIndexOf(']');
    if (end < 0 || !port.test(text.slice(end + 1))) return false;
    const [address = '', zone] = text.slice(1, end).split('%25', 2);
    return isEscapedHost(address) && isIPv6(address) && zone !== '';
  }
  const colon = isWeb ? text.indexOf(':') : text.lastIndexOf(':');
  return (colon < 0 || port.test(text.slice(colon))) && isEscapedHost(text);
}

function isAuthority(text: string, isWeb: boolean): boolean {
  const at = text.lastIndexOf('@');
  if (!isHost(text.slice(at + 1), isWeb)) return false;
  const user = text.slice(0, Math.max(at, 0));
  return userinfo.test(user) && !wrongEscape.test(user);
}

/** Whether a text is an absolute URI, or an absolute path. */
export function isUri(text: string): boolean {
  // oxlint-disable-next-line no-control-regex
  if (text === '' || /[\x00-\x1f\x7f]/.test(text)) return false;
  if (text === '*') return true;
  if (text.startsWith(':')) return false;
  const name = scheme.exec(text)?.[1];
  let [rest = ''] = text.slice(name === undefined ? 0 : name.length + 1).split('?', 1);
  if (!rest.startsWith('/')) return name !== undefined;
  if (name !== undefined && rest.startsWith('//')) {
    const slash = rest.indexOf('/', 2);
    const authority = rest.slice(2, slash < 0 ? undefined : slash);
    rest = slash < 0 ? '' : rest.slice(slash);
    if (!isAuthority(authority, /^https?$/i.test(name))) return false;
  }
  return !wrongEscape.test(rest);
}
