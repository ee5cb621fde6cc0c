import { yamlProblem, type YamlError } from './yaml-error.ts';

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** The text of a YAML body, which may be of UTF-8 or, if it says so, of UTF-16. @throws YamlError */
export function yamlText(body: Uint8Array): string {
  if (body[0] === 0xff && body[1] === 0xfe) return new TextDecoder('utf-16le').decode(body);
  if (body[0] === 0xfe && body[1] === 0xff) return new TextDecoder('utf-16be').decode(body);
  try {
    return strictUtf8.decode(body);
  } catch {
    throw utf8Problem(body);
  }
}

/** The bytes of a character, by its first. */
function widthOf(first: number): number {
  if (first < 0x80) return 1;
  if (first >> 5 === 0x06) return 2;
  if (first >> 4 === 0x0e) return 3;
  return first >> 3 === 0x1e ? 4 : 0;
}

/** What is wrong with the first character that is no UTF-8. */
function utf8Problem(body: Uint8Array): YamlError {
  for (let at = 0; at < body.length;) {
    const first = body[at]!;
    const width = widthOf(first);
    if (width === 0) return yamlProblem('invalid leading UTF-8 octet');
    if (at + width > body.length) return yamlProblem('incomplete UTF-8 octet sequence');
    let code = width === 1 ? first : first & (0xff >> (width + 1));
    for (const byte of body.subarray(at + 1, at + width)) {
      if (byte >> 6 !== 2) return yamlProblem('invalid trailing UTF-8 octet');
      code = code * 64 + (byte & 0x3f);
    }
    if (code < [0, 0, 0x80, 0x800, 0x10000][width]!) {
      return yamlProblem('invalid length of a UTF-8 sequence');
    }
    if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) {
      return yamlProblem('invalid Unicode character');
    }
    at += width;
  }
  return yamlProblem('control characters are not allowed');
}
