import type { ApiObject } from '../client/api-object.ts';

/** Equality-based label selectors: `app=web,tier!=db`. */
export function matchesLabels(selector: string | undefined, labels: Record<string, string> = {}): boolean {
  return terms(selector).every(({ key, value, equal }) => (labels[key] === value) === equal);
}

/** Field selectors over any path: `spec.nodeName=node-1`. */
export function matchesFields(selector: string | undefined, object: ApiObject): boolean {
  return terms(selector).every(({ key, value, equal }) => {
    let at: unknown = object;
    for (const part of key.split('.')) at = (at as Record<string, unknown> | undefined)?.[part];
    return ((at ?? '') === value) === equal;
  });
}

function terms(selector: string | undefined): { key: string; value: string; equal: boolean }[] {
  if (!selector) return [];
  return selector.split(',').map((term) => {
    const [key = '', value = ''] = term.split(/!=|==|=/);
    return { key, value, equal: !term.includes('!=') };
  });
}
