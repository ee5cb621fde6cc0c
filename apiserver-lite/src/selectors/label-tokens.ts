/** A piece of a label selector. */
export interface Token {
  kind: 'end' | 'identifier' | Operator;
  text: string;
}

type Operator = ')' | ',' | '!' | '==' | '=' | '>' | 'in' | '<' | '!=' | 'notin' | '(';

const keywords = new Set<string>([
  ')',
  ',',
  '!',
  '==',
  '=',
  '>',
  'in',
  '<',
  '!=',
  'notin',
  '(',
] satisfies Operator[]);

/** Splits into words and operators; an operator is as long as it can be. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at]!;
    if (/[ \t\r\n]/.test(character)) {
      at++;
    } else if (/[=!(),<>]/.test(character)) {
      const token = operatorAt(text, at);
      tokens.push(token);
      at += token.text.length;
    } else {
      const word = /^[^=!(),<> \t\r\n]+/.exec(text.slice(at))![0];
      tokens.push({ kind: keywords.has(word) ? (word as Operator) : 'identifier', text: word });
      at += word.length;
    }
  }
  tokens.push({ kind: 'end', text: '' });
  return tokens;
}

function operatorAt(text: string, at: number): Token {
  const pair = text.slice(at, at + 2);
  const single = text[at]!;
  const operator = keywords.has(pair) ? pair : single;
  return { kind: operator as Operator, text: operator };
}
