import { goQuote } from '@pg8s/k8s-proto/go-quote';

/** The part of a URL that decides which bytes are escaped (Go: net/url). */
export type UrlPart = 'path' | 'userPassword' | 'host' | 'zone' | 'queryComponent' | 'fragment';

/** An escape that is none, or a character that may not stand in a host; the message is Go's. */
export class EscapeError extends Error {
  override readonly name = 'EscapeError';
}

const hostCharacters = /^[A-Za-z0-9_.~!$&'()*+,;=:[\]<>"-]$/;

/** What may stand unescaped in each part. */
const plainCharacters: Readonly<Record<UrlPart, RegExp>> = {
  path: /^[A-Za-z0-9_.~$&+,/:;=@-]$/,
  userPassword: /^[A-Za-z0-9_.~$&+,;=-]$/,
  host: hostCharacters,
  zone: hostCharacters,
  queryComponent: /^[A-Za-z0-9_.~-]$/,
  fragment: /^[A-Za-z0-9_.~$&+,/:;=?@!()*-]$/,
};

function checkEscape(escape: string, part: UrlPart): void {
  const refuse = () => {
    throw new EscapeError(`invalid URL escape ${goQuote(escape)}`);
  };
  if (!/^%[0-9a-fA-F]{2}$/.test(escape)) refuse();
  const byte = Number.parseInt(escape.slice(1), 16);
  if (escape === '%25') return;
  // A host escapes only bytes beyond ASCII; a zone only what could stand there, and the space.
  if (part === 'host' && byte < 0x80) refuse();
  const character = String.fromCharCode(byte);
  if (part === 'zone' && character !== ' ' && !plainCharacters.host.test(character)) refuse();
}

/** Decodes `%XX`, and `+` in a query. Escaped bytes that make no UTF-8 become U+FFFD. @throws EscapeError */
export function unescapeUrl(text: string, part: UrlPart): string {
  const isHost = part === 'host' || part === 'zone';
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (character === '%') {
      checkEscape(text.slice(i, i + 3), part);
      i += 2;
    } else if (isHost && character < '\u0080' && !plainCharacters[part].test(character)) {
      throw new EscapeError(`invalid character ${goQuote(character)} in host name`);
    }
  }
  const spaced = part === 'queryComponent' ? text.replaceAll('+', ' ') : text;
  return spaced.replaceAll(/(?:%[0-9a-fA-F]{2})+/g, (escapes) =>
    Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}

/** Encodes what may not stand in this part. */
export function escapeUrl(text: string, part: UrlPart): string {
  const plain = plainCharacters[part];
  return Array.from(text, (character) =>
    plain.test(character)
      ? character
      : [...Buffer.from(character)]
          .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
          .join(''),
  ).join('');
}

/** Whether a text could stand in a URL as it is, percent signs as escapes. */
export function isEscapedPath(text: string, part: 'path' | 'fragment'): boolean {
  return Array.from(text).every(
    (character) => /^[!$&'()*+,;=:@[\]%]$/.test(character) || plainCharacters[part].test(character),
  );
}
