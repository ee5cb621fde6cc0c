import type { ApiObject } from '../client/api-object.ts';
import type { PatchType } from '../client/client.ts';

type Fields = Record<string, unknown>;

/** How the strategic merge patches that controllers send treat lists. */
const mergeKeys: Record<string, string> = {
  ownerReferences: 'uid',
  conditions: 'type',
  containers: 'name',
  env: 'name',
  volumes: 'name',
};

/** Applies a patch in place; JSON patches only with add, replace, remove and test. */
export function applyPatch(type: PatchType, object: ApiObject, body: unknown): ApiObject {
  if (type === 'json') {
    for (const operation of body as { op: string; path: string; value?: unknown }[])
      applyOperation(object, operation);
    return object;
  }
  merge(object as unknown as Fields, body as Fields, type === 'strategic');
  return object;
}

function merge(target: Fields, patch: Fields, strategic: boolean): void {
  for (const [field, value] of Object.entries(patch)) {
    if (field.startsWith('$deleteFromPrimitiveList/')) {
      const list = field.slice('$deleteFromPrimitiveList/'.length);
      const gone = new Set(value as unknown[]);
      target[list] = ((target[list] as unknown[]) ?? []).filter((item) => !gone.has(item));
    } else if (field.startsWith('$')) continue;
    else if (value === null) delete target[field];
    else if (strategic && Array.isArray(value) && mergeKeys[field]) {
      target[field] = mergeList((target[field] as Fields[]) ?? [], value as Fields[], mergeKeys[field]);
    } else if (strategic && field === 'finalizers') {
      target[field] = [...new Set([...((target[field] as string[]) ?? []), ...(value as string[])])];
    } else if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      const inner = (target[field] as Fields) ?? {};
      target[field] = inner;
      merge(inner, value as Fields, strategic);
    } else target[field] = value;
  }
}

function mergeList(target: Fields[], patch: Fields[], key: string): Fields[] {
  const result = target.map((item) => ({ ...item }));
  for (const item of patch) {
    const index = result.findIndex((existing) => existing[key] === item[key]);
    if (item['$patch'] === 'delete') {
      if (index >= 0) result.splice(index, 1);
    } else if (index >= 0) merge(result[index] as Fields, item, true);
    else result.push(item);
  }
  return result;
}

function applyOperation(
  object: ApiObject,
  { op, path, value }: { op: string; path: string; value?: unknown },
): void {
  const parts = path
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = parts.pop() ?? '';
  let at = object as unknown as Fields;
  for (const part of parts) {
    at[part] ??= {};
    at = at[part] as Fields;
  }
  if (op === 'remove') delete at[last];
  else if (op === 'test') {
    if (JSON.stringify(at[last]) !== JSON.stringify(value)) throw new Error(`test failed at ${path}`);
  } else at[last] = value;
}
