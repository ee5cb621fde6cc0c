import type { CompiledExpression, Environment } from '@pg8s/cel/environment';
import { typeName } from '@pg8s/cel/type-name';
import { type CelType, isSameType } from '@pg8s/cel/types';
import type { FieldError } from '../../api-errors/status-error.ts';
import { spendExpression } from './expression-budget.ts';
import { invalidValue } from './field-errors.ts';

/** An expression that was compiled, or what is wrong with it. */
export type ExpressionResult =
  | { readonly expression: CompiledExpression; readonly finding?: undefined }
  | { readonly expression?: undefined; readonly finding: FieldError };

/** What an expression of a field must give. */
export interface ExpectedResult {
  /** Any of these types; absent: any type. */
  readonly types?: readonly CelType[];
  /** What is said of another type; kube-apiserver's words for admission by default. */
  readonly refuse?: (got: string) => string;
  /** The value that findings print, where it is not the expression itself. */
  readonly printed?: string;
}

function wrongType(types: readonly CelType[], got: string): string {
  const names = types.map(typeName);
  return names.length === 1
    ? `must evaluate to ${names[0]} but got ${got}`
    : `must evaluate to one of [${names.join(' ')}] but got ${got}`;
}

/**
 * Compiles the expression of a field, in kube-apiserver's words (Kubernetes:
 * admission/plugin/cel/compile.go).
 */
export function compileField(
  environment: Environment,
  field: string,
  text: string,
  { types, refuse, printed = text }: ExpectedResult = {},
): ExpressionResult {
  const invalid = (detail: string) => ({ finding: invalidValue(field, printed, detail) });
  spendExpression(text);
  const compiled = environment.compile(text);
  if (!compiled.ok) return invalid(`compilation failed: ${compiled.text}`);
  const { expression } = compiled;
  const { resultType, instantiationError } = expression;
  if (types !== undefined && !types.some((type) => isSameType(type, resultType))) {
    const got = typeName(resultType);
    return invalid(refuse === undefined ? wrongType(types, got) : refuse(got));
  }
  if (instantiationError !== undefined) {
    const message = `Internal error: program instantiation failed: ${instantiationError.message}`;
    return { finding: { field, reason: 'InternalError', message } };
  }
  return { expression };
}

/** What is wrong with the expression of a field. */
export function validateExpression(
  environment: Environment,
  field: string,
  text: string,
  expected?: ExpectedResult,
): FieldError[] {
  const { finding } = compileField(environment, field, text, expected);
  return finding === undefined ? [] : [finding];
}
