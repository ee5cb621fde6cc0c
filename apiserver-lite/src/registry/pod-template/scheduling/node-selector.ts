import type {
  V1NodeSelector,
  V1NodeSelectorRequirement,
  V1NodeSelectorTerm,
} from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { forbiddenField, invalidEach, invalidValue, required } from '../../fields/field-errors.ts';
import { dns1123Subdomain, qualifiedName, validLabelValue } from '../../fields/formats.ts';
import { each } from '../../fields/rules.ts';

const badOperator = 'not a valid selector operator';

function validateCount(requirement: V1NodeSelectorRequirement, field: string): FieldError[] {
  const { operator } = requirement;
  const values = requirement.values ?? [];
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length === 0
        ? [required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'")]
        : [];
    case 'Exists':
    case 'DoesNotExist':
      return values.length > 0
        ? [
            forbiddenField(
              `${field}.values`,
              "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
            ),
          ]
        : [];
    case 'Gt':
    case 'Lt':
      return values.length === 1
        ? []
        : [required(`${field}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'")];
    default:
      return [invalidValue(`${field}.operator`, operator ?? '', badOperator)];
  }
}

function validateLabelRequirement(
  requirement: V1NodeSelectorRequirement,
  field: string,
  strict: boolean,
): FieldError[] {
  const { key = '', values } = requirement;
  return [
    ...validateCount(requirement, field),
    ...invalidEach(`${field}.key`, key, qualifiedName(key)),
    ...(strict
      ? each(values, `${field}.values`, (value, path) => invalidEach(path, value, validLabelValue(value)))
      : []),
  ];
}

function validateFieldRequirement(
  { key = '', operator, values = [] }: V1NodeSelectorRequirement,
  field: string,
): FieldError[] {
  const findings: FieldError[] = [];
  if (operator !== 'In' && operator !== 'NotIn') {
    findings.push(invalidValue(`${field}.operator`, operator ?? '', badOperator));
  } else if (values.length !== 1) {
    findings.push(
      required(
        `${field}.values`,
        "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
      ),
    );
  }
  if (key !== 'metadata.name') {
    return [...findings, invalidValue(`${field}.key`, key, 'not a valid field selector key')];
  }
  return [
    ...findings,
    ...each(values, `${field}.values`, (value, path) => invalidEach(path, value, dns1123Subdomain(value))),
  ];
}

/** One way for a node to fit. Preferences are lenient with values (`strict` false). */
export function validateNodeSelectorTerm(
  term: V1NodeSelectorTerm | undefined,
  field: string,
  strict: boolean,
): FieldError[] {
  return [
    ...each(term?.matchExpressions, `${field}.matchExpressions`, (requirement, path) =>
      validateLabelRequirement(requirement, path, strict),
    ),
    ...each(term?.matchFields, `${field}.matchFields`, validateFieldRequirement),
  ];
}

/** The nodes that fit (Kubernetes: `core/validation.ValidateNodeSelector`). */
export function validateNodeSelector(selector: V1NodeSelector, field: string): FieldError[] {
  const terms = selector.nodeSelectorTerms ?? [];
  const path = `${field}.nodeSelectorTerms`;
  if (terms.length === 0) return [required(path, 'must have at least one node selector term')];
  return each(terms, path, (term, place) => validateNodeSelectorTerm(term, place, true));
}
