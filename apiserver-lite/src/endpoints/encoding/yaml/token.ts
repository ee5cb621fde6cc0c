/** What a YAML text is made of; `block…` and `key` stand where indentation and a later `:` say so. */
export type TokenKind =
  | 'streamEnd'
  | 'versionDirective'
  | 'tagDirective'
  | 'documentStart'
  | 'documentEnd'
  | 'blockSequenceStart'
  | 'blockMappingStart'
  | 'blockEnd'
  | 'flowSequenceStart'
  | 'flowSequenceEnd'
  | 'flowMappingStart'
  | 'flowMappingEnd'
  | 'blockEntry'
  | 'flowEntry'
  | 'key'
  | 'value'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'scalar';

/** One piece of the text. */
export interface Token {
  kind: TokenKind;
  /** Where it begins, from 0. */
  line: number;
  /** Of a scalar its text, of an anchor or alias its name, of a tag or its directive the handle. */
  text: string;
  /** Of a tag what follows the handle, of its directive what the handle stands for. */
  suffix: string;
  /** A scalar without quotes and not in a block. */
  plain: boolean;
}

/** A token that has no text. */
export function bareToken(kind: TokenKind, line: number): Token {
  return { kind, line, text: '', suffix: '', plain: false };
}
