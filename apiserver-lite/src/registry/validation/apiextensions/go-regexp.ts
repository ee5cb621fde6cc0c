/**
 * Regular expressions of Go (RE2), as far as JavaScript's engine can stand in for them: what Go refuses is refused in its
 * words, what both know is translated. Go has neither look-around nor back references, so that nothing is lost on the way.
 */

const fail = (problem: string, what: string) => `error parsing regexp: ${problem}: \`${what}\``;

const groupStart = /^\(\?(?:P?<[A-Za-z_]\w*>|[imsU]*(?:-[imsU]+)?[:)])/;
const repetition = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/;
const escapes =
  /^\\(?:[0-7]{1,3}|x[0-9A-Fa-f]{2}|x\{[0-9A-Fa-f]+\}|[pP](?:[A-Z]|\{\^?\w+\})|[aAbBdDfnrsStvwWzCQE]|[^\w])/;

/** Why Go could not compile the expression, in its words; undefined where it can. */
export function goRegexpError(expression: string): string | undefined {
  let depth = 0;
  let repeatable = false;
  let lastRepetition = '';
  for (let at = 0; at < expression.length;) {
    const rest = expression.slice(at);
    const repeated = repetition.exec(rest)?.[0];
    if (repeated !== undefined) {
      if (lastRepetition !== '') return fail('invalid nested repetition operator', lastRepetition + repeated);
      if (!repeatable) return fail('missing argument to repetition operator', repeated);
      const count = /^\{(\d+)(?:,(\d*))?\}/.exec(repeated);
      const [least, most] = [Number(count?.[1] ?? 0), Number(count?.[2] || count?.[1] || 0)];
      if (least > 1000 || most > 1000 || most < least) {
        return fail('invalid repeat count', repeated.replace(/\?$/, ''));
      }
      lastRepetition = repeated;
      at += repeated.length;
      continue;
    }
    lastRepetition = '';
    const taken = tokenOf(rest);
    if (typeof taken === 'string') return taken;
    if (rest[0] === '(') depth += taken.opens ? 1 : 0;
    if (rest[0] === ')' && --depth < 0) return fail('unexpected )', expression);
    repeatable = taken.repeatable;
    at += taken.length;
  }
  return depth > 0 ? fail('missing closing )', expression) : undefined;
}

interface Token {
  length: number;
  repeatable: boolean;
  opens?: boolean;
}

function tokenOf(rest: string): Token | string {
  switch (rest[0]) {
    case '(': {
      if (rest[1] !== '?') return { length: 1, repeatable: false, opens: true };
      const start = groupStart.exec(rest)?.[0];
      if (start === undefined) {
        return fail('invalid or unsupported Perl syntax', /^\(\?(?:<[=!]?|.)?/s.exec(rest)?.[0] ?? rest);
      }
      return { length: start.length, repeatable: false, opens: !start.endsWith(')') };
    }
    case '[':
      return classOf(rest);
    case '\\': {
      if (rest.length === 1) return 'error parsing regexp: trailing backslash at end of expression: ``';
      const escape = escapes.exec(rest)?.[0];
      if (escape === undefined) return fail('invalid escape sequence', rest.slice(0, 2));
      return { length: escape.length, repeatable: true };
    }
    case '|':
      return { length: 1, repeatable: false };
    default:
      return { length: 1, repeatable: true };
  }
}

function classOf(rest: string): Token | string {
  let at = rest[1] === '^' ? 2 : 1;
  for (let first = true; at < rest.length; first = false) {
    if (rest[at] === ']' && !first) return { length: at + 1, repeatable: true };
    const named = /^\[:\^?\w+:\]/.exec(rest.slice(at))?.[0];
    if (named !== undefined) {
      at += named.length;
      continue;
    }
    const low = memberOf(rest.slice(at));
    const range = rest[at + low.length] === '-' && ![']', undefined].includes(rest[at + low.length + 1]);
    const high = range ? memberOf(rest.slice(at + low.length + 1)) : '';
    if (range && low.length === 1 && high.length === 1 && high < low) {
      return fail('invalid character class range', `${low}-${high}`);
    }
    at += low.length + (range ? 1 + high.length : 0);
  }
  return fail('missing closing ]', rest);
}

function memberOf(rest: string): string {
  return escapes.exec(rest)?.[0] ?? rest.slice(0, 1);
}

const classNames: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: '\\t ',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

/** The expression for JavaScript's engine; undefined where that cannot read what Go can. */
export function fromGoRegexp(expression: string): RegExp | undefined {
  const flags = /^\(\?([ims]+)\)/.exec(expression);
  const source = expression
    .slice(flags?.[0].length ?? 0)
    .replaceAll('(?P<', '(?<')
    .replaceAll('\\A', '^')
    .replaceAll('\\z', '$')
    .replaceAll(/\[:(\w+):\]/g, (whole, name: string) => classNames[name] ?? whole);
  for (const unicode of ['u', '']) {
    try {
      return new RegExp(source, unicode + (flags?.[1] ?? ''));
    } catch {
      // Without the flag, more escapes are let through.
    }
  }
  return undefined;
}
