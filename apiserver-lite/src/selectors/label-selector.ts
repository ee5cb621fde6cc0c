import { badRequest } from '../api-errors/status-error.ts';
import { labelKeyProblems, labelValueProblems } from './label-syntax.ts';
import { tokenize, type Token } from './label-tokens.ts';

/** One requirement of a label selector. */
export interface LabelRequirement {
  key: string;
  operator: 'in' | 'notin' | '=' | '==' | '!=' | 'gt' | 'lt' | 'exists' | '!';
  values: readonly string[];
}

/** The labels of an object, if it has any. */
export type Labels = Readonly<Record<string, string>> | undefined;

const binaryOperators = 'in, notin, =, ==, !=, gt, lt';

/**
 * Reads a label selector: `app=web,tier in (front,back),!legacy,size>3` (Kubernetes:
 * `apimachinery/pkg/labels`). Throws 400 with kube-apiserver's words.
 */
export function parseLabelSelector(selector: string): LabelRequirement[] {
  try {
    return new Parser(selector).parse();
  } catch (error) {
    if (error instanceof SyntaxError) throw badRequest(error.message);
    throw error;
  }
}

/** The requirements as one test; undefined where everything matches. */
export function compileLabelSelector(
  requirements: readonly LabelRequirement[],
): ((labels: Labels) => boolean) | undefined {
  if (requirements.length === 0) return undefined;
  const tests = requirements.map(compileRequirement);
  const [only] = tests;
  if (tests.length === 1 && only !== undefined) return only;
  return (labels) => tests.every((test) => test(labels));
}

function compileRequirement({ key, operator, values }: LabelRequirement): (labels: Labels) => boolean {
  const value = (labels: Labels) =>
    labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'in':
    case '=':
    case '==':
      return (labels) => {
        const found = value(labels);
        return found !== undefined && values.includes(found);
      };
    case 'notin':
    case '!=':
      return (labels) => {
        const found = value(labels);
        return found === undefined || !values.includes(found);
      };
    case 'exists':
      return (labels) => value(labels) !== undefined;
    case '!':
      return (labels) => value(labels) === undefined;
    case 'gt':
    case 'lt': {
      const limit = BigInt(values[0] ?? '0');
      return (labels) => {
        const found = value(labels);
        if (found === undefined || !isInteger(found)) return false;
        return operator === 'gt' ? BigInt(found) > limit : BigInt(found) < limit;
      };
    }
  }
}

function isInteger(text: string): boolean {
  return /^[+-]?\d{1,19}$/.test(text);
}

class Parser {
  readonly #tokens: Token[];
  #position = 0;

  constructor(selector: string) {
    this.#tokens = tokenize(selector);
  }

  parse(): LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    for (;;) {
      const token = this.#peek();
      if (token.kind === 'end') break;
      if (token.kind !== 'identifier' && token.kind !== '!') {
        throw new SyntaxError(`found '${token.text}', expected: !, identifier, or 'end of string'`);
      }
      requirements.push(this.#requirement());
      const separator = this.#next();
      if (separator.kind === 'end') break;
      if (separator.kind !== ',') {
        throw new SyntaxError(`found '${separator.text}', expected: ',' or 'end of string'`);
      }
      const following = this.#peek();
      if (following.kind !== 'identifier' && following.kind !== '!') {
        throw new SyntaxError(`found '${following.text}', expected: identifier after ','`);
      }
    }
    return requirements.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  }

  /** `in` and `notin` are words wherever an operator isn't expected. */
  #asValue(token: Token): Token {
    return token.kind === 'in' || token.kind === 'notin' ? { kind: 'identifier', text: token.text } : token;
  }

  #peek(): Token {
    return this.#asValue(this.#tokens[this.#position]!);
  }

  #next(): Token {
    return this.#asValue(this.#nextRaw());
  }

  #nextRaw(): Token {
    const token = this.#tokens[this.#position]!;
    // Beyond the end there is only the end.
    if (this.#position < this.#tokens.length - 1) this.#position++;
    return token;
  }

  #requirement(): LabelRequirement {
    const fail = (message: string) => new SyntaxError(`unable to parse requirement: ${message}`);
    let token = this.#next();
    const absent = token.kind === '!';
    if (absent) token = this.#next();
    if (token.kind !== 'identifier') throw fail(`found '${token.text}', expected: identifier`);
    const key = token.text;
    const problems = labelKeyProblems(key);
    if (problems.length > 0) {
      throw fail(`<nil>: Invalid value: ${JSON.stringify(key)}: ${problems.join('; ')}`);
    }
    const { kind } = this.#peek();
    if (kind === 'end' || kind === ',') return { key, operator: absent ? '!' : 'exists', values: [] };
    if (absent) return { key, operator: '!', values: [] };

    const operator = this.#operator(fail);
    const values =
      operator === 'in' || operator === 'notin' ? this.#valueSet(fail) : [this.#exactValue(fail)];
    this.#validate({ key, operator, values }, fail);
    return { key, operator, values };
  }

  #operator(fail: (message: string) => Error): LabelRequirement['operator'] {
    const token = this.#nextRaw();
    switch (token.kind) {
      case 'in':
      case 'notin':
      case '=':
      case '==':
      case '!=':
        return token.kind;
      case '>':
        return 'gt';
      case '<':
        return 'lt';
      default:
        throw fail(`found '${token.text}', expected: ${binaryOperators}`);
    }
  }

  #exactValue(fail: (message: string) => Error): string {
    const { kind } = this.#peek();
    if (kind === 'end' || kind === ',') return '';
    const token = this.#next();
    if (token.kind !== 'identifier') throw fail(`found '${token.text}', expected: identifier`);
    return token.text;
  }

  /** `(a,b)`; empty places stand for the empty value: `(a,)`, `(,)`, `()`. */
  #valueSet(fail: (message: string) => Error): string[] {
    const open = this.#next();
    if (open.kind !== '(') throw fail(`found '${open.text}' expected: '('`);
    const values = new Set<string>();
    const first = this.#peek();
    if (first.kind !== 'identifier' && first.kind !== ',' && first.kind !== ')') {
      throw fail(`found '${first.text}', expected: ',', ')' or identifier`);
    }
    let place: string | undefined;
    for (;;) {
      const token = this.#next();
      if (token.kind === 'identifier') {
        place = token.text;
        values.add(place);
        const following = this.#peek();
        if (following.kind !== ',' && following.kind !== ')') {
          throw fail(`found '${following.text}', expected: ',' or ')'`);
        }
      } else if (token.kind === ',') {
        if (place === undefined) values.add('');
        place = undefined;
        if (this.#peek().kind === ')') values.add('');
      } else if (token.kind === ')') {
        if (values.size === 0) values.add('');
        return [...values].sort();
      } else {
        throw fail(`found '${token.text}', expected: ',', or identifier`);
      }
    }
  }

  #validate({ key, operator, values }: LabelRequirement, fail: (message: string) => Error): void {
    const errors: string[] = [];
    if ((operator === 'gt' || operator === 'lt') && !isInteger(values[0] ?? '')) {
      errors.push(
        `values[0]: Invalid value: ${JSON.stringify(values[0])}: for 'Gt', 'Lt' operators, the value must be an integer`,
      );
    }
    values.forEach((value, index) => {
      const problems = labelValueProblems(value);
      if (problems.length > 0) {
        errors.push(
          `values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}: ${problems.join('; ')}`,
        );
      }
    });
    if (errors.length > 0) throw fail(errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]`);
  }
}
