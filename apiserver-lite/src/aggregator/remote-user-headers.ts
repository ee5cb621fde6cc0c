import type { UserInfo } from '../http/request-context.ts';

/** Whether a header says who a user is; those that a client sent are not handed on. */
export function isRemoteUserHeader(name: string): boolean {
  return (
    name === 'x-remote-user' ||
    name === 'x-remote-uid' ||
    name === 'x-remote-group' ||
    name.startsWith('x-remote-extra-')
  );
}

/**
 * The headers by which a server behind an APIService learns who asks (client-go:
 * `transport.SetAuthProxyHeaders`).
 */
export function remoteUserHeaders({
  name,
  uid = '',
  groups,
  extra = {},
}: UserInfo): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = { 'X-Remote-User': headerBytes(name) };
  if (uid !== '') headers['X-Remote-Uid'] = headerBytes(uid);
  if (groups.length > 0) headers['X-Remote-Group'] = groups.map(headerBytes);
  for (const [key, values] of Object.entries(extra)) {
    if (values.length > 0) headers[`X-Remote-Extra-${escapedKey(key)}`] = values.map(headerBytes);
  }
  return headers;
}

/** Node writes the characters of a header as bytes. */
function headerBytes(text: string): string {
  return Buffer.from(text, 'utf8')
    .toString('latin1')
    .replaceAll(/[\r\n\0]/g, ' ');
}

const plain = /[a-zA-Z0-9!#$&'*+\-.^_`|~]/;

/** What cannot stand in a header's name is percent-encoded. */
function escapedKey(key: string): string {
  return [...Buffer.from(key, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return plain.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}
