import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidValue, required } from '../../fields/field-errors.ts';
import { dns1035Label } from '../../fields/formats.ts';
import { each } from '../../fields/rules.ts';
import { subdomainName } from '../../fields/names.ts';
import type { NameValidator } from '../../strategy.ts';
import { type DefinedNames, storedSpec } from './definition.ts';

/**
 * Names that a definition asks for, or was given (Kubernetes: `ValidateCustomResourceDefinitionNames`);
 * absent ones are fine.
 */
export function validateNames(names: DefinedNames, field: string): FieldError[] {
  const { plural = '', singular = '', kind = '', listKind = '' } = names;
  const findings: FieldError[] = [];
  const label = (path: string, value: string, text = value) => {
    const wrong = dns1035Label(text);
    if (wrong.length === 0) return [];
    const mixed = path.endsWith('ind') ? 'may have mixed case, but should otherwise match: ' : '';
    return [invalidValue(path, value, mixed + wrong.join(','))];
  };
  if (plural !== '') findings.push(...label(`${field}.plural`, plural));
  if (singular !== '') findings.push(...label(`${field}.singular`, singular));
  if (kind !== '') findings.push(...label(`${field}.kind`, kind, kind.toLowerCase()));
  if (listKind !== '') findings.push(...label(`${field}.listKind`, listKind, listKind.toLowerCase()));
  findings.push(...each(names.shortNames, `${field}.shortNames`, (name, path) => label(path, name)));
  if (kind !== '' && kind === listKind) {
    findings.push(invalidValue(`${field}.listKind`, listKind, 'kind and listKind may not be the same'));
  }
  return [...findings, ...each(names.categories, `${field}.categories`, (name, path) => label(path, name))];
}

/** Names that a definition must bring. */
export function validateRequiredNames(names: DefinedNames, field: string): FieldError[] {
  const missing = (['plural', 'singular', 'kind', 'listKind'] as const).filter((name) => !names[name]);
  return [...missing.map((name) => required(`${field}.${name}`)), ...validateNames(names, field)];
}

/** A definition is named for what it defines; so no name can be generated. */
export const definitionName: NameValidator = (name, prefix, object) => {
  const { group = '', names = {} } = object === undefined ? {} : storedSpec(object);
  return [
    ...subdomainName(name, prefix),
    ...(name === `${names.plural ?? ''}.${group}` ? [] : ['must be spec.names.plural+"."+spec.group']),
  ];
};
