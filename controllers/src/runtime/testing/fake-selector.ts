import { type Requirement, satisfies } from '../../selectors/requirement.ts';
import type { ApiObject } from '../client/api-object.ts';

/** Whether labels satisfy a `labelSelector` parameter; an absent one is satisfied by all. */
export function matchesLabels(selector: string | undefined, labels: Record<string, string> = {}): boolean {
  return requirementsOf(selector).every((requirement) => satisfies(labels, requirement));
}

/** Whether an object satisfies a `fieldSelector` parameter, over any path: `spec.nodeName=node-1`. */
export function matchesFields(selector: string | undefined, object: ApiObject): boolean {
  return requirementsOf(selector).every((requirement) =>
    satisfies({ [requirement.key]: fieldOf(object, requirement.key) }, requirement),
  );
}

/** The requirements of a selector on values: `app=web,tier!=db`. Sets (`in (a,b)`) are not read. */
function requirementsOf(text: string | undefined): Requirement[] {
  if (!text) return [];
  return text.split(',').map((term) => {
    const [key = '', value = ''] = term.split(/!=|==|=/);
    return { key, operator: term.includes('!=') ? 'NotIn' : 'In', values: [value] };
  });
}

/** The field at a path; empty where there is none, as the API has it. */
function fieldOf(object: ApiObject, path: string): string {
  let at: unknown = object;
  for (const part of path.split('.')) at = (at as Record<string, unknown> | undefined)?.[part];
  return (at as string | undefined) ?? '';
}
