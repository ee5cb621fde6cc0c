import type { FieldError } from '../../api-errors/status-error.ts';
import { StatusError } from '../../api-errors/status-error.ts';
import { parseFieldSelector } from '../../selectors/field-selector.ts';
import { parseLabelSelector } from '../../selectors/label-selector.ts';
import { invalidValue, required } from '../fields/field-errors.ts';
import { validateLabelsOf, validateValueCount } from '../fields/label-selector.ts';

interface Requirement {
  key?: string;
  operator?: string;
  values?: string[];
}

/** A selector of a question about a list (Kubernetes: `authorization/v1.FieldSelectorAttributes`). */
export interface SelectorAttributes {
  rawSelector?: string;
  requirements?: Requirement[];
}

/** The selectors of a question. */
export interface AskedSelectors {
  fieldSelector?: SelectorAttributes;
  labelSelector?: SelectorAttributes;
}

const attributes = 'spec.resourceAttributes';

/** Operators that are not known are let through: they may be those of a newer client. */
export function validateSelectors({ fieldSelector, labelSelector }: AskedSelectors = {}): FieldError[] {
  return [
    ...validateSelector(fieldSelector, `${attributes}.fieldSelector`, ({ key = '' }, path) =>
      key === '' ? [required(`${path}.key`, 'must be specified')] : [],
    ),
    ...validateSelector(labelSelector, `${attributes}.labelSelector`, () => []).concat(
      (labelSelector?.requirements ?? []).flatMap(({ key = '', values = [] }, index) =>
        validateLabelsOf({ key, values }, `${attributes}.labelSelector.requirements[${index}]`),
      ),
    ),
  ];
}

function validateSelector(
  selector: SelectorAttributes | undefined,
  path: string,
  validateKey: (requirement: Requirement, path: string) => FieldError[],
): FieldError[] {
  if (selector === undefined) return [];
  const { rawSelector = '', requirements = [] } = selector;
  const findings: FieldError[] = [];
  if (rawSelector !== '' && requirements.length > 0) {
    const detail = 'may not specified at the same time as requirements';
    findings.push(invalidValue(`${path}.rawSelector`, rawSelector, detail));
  }
  if (rawSelector === '' && requirements.length === 0) {
    const detail = `when ${path} is specified, requirements or rawSelector is required`;
    findings.push(required(`${path}.requirements`, detail));
  }
  for (const [index, requirement] of requirements.entries()) {
    const place = `${path}.requirements[${index}]`;
    findings.push(...validateKey(requirement, place), ...validateValueCount(requirement, place));
  }
  return findings;
}

/** A selector as text, and what could not be read of it. */
interface ReadSelector {
  text: string;
  ignored: 'nothing' | 'a part' | 'all';
}

/** The selectors of a valid question as authorizers read them, and what is to be said about them. */
export interface ReadSelectors {
  fieldSelector: string;
  labelSelector: string;
  /** Empty where all could be read. */
  evaluationErrors: string[];
}

/**
 * Reads both selectors. A requirement that cannot be read is left out: without it, more is asked for
 * (Kubernetes: `registry/authorization/util`).
 */
export function readSelectors({ fieldSelector, labelSelector }: AskedSelectors): ReadSelectors {
  const field = read(fieldSelector, parseFieldSelector, fieldTerm);
  const label = read(labelSelector, parseLabelSelector, labelTerm);
  return {
    fieldSelector: field.text,
    labelSelector: label.text,
    evaluationErrors: [
      ...evaluationErrors(`${attributes}.fieldSelector`, field),
      ...evaluationErrors(`${attributes}.labelSelector`, label),
    ],
  };
}

function read(
  selector: SelectorAttributes | undefined,
  parse: (text: string) => unknown,
  term: (requirement: Requirement) => string | undefined,
): ReadSelector {
  const { rawSelector = '', requirements = [] } = selector ?? {};
  if (rawSelector !== '') {
    try {
      parse(rawSelector);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      return { text: '', ignored: 'all' };
    }
    return { text: rawSelector, ignored: 'nothing' };
  }
  const terms = requirements.map(term).filter((text) => text !== undefined);
  const ignored = terms.length === requirements.length ? 'nothing' : terms.length === 0 ? 'all' : 'a part';
  return { text: terms.join(','), ignored };
}

function fieldTerm({ key = '', operator, values = [] }: Requirement): string | undefined {
  const [value] = values;
  if (value === undefined || values.length > 1) return undefined;
  const sign = operator === 'In' ? '=' : operator === 'NotIn' ? '!=' : undefined;
  return sign === undefined ? undefined : `${escaped(key)}${sign}${escaped(value)}`;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\,=]/g, String.raw`\$&`);
}

function labelTerm({ key = '', operator, values = [] }: Requirement): string | undefined {
  switch (operator) {
    case 'In':
      return `${key} in (${values.join(',')})`;
    case 'NotIn':
      return `${key} notin (${values.join(',')})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return undefined;
  }
}

function evaluationErrors(path: string, { ignored }: ReadSelector): string[] {
  if (ignored === 'nothing') return [];
  return [`${path} ${ignored === 'a part' ? 'partially ' : ''}ignored due to parse error`];
}
