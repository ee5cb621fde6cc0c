import type {
  V1LabelSelector,
  V1MatchResources,
  V1ParamKind,
  V1ParamRef,
} from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../api-errors/status-error.ts';
import { forbiddenField, invalidEach, invalidValue, notSupported, required } from '../fields/field-errors.ts';
import { dns1035Label, dns1123Subdomain, pathSegment } from '../fields/formats.ts';
import { validateLabelSelector } from '../fields/label-selector.ts';
import { each, oneOf } from '../fields/rules.ts';
import { validateNamedRule } from './operation-rules.ts';

/**
 * The requests that a policy is about (Kubernetes:
 * `admissionregistration/validation.validateMatchResources`).
 */
export function validateMatchResources(match: V1MatchResources, field: string): FieldError[] {
  const selector = (given: V1LabelSelector | undefined, at: string) =>
    given ? validateLabelSelector(given, at) : [required(at)];
  return [
    ...oneOf(`${field}.matchPolicy`, match.matchPolicy, ['Equivalent', 'Exact']),
    ...selector(match.namespaceSelector, `${field}.namespaceSelector`),
    ...selector(match.objectSelector, `${field}.objectSelector`),
    ...each(match.resourceRules, `${field}.resourceRules`, validateNamedRule),
    ...each(match.excludeResourceRules, `${field}.excludeResourceRules`, validateNamedRule),
  ];
}

/** What a policy must be about: one kind of request at least. */
export function validateMatchConstraints(match: V1MatchResources | undefined, field: string): FieldError[] {
  if (!match) return [required(field)];
  const findings = validateMatchResources(match, field);
  return (match.resourceRules ?? []).length === 0
    ? [...findings, required(`${field}.resourceRules`)]
    : findings;
}

/** Nothing is left to change of what is deleted. */
export function validateMutableOperations(match: V1MatchResources | undefined, field: string): FieldError[] {
  const supported = ['*', 'CONNECT', 'CREATE', 'UPDATE'];
  return (match?.resourceRules ?? []).flatMap(({ operations }) =>
    (operations ?? [])
      .filter((operation) => !supported.includes(operation))
      .map((operation) => notSupported(`${field}.resourceRules.operations`, operation, supported)),
  );
}

/** The kind of objects that hold a policy's parameters. */
export function validateParamKind({ apiVersion = '', kind = '' }: V1ParamKind, field: string): FieldError[] {
  const findings = validateApiVersion(apiVersion, `${field}.apiVersion`);
  if (kind === '') return [...findings, required(`${field}.kind`)];
  const wrong = dns1035Label(kind.toLowerCase());
  if (wrong.length === 0) return findings;
  const detail = `may have mixed case, but should otherwise match: ${wrong.join(',')}`;
  return [...findings, invalidValue(`${field}.kind`, kind, detail)];
}

function validateApiVersion(apiVersion: string, field: string): FieldError[] {
  if (apiVersion === '') return [required(field)];
  const parts = apiVersion === '/' ? ['', ''] : apiVersion.split('/');
  if (parts.length > 2) {
    return [invalidValue(field, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)];
  }
  const [version = '', group = ''] = parts.toReversed();
  const findings: FieldError[] = [];
  const refuse = (value: string, wrong: readonly string[]) => {
    if (wrong.length > 0) findings.push(invalidValue(field, value, wrong.join(',')));
  };
  if (group !== '') refuse(group, dns1123Subdomain(group));
  if (version === '') findings.push(invalidValue(field, apiVersion, 'version must be specified'));
  else refuse(version, dns1035Label(version));
  return findings;
}

/** Which objects hold the parameters: one by its name, or some by their labels. */
export function validateParamRef(ref: V1ParamRef | undefined, field: string): FieldError[] {
  if (!ref) return [];
  const { name = '', selector, parameterNotFoundAction: action } = ref;
  const exclusive = 'name and selector are mutually exclusive';
  const findings: FieldError[] = [];
  if (name !== '') {
    findings.push(...invalidEach(`${field}.name`, name, pathSegment(name)));
    if (selector) findings.push(forbiddenField(`${field}.name`, exclusive));
  }
  if (selector) {
    findings.push(...validateLabelSelector(selector, `${field}.selector`));
    if (name !== '') findings.push(forbiddenField(`${field}.selector`, exclusive));
  } else if (name === '') findings.push(required(field, 'one of name or selector must be specified'));
  return [...findings, ...oneOf(`${field}.parameterNotFoundAction`, action, ['Deny', 'Allow'])];
}
