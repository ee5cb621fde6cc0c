import { RE2JS, RE2JSException } from 're2js';
import { EvaluationError } from '../values.ts';

const compiled = new Map<string, RE2JS | EvaluationError>();
const maxCompiled = 512;
const maxKeptLength = 4096;

/**
 * A regular expression by RE2, whose time is linear in the text, or Go's error about it. The last ones are
 * kept.
 */
export function compileRegex(pattern: string): RE2JS | EvaluationError {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const result = compileNew(pattern);
  if (pattern.length <= maxKeptLength) {
    if (compiled.size >= maxCompiled) compiled.clear();
    compiled.set(pattern, result);
  }
  return result;
}

function compileNew(pattern: string): RE2JS | EvaluationError {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const { message } = error;
    return new EvaluationError(
      message.endsWith('trailing backslash at end of expression') ? `${message}: \`\`` : message,
    );
  }
}
