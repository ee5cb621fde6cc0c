import type { FieldError } from '../../../../api-errors/status-error.ts';
import { invalidValue, notSupported, required } from '../../../fields/field-errors.ts';
import { findFieldPath } from '../../../../apiextensions/schema/field-path.ts';
import type { JsonSchema, SchemaRule } from '../../../../apiextensions/schema/json-schema.ts';
import { unstructuredReason } from './structural.ts';

const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];
const hasNewlines = (text: string) => /[\n\r]/.test(text);

/**
 * What can be said of `x-kubernetes-validations` without reading the expressions.
 */
export function validateSchemaRules(schema: JsonSchema, field: string): FieldError[] {
  return (schema['x-kubernetes-validations'] ?? []).flatMap((rule, index) => [
    ...validateTexts(rule, `${field}.x-kubernetes-validations[${index}]`),
    ...validateFieldPath(rule, schema, `${field}.x-kubernetes-validations[${index}].fieldPath`),
  ]);
}

function validateTexts(schemaRule: SchemaRule, field: string): FieldError[] {
  const { rule = '', message = '', messageExpression = '', reason } = schemaRule;
  const findings: FieldError[] = [];
  if (rule.trim() === '') findings.push(required(`${field}.rule`, 'rule is not specified'));
  else if (message !== '' && message.trim() === '') {
    findings.push(invalidValue(`${field}.message`, message, 'must be non-empty if specified'));
  } else if (hasNewlines(message.trim())) {
    findings.push(invalidValue(`${field}.message`, message, 'must not contain line breaks'));
  } else if (hasNewlines(rule.trim()) && message === '') {
    findings.push(required(`${field}.message`, 'message must be specified if rule contains line breaks'));
  }
  if (messageExpression !== '' && messageExpression.trim() === '') {
    findings.push(required(`${field}.messageExpression`, 'messageExpression must be non-empty if specified'));
  }
  if (reason !== undefined && !reasons.includes(reason)) {
    findings.push(notSupported(`${field}.reason`, reason, reasons));
  }
  return findings;
}

function validateFieldPath({ fieldPath = '' }: SchemaRule, schema: JsonSchema, field: string): FieldError[] {
  if (fieldPath === '') return [];
  const findings: FieldError[] = [];
  if (fieldPath.trim() === '') {
    findings.push(invalidValue(field, fieldPath, 'must be non-empty if specified'));
  }
  if (hasNewlines(fieldPath)) {
    findings.push(invalidValue(field, fieldPath, 'must not contain line breaks'));
  }
  const isStructured = unstructuredReason(schema) === undefined;
  if (isStructured && typeof findFieldPath(fieldPath, schema) === 'string') {
    findings.push(invalidValue(field, fieldPath, 'must be a valid path'));
  }
  return findings;
}
