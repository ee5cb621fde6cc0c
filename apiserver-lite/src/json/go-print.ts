import { GoOnlyValue } from '@pg8s/k8s-proto/go-only-value';
import { goNumber } from '@pg8s/k8s-proto/go-number';
import { NumberToken, plainNumber } from '@pg8s/k8s-proto/json-number';

/** A JSON value as Go's `%v` prints it: `map[a:1 b:[x y]]`, `<nil>`. */
export function goValue(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (value instanceof GoOnlyValue) return value.printed;
  if (value instanceof NumberToken) return goValue(plainNumber(value));
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return goNumber(value);
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`;
  if (typeof value === 'object') {
    const record = value as Record<string, unknown>;
    const entries = Object.keys(record)
      .sort()
      .map((key) => `${key}:${goValue(record[key])}`);
    return `map[${entries.join(' ')}]`;
  }
  return String(value as string | number | boolean | bigint);
}

/** A JSON value as Go's `%#v` prints it: `map[string]interface {}{"a":1}`. */
export function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (value instanceof GoOnlyValue) return value.syntax;
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (typeof value === 'object') {
    const record = value as Record<string, unknown>;
    const entries = Object.keys(record)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${goSyntax(record[key])}`);
    return `map[string]interface {}{${entries.join(', ')}}`;
  }
  return String(value as number | boolean | bigint);
}
