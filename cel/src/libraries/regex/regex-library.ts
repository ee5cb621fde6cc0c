import type { RE2JS } from 're2js';
import type { Library } from '../../library.ts';
import { intType, listType, stringType } from '../../types.ts';
import { ArrayList, EvaluationError } from '../../values.ts';
import { compileRegex } from '../../standard/regex.ts';
import { declare, member } from '../declare.ts';

const illegal = ({ message }: EvaluationError) => new EvaluationError(`Illegal regex: ${message}`);

/** Go leaves out an empty match right behind another one. */
function* matches(program: RE2JS, text: string): Generator<string> {
  const matcher = program.matcher(text);
  let end = -1;
  while (matcher.find()) {
    const isAbutting = matcher.end() === matcher.start() && matcher.start() === end;
    end = matcher.end();
    if (!isAbutting) yield matcher.group() ?? '';
  }
}

function find(text: string, expression: string) {
  const program = compileRegex(expression);
  if (program instanceof EvaluationError) return illegal(program);
  return matches(program, text).next().value ?? '';
}

function findAll(text: string, expression: string, limit = -1n) {
  const program = compileRegex(expression);
  if (program instanceof EvaluationError) return illegal(program);
  const found: string[] = [];
  if (limit === 0n) return new ArrayList(found);
  for (const match of matches(program, text)) {
    found.push(match);
    if (BigInt(found.length) === limit) break;
  }
  return new ArrayList(found);
}

/** `find()` and `findAll()` (Kubernetes: `kubernetes.regex`). */
export const regexLibrary: Library = {
  name: 'kubernetes.regex',
  checks: [
    { name: 'find', regexArgument: 1 },
    { name: 'findAll', regexArgument: 1 },
  ],
  functions: [
    declare('find', member('string_find_string', [stringType, stringType], stringType, find)),
    declare(
      'findAll',
      member('string_find_all_string', [stringType, stringType], listType(stringType), findAll),
      member('string_find_all_string_int', [stringType, stringType, intType], listType(stringType), findAll),
    ),
  ],
};
