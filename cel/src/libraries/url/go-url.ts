import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { AddressError, parseAddress } from '../network/address.ts';
import { escapeUrl, EscapeError, isEscapedPath, unescapeUrl } from './url-escapes.ts';

/** A URL as Go's net/url reads it; `path` and `host` are decoded. */
export interface GoUrl {
  readonly scheme: string;
  readonly opaque: string;
  readonly user: { readonly name: string; readonly password: string | undefined } | undefined;
  readonly host: string;
  readonly path: string;
  /** How the path was written, when that is not the default encoding of `path`. */
  readonly rawPath: string;
  readonly rawQuery: string;
  readonly forceQuery: boolean;
  readonly omitHost: boolean;
  readonly fragment: string;
  readonly rawFragment: string;
}

/** A text that is no URL; the message is Go's. */
export class UrlError extends Error {
  override readonly name = 'UrlError';
}

function refuse(message: string): never {
  throw new UrlError(message);
}

function withContext<T>(text: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof UrlError || error instanceof EscapeError) {
      return refuse(`parse ${goQuote(text)}: ${error.message}`);
    }
    throw error;
  }
}

/** Go's `url.ParseRequestURI`: an absolute URL or an absolute path; `#` means nothing. @throws UrlError */
export function parseRequestUri(text: string): GoUrl {
  return withContext(text, () => parse(text, true));
}

/** Go's `url.Parse`. @throws UrlError */
export function parseUrl(text: string): GoUrl {
  const [beforeFragment, fragment = ''] = cut(text, '#');
  const url = withContext(beforeFragment, () => parse(beforeFragment, false));
  return fragment === '' ? url : withContext(text, () => ({ ...url, ...encodedPart(fragment, 'fragment') }));
}

function cut(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}

function parse(text: string, isRequest: boolean): GoUrl {
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(text)) refuse('net/url: invalid control character in URL');
  if (text === '' && isRequest) refuse('empty url');
  const empty: GoUrl = {
    scheme: '',
    opaque: '',
    user: undefined,
    host: '',
    path: '',
    rawPath: '',
    rawQuery: '',
    forceQuery: false,
    omitHost: false,
    fragment: '',
    rawFragment: '',
  };
  if (text === '*') return { ...empty, path: '*' };
  const { scheme, rest: afterScheme } = splitScheme(text);
  const forceQuery = afterScheme.endsWith('?') && afterScheme.indexOf('?') === afterScheme.length - 1;
  const [rest, rawQuery = ''] = forceQuery ? [afterScheme.slice(0, -1), ''] : cut(afterScheme, '?');
  const url = { ...empty, scheme, rawQuery, forceQuery };
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...url, opaque: rest };
    if (isRequest) refuse('invalid URI for request');
    if (cut(rest, '/')[0].includes(':')) refuse('first path segment in URL cannot contain colon');
  }
  const hasAuthority = rest.startsWith('//') && (scheme !== '' || (!isRequest && !rest.startsWith('///')));
  if (!hasAuthority) {
    return { ...url, omitHost: scheme !== '' && rest.startsWith('/'), ...encodedPart(rest, 'path') };
  }
  const slash = rest.indexOf('/', 2);
  const authority = slash === -1 ? rest.slice(2) : rest.slice(2, slash);
  return {
    ...url,
    ...parseAuthority(scheme, authority),
    ...encodedPart(slash === -1 ? '' : rest.slice(slash), 'path'),
  };
}

function splitScheme(text: string): { scheme: string; rest: string } {
  if (text.startsWith(':')) refuse('missing protocol scheme');
  const match = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(text);
  return match === null
    ? { scheme: '', rest: text }
    : { scheme: match[1]!.toLowerCase(), rest: text.slice(match[0].length) };
}

function encodedPart(raw: string, part: 'path'): Pick<GoUrl, 'path' | 'rawPath'>;
function encodedPart(raw: string, part: 'fragment'): Pick<GoUrl, 'fragment' | 'rawFragment'>;
function encodedPart(raw: string, part: 'path' | 'fragment'): object {
  const decoded = unescapeUrl(raw, part);
  const kept = escapeUrl(decoded, part) === raw ? '' : raw;
  return part === 'path' ? { path: decoded, rawPath: kept } : { fragment: decoded, rawFragment: kept };
}

function parseAuthority(scheme: string, authority: string): Pick<GoUrl, 'user' | 'host'> {
  const at = authority.lastIndexOf('@');
  const host = parseHost(scheme, authority.slice(at + 1));
  if (at === -1) return { user: undefined, host };
  const userinfo = authority.slice(0, at);
  if (!/^[A-Za-z0-9._:~!$&'()*+,;=%@-]*$/.test(userinfo)) refuse('net/url: invalid userinfo');
  const [name, password] = cut(userinfo, ':');
  return {
    host,
    user: {
      name: unescapeUrl(name, 'userPassword'),
      password: password === undefined ? undefined : unescapeUrl(password, 'userPassword'),
    },
  };
}

function checkPort(colonPort: string): void {
  if (!/^(:[0-9]*)?$/.test(colonPort)) refuse(`invalid port ${goQuote(colonPort)} after host`);
}

function parseHost(scheme: string, host: string): string {
  const open = host.lastIndexOf('[');
  if (open > 0) refuse('invalid IP-literal');
  if (open === 0) return parseBracketedHost(host);
  // Go allows more colons than one, as lists of hosts have them, except in the schemes of the web.
  const isWeb = scheme === 'http' || scheme === 'https';
  const colon = isWeb ? host.indexOf(':') : host.lastIndexOf(':');
  if (colon !== -1) checkPort(host.slice(colon));
  return unescapeUrl(host, 'host');
}

function parseBracketedHost(host: string): string {
  const close = host.lastIndexOf(']');
  if (close === -1) refuse("missing ']' in host");
  const colonPort = host.slice(close + 1);
  checkPort(colonPort);
  const name = host.slice(1, close);
  // RFC 6874: a zone begins with an escaped percent sign.
  const zone = name.indexOf('%25');
  const decoded =
    zone === -1
      ? unescapeUrl(name, 'host')
      : unescapeUrl(name.slice(0, zone), 'host') + unescapeUrl(name.slice(zone), 'zone');
  try {
    if (parseAddress(decoded).bits === 32) refuse('invalid IP-literal');
  } catch (error) {
    if (error instanceof AddressError) refuse(`invalid host: ${error.message}`);
    throw error;
  }
  return `[${decoded}]${colonPort}`;
}

/** Go's `EscapedPath`: as it was written where that is a valid encoding, else the default encoding. */
export function escapedPath({ path, rawPath }: GoUrl): string {
  if (rawPath !== '' && isEscapedPath(rawPath, 'path')) return rawPath;
  return path === '*' ? '*' : escapeUrl(path, 'path');
}

function escapedFragment({ fragment, rawFragment }: GoUrl): string {
  const isKept = rawFragment !== '' && isEscapedPath(rawFragment, 'fragment');
  return isKept ? rawFragment : escapeUrl(fragment, 'fragment');
}

function formatUser({ user }: GoUrl): string {
  if (user === undefined) return '';
  const password = user.password === undefined ? '' : `:${escapeUrl(user.password, 'userPassword')}`;
  return `${escapeUrl(user.name, 'userPassword')}${password}@`;
}

function formatHierarchy(url: GoUrl): string {
  const hasHost = url.host !== '' || url.user !== undefined;
  let text = '';
  if ((url.scheme !== '' || hasHost) && (hasHost || !url.omitHost)) {
    if (hasHost || url.path !== '') text += '//';
    text += formatUser(url) + escapeUrl(url.host, 'host');
  }
  const path = escapedPath(url);
  if (path !== '' && !path.startsWith('/') && url.host !== '') text += '/';
  if (url.scheme === '' && text === '' && cut(path, '/')[0].includes(':')) text += './';
  return text + path;
}

/** The URL as Go prints it; two values are equal when these texts are. */
export function formatUrl(url: GoUrl): string {
  const scheme = url.scheme === '' ? '' : `${url.scheme}:`;
  const query = url.forceQuery || url.rawQuery !== '' ? `?${url.rawQuery}` : '';
  const fragment = url.fragment === '' ? '' : `#${escapedFragment(url)}`;
  return scheme + (url.opaque === '' ? formatHierarchy(url) : url.opaque) + query + fragment;
}

/** Host and port of `host`; brackets are taken off. */
export function splitHostPort({ host }: GoUrl): { hostname: string; port: string } {
  const match = /^(.*):([0-9]*)$/s.exec(host);
  const [, hostname, port] = match ?? [host, host, ''];
  return { hostname: hostname!.replace(/^\[(.*)\]$/s, '$1'), port: port! };
}

const maxQueryParameters = 10_000;

/** Go's `Query()`: values by key in their order; parameters that cannot be decoded are left out. */
export function parseQuery({ rawQuery }: GoUrl): Map<string, string[]> {
  const values = new Map<string, string[]>();
  const parameters = rawQuery.split('&');
  if (parameters.length > maxQueryParameters) return values;
  for (const parameter of parameters) {
    if (parameter === '' || parameter.includes(';')) continue;
    const [key, value] = cut(parameter, '=').map((part) => decodedQuery(part ?? ''));
    if (key === undefined || value === undefined) continue;
    const known = values.get(key);
    if (known === undefined) values.set(key, [value]);
    else known.push(value);
  }
  return values;
}

function decodedQuery(text: string): string | undefined {
  try {
    return unescapeUrl(text, 'queryComponent');
  } catch (error) {
    if (error instanceof EscapeError) return undefined;
    throw error;
  }
}
