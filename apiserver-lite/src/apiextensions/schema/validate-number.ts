import type { FieldError } from '../../api-errors/status-error.ts';
import { invalidValue } from '../../registry/fields/field-errors.ts';
import type { JsonSchema } from './json-schema.ts';

const maxInt32 = 2 ** 31;
const maxFloat32 = 3.4028234663852886e38;

interface Place {
  field: string;
  path: string;
}

function outOfRange(
  value: number,
  { type, format = '' }: JsonSchema,
  what: string,
  path: string,
): string | undefined {
  if (type === 'integer' && !Number.isInteger(value)) {
    const known = format === 'int32' || format === 'int64' ? `with format ${format}` : '(default format)';
    return `${what} value must be of type integer ${known} in ${path}`;
  }
  if (type === 'integer' && format === 'int32' && (value < -maxInt32 || value >= maxInt32)) {
    return `${what} value must be of type integer with format int32 in ${path}`;
  }
  if (type === 'number' && format === 'float' && Math.abs(value) > maxFloat32) {
    return `${what} value must be of type number with format float in ${path}`;
  }
  return undefined;
}

/**
 * A number's bounds and steps; whole numbers are compared with whole bounds (Kubernetes: kube-openapi's
 * `numberValidator`).
 */
export function validateNumber(value: number, schema: JsonSchema, { field, path }: Place): FieldError[] {
  const findings: FieldError[] = [];
  const whole = Number.isInteger(value);
  const say = (text: string) =>
    findings.push(invalidValue(field, value, `${path} in body should be ${text}`));
  const range = (number: number, what: string): boolean => {
    const reason = outOfRange(number, schema, what, path);
    if (reason !== undefined) findings.push(invalidValue(field, '', reason));
    return reason === undefined;
  };
  const bound = (number: number, fits: boolean) => (whole && fits ? Math.trunc(number) : number);
  range(value, 'Checked');
  const { multipleOf, minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  if (multipleOf !== undefined) {
    const factor = bound(multipleOf, range(multipleOf, 'MultipleOf'));
    if (factor <= 0) {
      const detail = `factor MultipleOf declared for ${path} must be positive: ${factor}`;
      findings.push(invalidValue(field, factor, detail));
    } else if (!Number.isInteger(Number((value / factor).toFixed(9)))) say(`a multiple of ${factor}`);
  }
  if (minimum !== undefined) {
    const least = bound(minimum, range(minimum, 'Minimum boundary'));
    const above = exclusiveMinimum === true;
    if (value < least || (above && value === least)) {
      say(`greater than ${above ? '' : 'or equal to '}${least}`);
    }
  }
  if (maximum !== undefined) {
    const most = bound(maximum, range(maximum, 'Maximum boundary'));
    const below = exclusiveMaximum === true;
    if (value > most || (below && value === most)) say(`less than ${below ? '' : 'or equal to '}${most}`);
  }
  return findings;
}
