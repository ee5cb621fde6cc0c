import type {
  FlowcontrolV1Subject,
  V1FlowSchema,
  V1FlowSchemaSpec,
  V1NonResourcePolicyRule,
  V1PolicyRulesWithSubjects,
  V1PriorityLevelConfiguration,
  V1ResourcePolicyRule,
  V1ServiceAccountSubject,
} from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { isSame } from '../../generic/copy-object.ts';
import {
  duplicate,
  forbiddenField,
  invalidEach,
  invalidValue,
  notSupported,
  required,
} from '../../fields/field-errors.ts';
import { dns1123Label, dns1123Subdomain } from '../../fields/formats.ts';
import { goValue } from '../../fields/go-value.ts';
import { each } from '../../fields/rules.ts';
import { mandatoryFlowSchemas } from '../mandatory.ts';

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];
const distinguishers = ['ByNamespace', 'ByUser'];
const subjectKinds = ['Group', 'ServiceAccount', 'User'];
const maxPrecedence = 10000;

/** Which requests go to which priority level (Kubernetes: `flowcontrol/validation.ValidateFlowSchema`). */
export function validateFlowSchema(object: V1FlowSchema): FieldError[] {
  const spec: Partial<V1FlowSchemaSpec> = object.spec ?? {};
  const { name = '' } = object.metadata;
  const mandatory = Object.hasOwn(mandatoryFlowSchemas, name) ? mandatoryFlowSchemas[name] : undefined;
  const findings = validateSpec(spec, name);
  if (mandatory !== undefined && !isSame(spec, mandatory)) {
    const detail = `spec of '${name}' must equal the fixed value`;
    findings.push(invalidValue('spec', goValue('flowcontrol.v1.FlowSchemaSpec', spec), detail));
  }
  return [...findings, ...validateFlowConditions(object)];
}

/** Each condition has a type, and no two the same; a status holds nothing but conditions. */
export function validateFlowConditions({
  status,
}: V1FlowSchema | V1PriorityLevelConfiguration): FieldError[] {
  const { conditions = [] } = status ?? {};
  const types = conditions.map(({ type = '' }) => type);
  return each(conditions, 'status.conditions', ({ type = '' }, path, index) => {
    const findings: FieldError[] = [];
    if (types.indexOf(type) < index) findings.push(duplicate(`${path}.type`, type));
    return type === '' ? [...findings, required(`${path}.type`)] : findings;
  });
}

function validateSpec(spec: Partial<V1FlowSchemaSpec>, name: string): FieldError[] {
  const { matchingPrecedence: precedence = 0, distinguisherMethod, rules } = spec;
  const findings: FieldError[] = [];
  const field = 'spec.matchingPrecedence';
  if (precedence <= 0) findings.push(invalidValue(field, precedence, 'must be a positive value'));
  if (precedence > maxPrecedence) {
    findings.push(invalidValue(field, precedence, `must not be greater than ${maxPrecedence}`));
  }
  if (precedence === 1 && name !== 'exempt') {
    const detail = "only the schema named 'exempt' may have matchingPrecedence 1";
    findings.push(invalidValue(field, precedence, detail));
  }
  if (distinguisherMethod && !distinguishers.includes(distinguisherMethod.type)) {
    const value = goValue('flowcontrol.v1.FlowDistinguisherMethod', distinguisherMethod);
    findings.push(notSupported('spec.distinguisherMethod.type', value, distinguishers));
  }
  const level = spec.priorityLevelConfiguration?.name ?? '';
  const levelField = 'spec.priorityLevelConfiguration.name';
  if (level === '') findings.push(required(levelField, 'must reference a priority level'));
  else findings.push(...invalidEach(levelField, level, dns1123Subdomain(level)));
  return [...findings, ...each(rules, 'spec.rules', validateRules)];
}

function validateRules(rules: V1PolicyRulesWithSubjects, field: string): FieldError[] {
  const { subjects, resourceRules, nonResourceRules } = rules;
  const findings =
    (subjects ?? []).length === 0
      ? [required(`${field}.subjects`, 'subjects must contain at least one value')]
      : each(subjects, `${field}.subjects`, validateSubject);
  if ((resourceRules ?? []).length === 0 && (nonResourceRules ?? []).length === 0) {
    const detail = 'at least one of resourceRules and nonResourceRules has to be non-empty';
    findings.push(required(field, detail));
  }
  return [
    ...findings,
    ...each(resourceRules, `${field}.resourceRules`, validateResourceRule),
    ...each(nonResourceRules, `${field}.nonResourceRules`, validateNonResourceRule),
  ];
}

/** Which one of three fields a subject has depends on its kind. */
function validateSubject(subject: FlowcontrolV1Subject, field: string): FieldError[] {
  const { kind = '', serviceAccount, user, group } = subject;
  if (!subjectKinds.includes(kind)) return [notSupported(`${field}.kind`, kind, subjectKinds)];
  const own = kind === 'ServiceAccount' ? 'serviceAccount' : kind.toLowerCase();
  const parts = { serviceAccount, user, group };
  const others = Object.entries(parts)
    .filter(([name, part]) => name !== own && part !== undefined && part !== null)
    .map(([name]) => {
      const of = name === 'serviceAccount' ? 'ServiceAccount' : name === 'user' ? 'User' : 'Group';
      return forbiddenField(`${field}.${name}`, `${name} is forbidden when subject kind is not '${of}'`);
    });
  const place = `${field}.${own}`;
  const missing = [required(place, `${own} is required when subject kind is '${kind}'`), ...others];
  if (own === 'serviceAccount') {
    return serviceAccount ? [...validateServiceAccount(serviceAccount, place), ...others] : missing;
  }
  const part = own === 'user' ? user : group;
  if (!part) return missing;
  return [...(part.name ? [] : [required(`${place}.name`)]), ...others];
}

function validateServiceAccount(
  { name = '', namespace = '' }: V1ServiceAccountSubject,
  field: string,
): FieldError[] {
  const findings: FieldError[] = [];
  if (name === '') findings.push(required(`${field}.name`));
  else if (name !== '*') findings.push(...invalidEach(`${field}.name`, name, dns1123Subdomain(name)));
  const at = `${field}.namespace`;
  return namespace === ''
    ? [...findings, required(at, 'must specify namespace for service account')]
    : [...findings, ...invalidEach(at, namespace, dns1123Label(namespace))];
}

function validateVerbs(wanted: readonly string[] | undefined, field: string): FieldError[] {
  const list = wanted ?? [];
  if (list.length === 0) return [required(field, 'verbs must contain at least one value')];
  if (list.includes('*')) return alone(list, field, 'verbs');
  return list.every((verb) => verbs.includes(verb)) ? [] : [notSupported(field, list, verbs)];
}

function alone(list: readonly string[], field: string, others: string): FieldError[] {
  return list.length > 1 && list.includes('*')
    ? [invalidValue(field, list, `if '*' is present, must not specify other ${others}`)]
    : [];
}

function validateResourceRule(rule: V1ResourcePolicyRule, field: string): FieldError[] {
  const { apiGroups, resources, namespaces, clusterScope } = rule;
  const findings = validateVerbs(rule.verbs, `${field}.verbs`);
  const lists: [string, readonly string[], string, string][] = [
    ['apiGroups', apiGroups ?? [], 'resource rules must supply at least one api group', 'api groups'],
    ['resources', resources ?? [], 'resource rules must supply at least one resource', 'resources'],
  ];
  for (const [name, list, missing, others] of lists) {
    const at = `${field}.${name}`;
    findings.push(...(list.length === 0 ? [required(at, missing)] : alone(list, at, others)));
  }
  const at = `${field}.namespaces`;
  const list = namespaces ?? [];
  if (list.length === 0 && clusterScope !== true) {
    const detail = 'resource rules that are not cluster scoped must supply at least one namespace';
    return [...findings, required(at, detail)];
  }
  if (list.includes('*')) return [...findings, ...alone(list, at, 'namespaces')];
  const rules = (name: string) =>
    dns1123Label(name).map((text) => `each member of this list must be '*' or a DNS-1123 label; ${text}`);
  return [...findings, ...each(list, at, (name, path) => invalidEach(path, name, rules(name)))];
}

function validateNonResourceRule(rule: V1NonResourcePolicyRule, field: string): FieldError[] {
  const findings = validateVerbs(rule.verbs, `${field}.verbs`);
  const at = `${field}.nonResourceURLs`;
  const urls = rule.nonResourceURLs ?? [];
  if (urls.length === 0) {
    return [...findings, required(at, 'nonResourceURLs must contain at least one value')];
  }
  if (urls.includes('*')) return [...findings, ...alone(urls, at, 'non-resource URLs')];
  return [...findings, ...each(urls, at, validatePath)];
}

function validatePath(path: string, field: string): FieldError[] {
  const refuse = (detail: string) => [invalidValue(field, path, detail)];
  if (path === '') return refuse('must not be empty');
  if (path === '/') return [];
  if (!path.startsWith('/')) return refuse('must start with slash');
  if (path.includes(' ')) return refuse('must not contain white-space');
  if (path.includes('//')) return refuse('must not contain double slash');
  const stars = path.split('*').length - 1;
  return stars > 1 || (stars === 1 && !path.endsWith('/*'))
    ? refuse('wildcard can only do suffix matching')
    : [];
}
