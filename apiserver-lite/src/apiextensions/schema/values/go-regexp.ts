import { RE2JS, RE2JSException } from 're2js';
import { spendTime } from './time-budget.ts';

/**
 * Regular expressions of users, by an engine that never takes longer than the expression is long times the
 * text: RE2 in JavaScript, which takes and refuses what Go's `regexp` does.
 */

const unitsPerCharacter = 2;
const unitsPerInstruction = 2;
/** Instructions of the program, each on one character of the text. */
const stepsPerUnit = 30;

/** Throws 413: a stock server goes on, on another thread. */
function spend(units: number): void {
  spendTime(units, 'the patterns of the request take too long to compile or to match');
}

const compiled = new Map<string, RE2JS>();
const maxCompiled = 256;
const maxKeptLength = 1024;

function compile(expression: string): RE2JS {
  const known = compiled.get(expression);
  if (known !== undefined) return known;
  spend(expression.length * unitsPerCharacter);
  const program = compileNew(expression);
  spend(program.programSize() * unitsPerInstruction);
  if (expression.length <= maxKeptLength) {
    if (compiled.size >= maxCompiled) compiled.clear();
    compiled.set(expression, program);
  }
  return program;
}

function compileNew(expression: string): RE2JS {
  try {
    return RE2JS.compile(expression);
  } catch (error) {
    // Go takes a name for several groups. Here names are of no use.
    if (!isDuplicateName(error)) throw error;
    return RE2JS.compile(expression.replaceAll(/\(\?P?<\w+>/g, '('));
  }
}

function isDuplicateName(error: unknown): boolean {
  return error instanceof RE2JSException && error.message.includes('duplicate capture group name');
}

/** Why Go could not compile the expression, in its words; undefined where it can. Throws 413. */
export function goRegexpError(expression: string): string | undefined {
  try {
    compile(expression);
    return undefined;
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return error.message.endsWith('trailing backslash at end of expression')
      ? `${error.message}: \`\``
      : error.message;
  }
}

/** An expression that is compiled when it is first needed, and then kept. */
export interface GoRegexp {
  readonly expression: string;
  /**
   * Whether something in the text matches; true for an expression that Go could not compile. Throws 413.
   */
  matches(text: string): boolean;
}

/** The expression, which may be one that Go refuses. */
export function goRegexp(expression: string): GoRegexp {
  let program: RE2JS | undefined;
  let size = 0;
  let isRefused = false;
  return {
    expression,
    matches(text) {
      if (program === undefined) {
        isRefused ||= goRegexpError(expression) !== undefined;
        if (isRefused) return true;
        program = compile(expression);
        size = program.programSize();
      }
      spend((size * text.length) / stepsPerUnit);
      return program.test(text);
    },
  };
}
