import type { ManagedFieldsEntry } from '@pg8s/k8s-proto/object';
import { compareBytes } from '@pg8s/k8s-proto/byte-order';
import { StatusError } from '../../api-errors/status-error.ts';
import { isMember, type FieldSet } from './field-set.ts';

/** Fields that an apply would change although somebody else owns them. */
export interface Conflict {
  entry: ManagedFieldsEntry;
  fields: FieldSet;
}

/** 409 that names every field and its owner (Kubernetes: `managedfields/internal/conflict.go`). */
export function applyConflict(conflicts: readonly Conflict[]): StatusError {
  const found = conflicts
    .toSorted((left, right) => compareBytes(identifierOf(left.entry), identifierOf(right.entry)))
    .map(({ entry, fields }) => ({ manager: printManager(entry), paths: pathsOf(fields) }));
  const causes = found.flatMap(({ manager, paths }) =>
    paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${manager}`, field })),
  );
  const [first] = causes;
  const lines = found.flatMap(({ manager, paths }) =>
    [`conflicts with ${manager}:`].concat(paths.map((path) => `- ${path}`)),
  );
  const message =
    causes.length === 1 && first !== undefined
      ? `Apply failed with 1 conflict: ${first.message}: ${first.field}`
      : `Apply failed with ${causes.length} conflicts: ${lines.join('\n')}`;
  return new StatusError(409, 'Conflict', message, { causes });
}

/** Managers come in the order of what Kubernetes knows them by: `BuildManagerIdentifier`. */
function identifierOf({ manager, operation, apiVersion, time, subresource }: ManagedFieldsEntry): string {
  const name = manager === '' ? undefined : manager;
  const when = operation === 'Update' ? { apiVersion, time } : {};
  return JSON.stringify({ manager: name, operation, ...when, subresource });
}

function printManager({
  manager = '',
  subresource = '',
  operation,
  apiVersion = '',
}: ManagedFieldsEntry): string {
  const name = `${JSON.stringify(manager)}${subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`}`;
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}

/**
 * `.spec.template.spec.containers[name="web"].image`, for each member: those of a node before what is below
 * it (Kubernetes: `structured-merge-diff/fieldpath.Set.Iterate`).
 */
function pathsOf(fields: FieldSet, prefix = ''): string[] {
  const elements = Object.keys(fields).filter((element) => element !== '.');
  const pathOf = (element: string) => `${prefix}${printElement(element)}`;
  return [
    ...elements.filter((element) => isMember(fields[element]!)).map(pathOf),
    ...elements.flatMap((element) => pathsOf(fields[element]!, pathOf(element))),
  ];
}

function printElement(element: string): string {
  const content = element.slice(2);
  switch (element[0]) {
    case 'k': {
      const keys = Object.entries(JSON.parse(content) as Record<string, unknown>);
      return `[${keys.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
    }
    case 'v':
      return `[=${content}]`;
    case 'i':
      return `[${content}]`;
    default:
      return `.${content}`;
  }
}
