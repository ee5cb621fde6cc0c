import type { Issues } from './issues.ts';
import { type Token, type TokenKind, tokenize } from './lexer.ts';

/** The order in which messages list tokens: that of cel-go's grammar. */
const listed: readonly TokenKind[] = [
  'EOF',
  '==',
  '!=',
  'in',
  '<',
  '<=',
  '>=',
  '>',
  '&&',
  '||',
  '[',
  ']',
  '{',
  '}',
  '(',
  ')',
  '.',
  ',',
  '-',
  '!',
  '?',
  ':',
  '+',
  '*',
  '/',
  '%',
  'true',
  'false',
  'null',
  'NUM_FLOAT',
  'NUM_INT',
  'NUM_UINT',
  'STRING',
  'BYTES',
  'IDENTIFIER',
  'ESC_IDENTIFIER',
];

/** A set of kinds of tokens. */
export type TokenSet = ReadonlySet<TokenKind>;

/** A set of the tokens given. */
export function tokens(...kinds: TokenKind[]): TokenSet {
  return new Set(kinds);
}

/** What may come behind a rule: the tokens, and whether the rule that called it may end there. */
export interface Follow {
  readonly tokens: TokenSet;
  readonly mayEnd: boolean;
}

/** Thrown within a rule; the rule reports it, skips to where it can go on, and returns. */
export class SyntaxMismatch {
  readonly message: string;
  readonly offset: number;

  constructor(message: string, offset: number) {
    this.message = message;
    this.offset = offset;
  }
}

/** Thrown when there is no going on; everything worth reporting is reported. */
export class ParseStopped {
  readonly kind = 'parse-stopped';
}

const maxDepth = 250;
const maxRecoveries = 30;
const maxSkippedTokens = 256;
const maxSyntaxErrors = 100;

function escapeWhitespace(text: string): string {
  return text
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\r', String.raw`\r`)
    .replaceAll('\t', String.raw`\t`);
}

function display(token: Token): string {
  return `'${escapeWhitespace(token.text)}'`;
}

function displaySet(set: TokenSet): string {
  const names = listed
    .filter((kind) => set.has(kind))
    .map((kind) => (kind === 'EOF' ? '<EOF>' : /^[A-Z]/.test(kind) ? kind : `'${kind}'`));
  return names.length === 1 ? names[0]! : `{${names.join(', ')}}`;
}

/**
 * The tokens of an expression with ANTLR's way of reporting and repairing syntax errors
 * (DefaultErrorStrategy), so that messages are those that users of Kubernetes know, and with cel-go's limits
 * on depth and repairs.
 */
export class TokenStream {
  readonly #text: string;
  /** Parts of the text that are no tokens, from and to. */
  readonly #skipped: (readonly [number, number])[] = [];
  readonly #tokens: readonly Token[];
  readonly #issues: Issues;
  readonly #follows: Follow[] = [];
  readonly #depths = new Map<string, number>();
  #index = 0;
  #recovering = false;
  #syntaxErrors = 0;
  #recoveries = 0;
  #lastErrorIndex = -1;
  /** Where in the grammar errors were that no token has fitted since. */
  readonly #lastErrorStates = new Set<string>();

  constructor(text: string, issues: Issues) {
    this.#issues = issues;
    this.#text = text;
    this.#tokens = tokenize(text, (offset, end) => {
      const skipped = text.slice(offset, end);
      this.#skipped.push([offset, end]);
      this.#reportSyntax(offset, `token recognition error at: '${skipped}'`);
    });
  }

  /** The token `ahead` of the current one. */
  token(ahead = 0): Token {
    return this.#tokens[Math.min(this.#index + ahead, this.#tokens.length - 1)]!;
  }

  /** Its kind. */
  kind(ahead = 0): TokenKind {
    return this.token(ahead).kind;
  }

  /**
   * Runs a rule: what it throws is reported and skipped, and `undefined` returned. `follow` is what the
   * caller expects behind it. More than 250 of one rule inside each other are refused.
   */
  rule<Node>(name: string, follow: Follow, body: () => Node): Node | undefined {
    this.begin(name, follow);
    try {
      return body();
    } catch (error) {
      this.repair(name, error);
      return undefined;
    } finally {
      this.end(name);
    }
  }

  /**
   * The parts of rule() for those that are on the stack hundreds of times. First this, then what may throw.
   */
  begin(name: string, follow: Follow): void {
    this.#enter(name);
    this.#follows.push(follow);
  }

  /** Reports what was thrown and skips to where the caller goes on. */
  repair(name: string, error: unknown): void {
    if (!(error instanceof SyntaxMismatch)) throw error;
    this.#report(error.message, error.offset);
    // What was expected tells the places in one rule apart.
    this.#recover(`${name} ${error.message.split(' expecting ')[1] ?? ''}`);
  }

  /** Last, whatever happened. */
  end(name: string): void {
    this.#follows.pop();
    this.#depths.set(name, this.#depths.get(name)! - 1);
  }

  /**
   * Does what is left of the rule `name`: if it throws, that is reported and skipped as by rule(), and false
   * is returned. Then the rule returns what it has.
   */
  finish(name: string, rest: () => void): boolean {
    try {
      rest();
      return true;
    } catch (error) {
      this.repair(name, error);
      return false;
    }
  }

  #enter(name: string): void {
    const depth = (this.#depths.get(name) ?? 0) + 1;
    this.#depths.set(name, depth);
    if (depth > maxDepth) {
      this.#issues.report(-1, `expression recursion limit exceeded: ${maxDepth}`);
      throw new ParseStopped();
    }
  }

  /**
   * Where one of several ways must be taken: the current token is in `expected`, or is repaired or refused.
   */
  sync(expected: TokenSet): void {
    if (this.#recovering || expected.has(this.kind())) return;
    if (!this.#deleteToken(expected)) throw this.mismatch(expected);
  }

  /** In a loop of prefix operators: what fits neither the loop nor what is behind it is skipped. */
  syncLoop(expected: TokenSet): void {
    if (this.#recovering || expected.has(this.kind())) return;
    this.#report(`extraneous input ${display(this.token())} expecting ${displaySet(expected)}`);
    this.#skipTo(new Set([...expected, ...this.#recoverySet()]));
  }

  /**
   * Takes a token of `kind`. `behind` is what may come after it in the same rule, and whether the rule may
   * end there: a token that is missing is made up when what is there fits behind it.
   */
  match(kind: TokenKind, behind: Follow): Token {
    const token = this.token();
    if (token.kind === kind) {
      this.#endError();
      if (kind !== 'EOF') this.#index++;
      return token;
    }
    this.#countRecovery();
    const expected = tokens(kind);
    if (this.#deleteToken(expected)) return this.match(kind, behind);
    if (this.#mayFollow(behind).has(token.kind)) {
      this.#report(`missing ${displaySet(expected)} at ${display(token)}`);
      return { kind, text: `<missing ${displaySet(expected)}>`, offset: token.offset };
    }
    throw this.mismatch(expected);
  }

  /** Takes the current token, whatever it is. */
  take(): Token {
    const token = this.token();
    this.#endError();
    if (token.kind !== 'EOF') this.#index++;
    return token;
  }

  mismatch(expected: TokenSet): SyntaxMismatch {
    const token = this.token();
    return new SyntaxMismatch(
      `mismatched input ${display(token)} expecting ${displaySet(expected)}`,
      token.offset,
    );
  }

  /** No way fits the tokens from the current one to the one `ahead`. */
  noAlternative(ahead: number): SyntaxMismatch {
    const last = this.token(ahead);
    const first = this.token();
    const end = last.kind === 'EOF' ? this.#text.length : last.offset + last.text.length;
    const input = first.kind === 'EOF' ? '<EOF>' : escapeWhitespace(this.#textOfTokens(first.offset, end));
    const reserved = /^\.(true|false|null)$/.exec(input);
    return new SyntaxMismatch(
      reserved === null
        ? `no viable alternative at input '${input}'`
        : `mismatched input '${reserved[1]!}' expecting IDENTIFIER`,
      last.offset,
    );
  }

  /** The text between two offsets without what is no token. */
  #textOfTokens(from: number, to: number): string {
    let text = '';
    let at = from;
    for (const [begin, end] of this.#skipped) {
      if (begin < at || end > to) continue;
      text += this.#text.slice(at, begin);
      at = end;
    }
    return text + this.#text.slice(at, to);
  }

  /** A token fitted: what went wrong before is over. */
  #endError(): void {
    this.#recovering = false;
    this.#lastErrorIndex = -1;
    this.#lastErrorStates.clear();
  }

  #report(message: string, offset = this.token().offset): void {
    if (this.#recovering) return;
    this.#recovering = true;
    this.#reportSyntax(offset, message);
  }

  /** After a hundred of them parsing ends. */
  #reportSyntax(offset: number, message: string): void {
    if (this.#syntaxErrors++ < maxSyntaxErrors) {
      this.#issues.report(offset, `Syntax error: ${message}`);
      return;
    }
    this.#issues.report(offset, `Syntax error: More than ${maxSyntaxErrors} syntax errors`);
    throw new ParseStopped();
  }

  #deleteToken(expected: TokenSet): boolean {
    if (!expected.has(this.kind(1)) || this.kind() === 'EOF') return false;
    this.#report(`extraneous input ${display(this.token())} expecting ${displaySet(expected)}`);
    this.#index++;
    this.#endError();
    return true;
  }

  #mayFollow(behind: Follow): TokenSet {
    const result = new Set(behind.tokens);
    let { mayEnd } = behind;
    for (let index = this.#follows.length - 1; mayEnd && index >= 0; index--) {
      for (const kind of this.#follows[index]!.tokens) result.add(kind);
      mayEnd = this.#follows[index]!.mayEnd;
    }
    return result;
  }

  #recoverySet(): TokenSet {
    return new Set(this.#follows.flatMap(({ tokens: kinds }) => [...kinds]));
  }

  #countRecovery(): void {
    if (this.#recoveries++ < maxRecoveries) return;
    this.#issues.report(
      this.token().offset,
      `Syntax error: error recovery attempt limit exceeded: ${maxRecoveries}`,
    );
    throw new ParseStopped();
  }

  #recover(state: string): void {
    this.#countRecovery();
    if (this.#lastErrorIndex === this.#index && this.#lastErrorStates.has(state)) this.#skip(1);
    this.#lastErrorIndex = this.#index;
    this.#lastErrorStates.add(state);
    this.#skipTo(this.#recoverySet());
  }

  #skipTo(set: TokenSet): void {
    let skipped = 0;
    while (this.kind() !== 'EOF' && !set.has(this.kind())) this.#skip(++skipped);
  }

  #skip(count: number): void {
    if (count > maxSkippedTokens) {
      this.#issues.report(-1, `error recovery token lookahead limit exceeded: ${maxSkippedTokens}`);
      throw new ParseStopped();
    }
    if (this.kind() !== 'EOF') this.#index++;
  }
}
