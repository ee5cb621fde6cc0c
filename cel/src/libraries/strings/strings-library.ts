import type { FunctionDeclaration, Library } from '../../library.ts';
import { type CelType, dynType, intType, listType, stringType } from '../../types.ts';
import { type Call, declare, member, overload } from '../declare.ts';
import { formatCheck } from './format-check.ts';
import { formatText } from './format-values.ts';
import {
  charAt,
  indexOf,
  join,
  lastIndexOf,
  lowerAscii,
  quote,
  replace,
  split,
  substring,
  trim,
  upperAscii,
} from './text-functions.ts';

type Signature = readonly [id: string, parameters: readonly CelType[]];

function textFunction(
  name: string,
  result: CelType,
  call: Call,
  signatures: Signature[],
): FunctionDeclaration {
  return declare(
    name,
    ...signatures.map(([id, parameters]) => member(id, [stringType, ...parameters], result, call)),
  );
}

const text = stringType;
const texts = listType(stringType);

/** cel-go's functions of texts (`cel.lib.ext.strings`, version 2; since 1.29). */
export const stringsLibrary: Library = {
  name: 'cel.lib.ext.strings',
  checks: [formatCheck],
  functions: [
    textFunction('charAt', text, charAt, [['string_char_at_int', [intType]]]),
    textFunction('indexOf', intType, indexOf, [
      ['string_index_of_string', [text]],
      ['string_index_of_string_int', [text, intType]],
    ]),
    textFunction('lastIndexOf', intType, lastIndexOf, [
      ['string_last_index_of_string', [text]],
      ['string_last_index_of_string_int', [text, intType]],
    ]),
    textFunction('lowerAscii', text, lowerAscii, [['string_lower_ascii', []]]),
    textFunction('upperAscii', text, upperAscii, [['string_upper_ascii', []]]),
    textFunction('replace', text, replace, [
      ['string_replace_string_string', [text, text]],
      ['string_replace_string_string_int', [text, text, intType]],
    ]),
    textFunction('split', texts, split, [
      ['string_split_string', [text]],
      ['string_split_string_int', [text, intType]],
    ]),
    textFunction('substring', text, substring, [
      ['string_substring_int', [intType]],
      ['string_substring_int_int', [intType, intType]],
    ]),
    textFunction('trim', text, trim, [['string_trim', []]]),
    textFunction('format', text, formatText, [['string_format', [listType(dynType)]]]),
    declare('strings.quote', overload('strings_quote', [text], text, quote)),
    declare(
      'join',
      member('list_join', [texts], text, join),
      member('list_join_string', [texts, text], text, join),
    ),
  ],
};
