const goEscapes: Readonly<Record<string, string>> = {
  '\u0007': String.raw`\a`,
  '\b': String.raw`\b`,
  '\f': String.raw`\f`,
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
  '\v': String.raw`\v`,
  '"': String.raw`\"`,
  '\\': String.raw`\\`,
};

function goEscape(character: string): string {
  const known = goEscapes[character];
  if (known !== undefined) return known;
  const code = character.codePointAt(0) ?? 0;
  // A byte that is no UTF-8: see `decodeBytes`.
  if (code >= 0xdc80 && code <= 0xdcff) return String.raw`\x${(code - 0xdc00).toString(16)}`;
  const hex = code.toString(16);
  if (code < 0x80) return String.raw`\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? String.raw`\u${hex.padStart(4, '0')}` : String.raw`\U${hex.padStart(8, '0')}`;
}

/** A Go `%q` of the string: what cannot be printed is escaped as Go does. */
export function goQuote(text: string): string {
  return `"${text.replaceAll(/["\\]|(?! )[\p{C}\p{Z}]/gu, goEscape)}"`;
}
