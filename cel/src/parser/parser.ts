import type { Expression, MapEntry, StructField } from '../expression.ts';
import type { Macro } from '../library.ts';
import { Uint } from '../values.ts';
import type { Issues } from './issues.ts';
import { countCodePoints, startOfText } from './issues.ts';
import type { Token, TokenKind } from './lexer.ts';
import { readBytes, readString } from './literals.ts';
import { type Follow, ParseStopped, TokenStream, tokens } from './token-stream.ts';
import { TreeBuilder } from './tree-builder.ts';

/**
 * The largest expression in code points, and how deep operators may be nested (cel-go: parser/options.go).
 */
const maxCodePoints = 100_000;
const maxNesting = 250;

/** What parsing gives: the tree, and the offset in the text of every node by id. */
export interface Parsed {
  readonly expression: Expression;
  readonly offsets: readonly number[];
}

/** The macros by name, number of arguments (or `*`) and whether they are members: see macroKey. */
export type MacroTable = ReadonlyMap<string, Macro>;

/** What the parser takes besides the text. */
export interface Syntax {
  readonly macros: MacroTable;
  /** Whether fields may be written in backticks. */
  readonly escapedFields: boolean;
}

/** The key of a macro. */
export function macroKey(name: string, member: boolean, argumentCount: number | 'any'): string {
  return `${name}:${argumentCount === 'any' ? '*' : argumentCount}:${member}`;
}

const reserved = new Set(
  (
    'as break const continue else false for function if import in let loop package namespace null return ' +
    'true var void while'
  ).split(' '),
);
const relations = tokens('==', '!=', 'in', '<', '<=', '>=', '>');
const sums = tokens('*', '/', '%', '+', '-');
const members = tokens('.', '[');
const literalStart: readonly TokenKind[] = [
  'true',
  'false',
  'null',
  'NUM_FLOAT',
  'NUM_INT',
  'NUM_UINT',
  'STRING',
  'BYTES',
];
const memberStart = tokens('[', '{', '(', '.', '-', ...literalStart, 'IDENTIFIER');
const start = tokens(...memberStart, '!');
const starts = [...start];
const fieldStart = tokens('?', 'IDENTIFIER', 'ESC_IDENTIFIER');

const ending = (...kinds: TokenKind[]): Follow => ({ tokens: tokens(...kinds), mayEnd: true });
const open = (...kinds: TokenKind[]): Follow => ({ tokens: tokens(...kinds), mayEnd: false });
const end = ending();
const follows = {
  start: open('EOF'),
  condition: ending('?'),
  whenTrue: open(':'),
  or: ending('||'),
  and: ending('&&'),
  relation: { tokens: relations, mayEnd: true },
  sum: { tokens: sums, mayEnd: true },
  member: { tokens: members, mayEnd: true },
  closeParenthesis: open(')'),
  closeBracket: open(']'),
  listEnd: open(',', ']'),
  mapEnd: open(',', '}'),
  colon: open(':'),
  comma: ending(','),
  expression: open(...starts),
} satisfies Record<string, Follow>;

const operators: Readonly<Partial<Record<TokenKind, string>>> = {
  in: '@in',
  '==': '_==_',
  '!=': '_!=_',
  '<': '_<_',
  '<=': '_<=_',
  '>': '_>_',
  '>=': '_>=_',
  '+': '_+_',
  '-': '_-_',
  '*': '_*_',
  '/': '_/_',
  '%': '_%_',
};

/**
 * Parses an expression and expands its macros. Issues are reported to `issues`; with any, the tree is of no
 * use and undefined. Time and memory are linear in the text, which has at most 100,000 code points.
 */
export function parse(text: string, syntax: Syntax, issues: Issues): Parsed | undefined {
  const size = countCodePoints(text);
  if (size > maxCodePoints) {
    issues.report(-1, `expression code point size exceeds limit: size: ${size}, limit ${maxCodePoints}`);
    return undefined;
  }
  try {
    const parser = new Parser(text, syntax, issues);
    const expression = parser.start();
    return issues.count > 0 ? undefined : { expression, offsets: parser.tree.offsets };
  } catch (error) {
    if (error instanceof ParseStopped) return undefined;
    throw error;
  }
}

interface Call {
  readonly name: string;
  readonly at: number;
  readonly args: readonly Expression[];
  readonly target?: Expression;
  readonly counts?: boolean;
}

class Parser {
  readonly tree = new TreeBuilder();
  readonly #syntax: Syntax;
  readonly #issues: Issues;
  readonly #tokens: TokenStream;
  /** How many operators are nested in a node, by id. */
  readonly #nesting = new Map<number, number>();

  constructor(text: string, syntax: Syntax, issues: Issues) {
    this.#syntax = syntax;
    this.#issues = issues;
    this.#tokens = new TokenStream(text, issues);
  }

  start(): Expression {
    const expression = this.#tokens.rule('start', open(), () => {
      const parsed = this.#expression(follows.start);
      this.#tokens.match('EOF', open('EOF'));
      return parsed;
    });
    if (expression === undefined) return this.tree.broken(0);
    if (this.#depth(expression) > maxNesting) {
      this.#issues.report(-1, 'max recursion depth exceeded');
    }
    return expression;
  }

  #depth(expression: Expression): number {
    return this.#nesting.get(expression.id) ?? 0;
  }

  /** Notes that `expression` nests `parts`, one level more if it is an operator that counts. */
  #nest(expression: Expression, parts: readonly Expression[], counts: boolean): Expression {
    let depth = 0;
    for (const part of parts) depth = Math.max(depth, this.#depth(part));
    if (counts) depth++;
    if (depth > 0) this.#nesting.set(expression.id, depth);
    return expression;
  }

  #rule(name: string, follow: Follow, body: () => Expression): Expression {
    const { offset } = this.#tokens.token();
    return this.#tokens.rule(name, follow, body) ?? this.tree.broken(offset);
  }

  /** A call, or what a macro makes of it. `counts` tells whether it is a level of nesting. */
  #call({ name, at, args, target, counts = true }: Call): Expression {
    const parts = target === undefined ? args : [target, ...args];
    const macro =
      this.#syntax.macros.get(macroKey(name, target !== undefined, args.length)) ??
      this.#syntax.macros.get(macroKey(name, target !== undefined, 'any'));
    const expanded = macro?.expand(this.tree.factory(at), target, args);
    if (expanded === undefined) return this.#nest(this.tree.call(name, at, target, args), parts, counts);
    if (expanded.kind === 'macro-error') {
      this.#issues.report(this.tree.offsets[expanded.at.id]!, expanded.message);
      return this.tree.broken(at);
    }
    return this.#nest(expanded, parts, counts);
  }

  #expression(follow: Follow): Expression {
    const { offset: at } = this.#tokens.token();
    this.#tokens.begin('expr', follow);
    try {
      const condition = this.#or(follows.condition);
      if (this.#tokens.kind() !== '?') return condition;
      const { offset } = this.#tokens.take();
      const whenTrue = this.#or(follows.whenTrue);
      let whenFalse = this.tree.broken(offset);
      this.#tokens.finish('expr', () => {
        this.#tokens.match(':', follows.expression);
        whenFalse = this.#expression(end);
      });
      return this.#call({ name: '_?_:_', at: offset, args: [condition, whenTrue, whenFalse] });
    } catch (error) {
      this.#tokens.repair('expr', error);
      return this.tree.broken(at);
    } finally {
      this.#tokens.end('expr');
    }
  }

  // The rules from here to primary() are on the stack once for every level of nesting: they use no closures.

  #or(follow: Follow): Expression {
    const { offset: at } = this.#tokens.token();
    this.#tokens.begin('conditionalOr', follow);
    try {
      const terms = [this.#and(follows.or)];
      const offsets: number[] = [];
      while (this.#tokens.kind() === '||') {
        offsets.push(this.#tokens.take().offset);
        terms.push(this.#and(follows.or));
      }
      return this.#nest(this.tree.balance('_||_', terms, offsets), terms, false);
    } catch (error) {
      this.#tokens.repair('conditionalOr', error);
      return this.tree.broken(at);
    } finally {
      this.#tokens.end('conditionalOr');
    }
  }

  #and(follow: Follow): Expression {
    const { offset: at } = this.#tokens.token();
    this.#tokens.begin('conditionalAnd', follow);
    try {
      const terms = [this.#relation(follows.and)];
      const offsets: number[] = [];
      while (this.#tokens.kind() === '&&') {
        offsets.push(this.#tokens.take().offset);
        terms.push(this.#relation(follows.and));
      }
      return this.#nest(this.tree.balance('_&&_', terms, offsets), terms, false);
    } catch (error) {
      this.#tokens.repair('conditionalAnd', error);
      return this.tree.broken(at);
    } finally {
      this.#tokens.end('conditionalAnd');
    }
  }

  /** A chain of comparisons; its operands, but for the first, are a level deeper. */
  #relation(follow: Follow, isOperand = false): Expression {
    const { offset: at } = this.#tokens.token();
    this.#tokens.begin('relation', follow);
    try {
      let left = this.#sum(follows.relation, 0);
      if (isOperand) return left;
      while (relations.has(this.#tokens.kind())) {
        const operator = this.#tokens.take();
        const right = this.#relation(follows.relation, true);
        left = this.#call({ name: operators[operator.kind]!, at: operator.offset, args: [left, right] });
      }
      return left;
    } catch (error) {
      this.#tokens.repair('relation', error);
      return this.tree.broken(at);
    } finally {
      this.#tokens.end('relation');
    }
  }

  /** Sums and products: `level` 0 takes both, 1 only products (the right side of a sum), 2 neither. */
  #sum(follow: Follow, level: number): Expression {
    const { offset: at } = this.#tokens.token();
    this.#tokens.begin('calc', follow);
    try {
      let left = this.#unary(follows.sum);
      for (;;) {
        const kind = this.#tokens.kind();
        const product = kind === '*' || kind === '/' || kind === '%';
        if (!(product ? level < 2 : level < 1 && (kind === '+' || kind === '-'))) break;
        const operator = this.#tokens.take();
        const right = this.#sum(follows.sum, product ? 2 : 1);
        left = this.#call({ name: operators[operator.kind]!, at: operator.offset, args: [left, right] });
      }
      return left;
    } catch (error) {
      this.#tokens.repair('calc', error);
      return this.tree.broken(at);
    } finally {
      this.#tokens.end('calc');
    }
  }

  #unary(follow: Follow): Expression {
    const { offset: at } = this.#tokens.token();
    this.#tokens.begin('unary', follow);
    try {
      this.#tokens.sync(start);
      const kind = this.#tokens.kind();
      if (kind === '!') return this.#prefixed('!', '!_');
      if (kind !== '-' || this.#isNumber(1)) return this.#member(end);
      if (this.#tokens.kind(1) !== '-' && !memberStart.has(this.#tokens.kind(1))) {
        throw this.#tokens.noAlternative(1);
      }
      return this.#prefixed('-', '-_');
    } catch (error) {
      this.#tokens.repair('unary', error);
      return this.tree.broken(at);
    } finally {
      this.#tokens.end('unary');
    }
  }

  #isNumber(ahead: number): boolean {
    const kind = this.#tokens.kind(ahead);
    return kind === 'NUM_INT' || kind === 'NUM_FLOAT';
  }

  #prefixed(kind: '!' | '-', name: string): Expression {
    const { offset } = this.#tokens.take();
    let count = 1;
    const expected = kind === '!' ? start : memberStart;
    for (;;) {
      this.#tokens.syncLoop(expected);
      if (this.#tokens.kind() !== kind) break;
      if (kind === '-' && this.#tokens.kind(1) !== '-' && !memberStart.has(this.#tokens.kind(1))) {
        throw this.#tokens.noAlternative(1);
      }
      this.#tokens.take();
      count++;
    }
    const operand = this.#member(end);
    if (count % 2 === 0) return operand;
    return this.#call({ name, at: offset, args: [operand], counts: false });
  }

  #member(follow: Follow): Expression {
    const { offset: at } = this.#tokens.token();
    this.#tokens.begin('member', follow);
    try {
      let operand = this.#primary(follows.member);
      if (!members.has(this.#tokens.kind())) return operand;
      this.#tokens.finish('member', () => {
        while (members.has(this.#tokens.kind())) {
          if (this.#tokens.kind() === '[') this.#index(operand, (next) => (operand = next));
          else this.#dot(operand, (next) => (operand = next));
        }
      });
      return operand;
    } catch (error) {
      this.#tokens.repair('member', error);
      return this.tree.broken(at);
    } finally {
      this.#tokens.end('member');
    }
  }

  /** `operand[index]`; `keep` gets what is known of it before the rest may fail. */
  #index(operand: Expression, keep: (next: Expression) => void): void {
    const { offset } = this.#tokens.take();
    keep(this.tree.call('_[_]', offset, undefined, [operand, this.tree.broken(offset)]));
    this.#tokens.sync(tokens(...starts, '?'));
    const optional = this.#tokens.kind() === '?';
    if (optional) this.#tokens.take();
    const index = this.#expression(follows.closeBracket);
    keep(this.#call({ name: optional ? '_[?_]' : '_[_]', at: offset, args: [operand, index] }));
    this.#tokens.match(']', follows.member);
  }

  /** `operand.field`, `operand.?field`, `operand.method(…)`. */
  #dot(operand: Expression, keep: (next: Expression) => void): void {
    const next = this.#tokens.kind(1);
    if (next === 'IDENTIFIER' && this.#tokens.kind(2) === '(') {
      this.#tokens.take();
      const name = this.#tokens.take().text;
      const { offset } = this.#tokens.take();
      const args = this.#arguments();
      keep(this.#call({ name, at: offset, args, target: operand }));
      this.#tokens.match(')', follows.member);
      return;
    }
    if (next !== '?' && next !== 'IDENTIFIER' && next !== 'ESC_IDENTIFIER') {
      throw this.#tokens.noAlternative(1);
    }
    const { offset } = this.#tokens.take();
    const optional = this.#tokens.kind() === '?';
    if (optional) this.#tokens.take();
    const at = this.#tokens.token().offset;
    const name = this.#fieldName(follows.member);
    if (name === undefined) this.#issues.report(at, 'unsupported ident kind');
    const field = name ?? '';
    if (optional) {
      const args = [operand, this.tree.literal(field, at)];
      keep(this.#nest(this.tree.call('_?._', offset, undefined, args), [operand], true));
    } else {
      const id = this.tree.id(offset);
      keep(this.#nest({ kind: 'select', id, operand, field, testOnly: false }, [operand], true));
    }
  }

  #fieldName(follow: Follow): string | undefined {
    return this.#tokens.rule('escapeIdent', follow, () => {
      this.#tokens.sync(tokens('IDENTIFIER', 'ESC_IDENTIFIER'));
      const { kind, text, offset } = this.#tokens.take();
      if (kind === 'ESC_IDENTIFIER' && !this.#syntax.escapedFields)
        this.#issues.report(offset, "unsupported syntax: '`'");
      return kind === 'ESC_IDENTIFIER' ? text.slice(1, -1) : text;
    });
  }

  /** The arguments of a call, between its parentheses. */
  #arguments(): readonly Expression[] {
    this.#tokens.sync(tokens(...starts, ')'));
    if (this.#tokens.kind() === ')') return [];
    return (
      this.#tokens.rule('exprList', follows.closeParenthesis, () => {
        const list = [this.#expression(follows.comma)];
        while (this.#tokens.kind() === ',') {
          this.#tokens.take();
          list.push(this.#expression(follows.comma));
        }
        return list;
      }) ?? []
    );
  }

  #primary(follow: Follow): Expression {
    this.#tokens.begin('primary', follow);
    try {
      this.#tokens.sync(memberStart);
      const token = this.#tokens.token();
      switch (token.kind) {
        case '.':
        case 'IDENTIFIER':
          return this.#named();
        case '(': {
          this.#tokens.take();
          const inner = this.#expression(follows.closeParenthesis);
          this.#tokens.finish('primary', () => this.#tokens.match(')', end));
          return inner;
        }
        case '[':
          return this.#list();
        case '{':
          return this.#map();
        default:
          // Not so while an error is being skipped.
          if (!memberStart.has(token.kind)) throw this.#tokens.noAlternative(0);
          return this.#literal();
      }
    } catch (error) {
      this.#tokens.repair('primary', error);
      return this.tree.broken(startOfText);
    } finally {
      this.#tokens.end('primary');
    }
  }

  /** A name, a call of a function, or a literal of an object. */
  #named(): Expression {
    const first = this.#tokens.token();
    const dot = first.kind === '.' ? '.' : '';
    if (dot !== '' && this.#tokens.kind(1) !== 'IDENTIFIER') {
      throw this.#tokens.noAlternative(1);
    }
    let ahead = dot === '' ? 1 : 2;
    if (this.#tokens.kind(ahead) === '(') {
      if (dot !== '') this.#tokens.take();
      const name = this.#tokens.take();
      const { offset } = this.#tokens.take();
      let args: readonly Expression[] = [];
      this.#tokens.finish('primary', () => {
        args = this.#arguments();
        this.#tokens.match(')', end);
      });
      return (
        this.#refuseReserved(name, first) ??
        this.#call({ name: dot + name.text, at: offset, args, counts: false })
      );
    }
    while (this.#tokens.kind(ahead) === '.' && this.#tokens.kind(ahead + 1) === 'IDENTIFIER') ahead += 2;
    if (this.#tokens.kind(ahead) === '{') return this.#struct(ahead);
    if (dot !== '') this.#tokens.take();
    const name = this.#tokens.take();
    return this.#refuseReserved(name, first) ?? this.tree.ident(dot + name.text, name.offset);
  }

  #refuseReserved(name: Token, first: Token): Expression | undefined {
    if (!reserved.has(name.text)) return undefined;
    this.#issues.report(first.offset, `reserved identifier: ${name.text}`);
    return this.tree.broken(first.offset);
  }

  #struct(nameTokens: number): Expression {
    let name = '';
    for (let index = 0; index < nameTokens; index++) name += this.#tokens.take().text;
    const { offset } = this.#tokens.take();
    const id = this.tree.id(offset);
    let fields: readonly StructField[] = [];
    this.#tokens.finish('primary', () => {
      this.#tokens.sync(tokens(...fieldStart, ',', '}'));
      if (fieldStart.has(this.#tokens.kind())) {
        fields =
          this.#tokens.rule('fieldInitializerList', follows.mapEnd, () => {
            const list = [this.#structField()];
            while (this.#tokens.kind() === ',' && fieldStart.has(this.#tokens.kind(1))) {
              this.#tokens.take();
              list.push(this.#structField());
            }
            return list;
          }) ?? [];
      }
      this.#close('}');
    });
    return this.#nest(
      { kind: 'struct', id, name, fields },
      fields.map(({ value }) => value),
      false,
    );
  }

  #structField(): StructField {
    let optional = false;
    const field = this.#tokens.rule('optField', follows.colon, () => {
      this.#tokens.sync(fieldStart);
      optional = this.#tokens.kind() === '?';
      if (optional) this.#tokens.take();
      const at = this.#tokens.token().offset;
      const name = this.#fieldName(end);
      if (name === undefined) this.#issues.report(at, 'unsupported ident kind');
      return name;
    });
    const { offset } = this.#tokens.match(':', follows.expression);
    const value = this.#expression(follows.comma);
    return { id: this.tree.id(offset), name: field ?? '', value, optional };
  }

  /** The end of a list, map or object: a comma more is allowed. */
  #close(kind: ']' | '}'): void {
    this.#tokens.sync(tokens(',', kind));
    if (this.#tokens.kind() === ',') this.#tokens.take();
    this.#tokens.match(kind, end);
  }

  #list(): Expression {
    const { offset } = this.#tokens.take();
    const id = this.tree.id(offset);
    const optional: number[] = [];
    let elements: readonly Expression[] = [];
    this.#tokens.finish('primary', () => {
      this.#tokens.sync(tokens(...starts, '?', ',', ']'));
      if (this.#startsEntry(0)) {
        elements =
          this.#tokens.rule('listInit', follows.listEnd, () => {
            const list: Expression[] = [];
            for (;;) {
              const element = this.#optionalExpression(follows.comma);
              if (element.optional) optional.push(list.length);
              list.push(element.expression);
              if (this.#tokens.kind() !== ',' || !this.#startsEntry(1)) return list;
              this.#tokens.take();
            }
          }) ?? [];
      }
      this.#close(']');
    });
    return this.#nest({ kind: 'list', id, elements, optional }, elements, false);
  }

  #startsEntry(ahead: number): boolean {
    const kind = this.#tokens.kind(ahead);
    return kind === '?' || start.has(kind);
  }

  #optionalExpression(follow: Follow): { expression: Expression; optional: boolean } {
    let optional = false;
    const expression = this.#rule('optExpr', follow, () => {
      this.#tokens.sync(tokens(...starts, '?'));
      optional = this.#tokens.kind() === '?';
      if (optional) this.#tokens.take();
      return this.#expression(end);
    });
    return { expression, optional };
  }

  #map(): Expression {
    const { offset } = this.#tokens.take();
    const id = this.tree.id(offset);
    let entries: readonly MapEntry[] = [];
    this.#tokens.finish('primary', () => {
      this.#tokens.sync(tokens(...starts, '?', ',', '}'));
      if (this.#startsEntry(0)) {
        entries =
          this.#tokens.rule('mapInitializerList', follows.mapEnd, () => {
            const list: MapEntry[] = [];
            for (;;) {
              const { expression: key, optional } = this.#optionalExpression(follows.colon);
              const colon = this.#tokens.match(':', follows.expression);
              const value = this.#expression(follows.comma);
              list.push({ id: this.tree.id(colon.offset), key, value, optional });
              if (this.#tokens.kind() !== ',' || !this.#startsEntry(1)) return list;
              this.#tokens.take();
            }
          }) ?? [];
      }
      this.#close('}');
    });
    return this.#nest(
      { kind: 'map', id, entries },
      entries.flatMap(({ key, value }) => [key, value]),
      false,
    );
  }

  #literal(): Expression {
    return this.#rule('literal', end, () => {
      const first = this.#tokens.token();
      if (first.kind === '-' && !this.#isNumber(1)) throw this.#tokens.noAlternative(1);
      const sign = first.kind === '-' ? this.#tokens.take().text : '';
      const { kind, text } = this.#tokens.take();
      const { offset } = first;
      switch (kind) {
        case 'true':
        case 'false':
          return this.tree.literal(kind === 'true', offset);
        case 'null':
          return this.tree.literal(null, offset);
        case 'NUM_INT': {
          const value = BigInt(text) * (sign === '' ? 1n : -1n);
          return BigInt.asIntN(64, value) === value
            ? this.tree.literal(value, offset)
            : this.#refuse(offset, 'invalid int literal');
        }
        case 'NUM_UINT': {
          const value = BigInt(text.slice(0, -1));
          return BigInt.asUintN(64, value) === value
            ? this.tree.literal(new Uint(value), offset)
            : this.#refuse(offset, 'invalid uint literal');
        }
        case 'NUM_FLOAT': {
          const value = Number(sign + text);
          return Number.isFinite(value)
            ? this.tree.literal(value, offset)
            : this.#refuse(offset, 'invalid double literal');
        }
        default: {
          const read = kind === 'BYTES' ? readBytes(text) : readString(text);
          return 'error' in read ? this.#refuse(offset, read.error) : this.tree.literal(read.value, offset);
        }
      }
    });
  }

  #refuse(offset: number, message: string): Expression {
    this.#issues.report(offset, message);
    return this.tree.broken(offset);
  }
}
