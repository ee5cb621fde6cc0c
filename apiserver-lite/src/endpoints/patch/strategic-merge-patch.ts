import { ownValue } from '@pg8s/k8s-proto/own-value';
import { badRequest, StatusError } from '../../api-errors/status-error.ts';
import { goValue } from '../../json/go-print.ts';
import { copyJson, isJsonObject, setField, type JsonObject } from '../../json/json-value.ts';
import { elementKey, elementPlaces, inOrder } from './element-order.ts';
import { PatchError } from '../../json/patch-error.ts';
import type { PatchSchema } from '../../registry/resource-types/patch-schema.ts';

/*
 * A strategic merge patch is a merge patch that knows the types: lists whose field has the patchStrategy
 * `merge` are merged by their patchMergeKey, or as sets where they hold scalars. Directives steer it:
 *
 *     $patch: replace            in an object or a list: its other members are all there is
 *     $patch: delete             in an object: empty it; in an element of a list: remove that element
 *     $retainKeys: [a, b]        fields of the original that aren't named vanish
 *     $deleteFromPrimitiveList/f: [x]     x leaves the list f
 *     $setElementOrder/f: [{name: b}, …]  the elements of f come in this order
 *
 * (Kubernetes: `apimachinery/pkg/util/strategicpatch`.)
 */

const marker = '$patch';
const retainKeys = '$retainKeys';
const deleteFromList = '$deleteFromPrimitiveList/';
const elementOrder = '$setElementOrder/';

/**
 * The document after the patch. The document is not changed; the patch loses the directives that were
 * followed, which is how kube-apiserver prints it in errors. Throws StatusErrors with kube-apiserver's texts,
 * and PatchErrors.
 */
export function applyStrategicMergePatch(
  document: JsonObject,
  patch: JsonObject,
  schema: PatchSchema,
): JsonObject {
  try {
    return mergeObject(copyJson(document), patch, schema);
  } catch (error) {
    if (error instanceof StatusError || error instanceof PatchError || !(error instanceof Error)) throw error;
    throw new StatusError(500, undefined, error.message);
  }
}

/** Takes over both of its arguments. */
function mergeObject(original: JsonObject, patch: JsonObject, schema: PatchSchema): JsonObject {
  const directive = ownValue(patch, marker);
  if (directive !== undefined) {
    if (directive === 'delete') return {};
    if (directive !== 'replace') {
      throw new Error(`unknown patch type: ${goValue(directive)} in map: ${goValue(patch)}`);
    }
    delete patch[marker];
    return patch;
  }
  applyRetainKeys(original, patch);
  applyElementOrders(original, patch, schema);
  for (const key of Object.keys(patch)) {
    if (key.startsWith(deleteFromList))
      deletePrimitives(original, key.slice(deleteFromList.length), { values: patch[key], schema });
    else mergeField(original, key, { value: patch[key], schema });
  }
  return original;
}

function mergeField(
  original: JsonObject,
  key: string,
  { value, schema }: { value: unknown; schema: PatchSchema },
): void {
  if (value === null) {
    delete original[key];
    return;
  }
  const current = Object.hasOwn(original, key) ? original[key] : undefined;
  if (isJsonObject(current) && isJsonObject(value)) {
    const field = schema.field(key);
    setField(original, key, field.strategy === 'replace' ? value : mergeObject(current, value, field.schema));
  } else if (Array.isArray(current) && Array.isArray(value)) {
    setField(original, key, mergeListField(current, value, { schema, key }));
  } else {
    const kept = withoutDirectives(withoutNulls(value));
    if (kept === undefined) delete original[key];
    else setField(original, key, kept);
  }
}

function mergeListField(
  original: unknown[],
  patch: unknown[],
  { schema, key }: { schema: PatchSchema; key: string },
): unknown[] {
  const { strategy, mergeKey, schema: element } = schema.field(key);
  return strategy === 'merge' ? mergeLists(original, patch, { schema: element, mergeKey }) : patch;
}

/** Nulls say "delete": in what is new there is nothing to delete. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) {
    for (const item of value) withoutNulls(item);
  } else if (isJsonObject(value)) {
    for (const key of Object.keys(value)) {
      if (value[key] === null) delete value[key];
      else withoutNulls(value[key]);
    }
  }
  return value;
}

/**
 * What is new is taken as it is, without the objects that have a `$patch` of their own: those are undefined.
 */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined);
  if (!isJsonObject(value)) return value;
  if (Object.hasOwn(value, marker)) return undefined;
  for (const key of Object.keys(value)) {
    const kept = withoutDirectives(value[key]);
    if (kept === undefined) delete value[key];
    else setField(value, key, kept);
  }
  return value;
}

function applyRetainKeys(original: JsonObject, patch: JsonObject): void {
  const directive = patch[retainKeys];
  if (directive === undefined) return;
  delete patch[retainKeys];
  if (!Array.isArray(directive)) throw badRequest('invalid patch format of retainKeys');
  const retained = new Set<unknown>(directive);
  for (const key of Object.keys(patch)) {
    if (patch[key] === null || key.startsWith(deleteFromList) || key.startsWith(elementOrder)) continue;
    if (!retained.has(key)) throw badRequest('invalid patch format of retainKeys');
  }
  for (const key of Object.keys(original)) if (!retained.has(key)) delete original[key];
}

function deletePrimitives(
  original: JsonObject,
  key: string,
  { values, schema }: { values: unknown; schema: PatchSchema },
): void {
  if (!Array.isArray(values)) throw badRequest('invalid patch format of primitive list');
  const current = ownValue(original, key);
  if (!Array.isArray(current) || (current.length === 0 && values.length === 0)) return;
  ensureOneType([current, values]);
  const gone = new Set(values);
  setField(
    original,
    key,
    isJsonObject([...current, ...values][0])
      ? mergeLists(current, values, schema.field(key))
      : current.filter((item) => !gone.has(item)),
  );
}

/** Merges the lists that have an order, so that nothing of them is left in the patch. */
function applyElementOrders(original: JsonObject, patch: JsonObject, schema: PatchSchema): void {
  for (const directive of Object.keys(patch)) {
    if (!directive.startsWith(elementOrder)) continue;
    const order = patch[directive];
    delete patch[directive];
    if (!Array.isArray(order)) throw wrongType(listType, order);
    const key = directive.slice(elementOrder.length);
    const [current, changes] = [ownValue(original, key), ownValue(patch, key)];
    for (const list of [current, changes]) {
      if (list !== undefined && list !== null && !Array.isArray(list)) throw wrongType(listType, list);
    }
    const { mergeKey } = schema.field(key);
    const items = Array.isArray(changes) ? (changes as unknown[]) : undefined;
    const existing = Array.isArray(current) ? (current as unknown[]) : undefined;
    if (items !== undefined) checkOrder(items, order, mergeKey);
    let merged: unknown[];
    if (existing !== undefined && items !== undefined) {
      merged = mergeListField([...existing], items, { schema, key });
    } else if (existing !== undefined) {
      if (changes === null) continue;
      merged = existing;
    } else if (items !== undefined) {
      merged = withoutDirectives(items) as unknown[];
    } else {
      continue;
    }
    ensureOneType([existing ?? [], items ?? []]);
    setField(original, key, inOrder(merged, order, { serverOrder: existing ?? [], mergeKey }));
    delete patch[key];
  }
}

const listType = '[]interface {}';
const mapType = 'map[string]interface {}';

/** As Go says that a value is of another type than it must be. */
function wrongType(wanted: string, value: unknown): Error {
  const types: Readonly<Record<string, string>> = {
    object: mapType,
    boolean: 'bool',
    number: 'float64',
  };
  const actual = Array.isArray(value) ? listType : (types[typeof value] ?? typeof value);
  return new Error(`expected a ${wanted}, but received a ${actual}`);
}

/** The elements that the patch brings must stand in the order's list, in that order. */
function checkOrder(items: readonly unknown[], order: readonly unknown[], mergeKey: string): void {
  if (items.length === 0 || order.length === 0) return;
  if (mergeKey !== '') {
    const other = items.find((item) => !isJsonObject(item));
    if (other !== undefined) throw wrongType(mapType, other);
  }
  const brought = items.filter((item) => !isJsonObject(item) || item[marker] === undefined);
  let at = 0;
  for (const wanted of order) {
    if (at >= brought.length) break;
    const [key, next] = [elementKey(wanted, mergeKey), elementKey(brought[at], mergeKey)];
    const wants = brought[at];
    if (next === undefined && isJsonObject(wants)) throw noMergeKey(wants, mergeKey);
    if (key !== undefined && key === next) at++;
  }
  if (at < brought.length) {
    throw new Error(
      `The order in patch list:\n${goValue(items)}\n doesn't match ${elementOrder.slice(0, -1)} list:\n${goValue(order)}\n`,
    );
  }
}

interface ListMerge {
  /** Of the elements. */
  schema: PatchSchema;
  mergeKey: string;
}

function mergeLists(original: unknown[], patch: unknown[], { schema, mergeKey }: ListMerge): unknown[] {
  if (original.length === 0 && patch.length === 0) return original;
  const samples = [...original, ...patch];
  ensureOneType([original, patch]);
  if (!isJsonObject(samples[0])) {
    const merged = [...new Set(samples)];
    return inOrder(merged, patch, { serverOrder: original, mergeKey: '' });
  }
  if (mergeKey === '') throw new Error(`cannot merge lists without merge key for ${schema.name}`);

  const { kept, changes } = applyListDirectives(original as JsonObject[], patch as JsonObject[], mergeKey);
  const merged = [...kept];
  const places = elementPlaces(merged, mergeKey);
  for (const change of changes) {
    const key = elementKey(change, mergeKey);
    if (key === undefined) throw noMergeKey(change, mergeKey);
    const at = places.get(key);
    if (at !== undefined) {
      merged[at] = mergeObject(merged[at]!, change, schema);
    } else {
      const added = withoutDirectives(withoutNulls(change));
      if (added !== undefined) places.set(key, merged.push(added as JsonObject) - 1);
    }
  }
  return inOrder(merged, changes, { serverOrder: kept, mergeKey });
}

/** Lists are merged where they hold something, and all that they hold is of one type. */
function ensureOneType(lists: readonly (readonly unknown[])[]): void {
  const samples = lists.flat();
  const [first] = samples;
  if (first === undefined) throw new Error('no elements in any of the given slices');
  if (Array.isArray(first)) throw new PatchError('lists of lists are not supported');
  if (samples.some((sample) => typeof sample !== typeof first || Array.isArray(sample))) {
    throw new Error(`list element types are not identical: ${goValue(lists)}`);
  }
}

/** `$patch` among the elements of a list: removes some, or all that were there. */
function applyListDirectives(
  original: JsonObject[],
  patch: JsonObject[],
  mergeKey: string,
): { kept: JsonObject[]; changes: JsonObject[] } {
  const changes: JsonObject[] = [];
  const gone = new Set<unknown>();
  let replaced = false;
  for (const item of patch) {
    const directive = item[marker];
    if (directive === undefined) {
      changes.push(item);
    } else if (directive === 'replace') {
      replaced = true;
    } else if (directive === 'delete') {
      const key = elementKey(item, mergeKey);
      if (key === undefined) throw noMergeKey(item, mergeKey);
      gone.add(key);
    } else if (directive === 'merge') {
      throw new Error('merging lists cannot yet be specified in the patch');
    } else {
      throw new Error(`unknown patch type: ${goValue(directive)} in map: ${goValue(item)}`);
    }
  }
  if (replaced) return { kept: changes, changes: [] };
  return { kept: original.filter((existing) => !gone.has(elementKey(existing, mergeKey))), changes };
}

function noMergeKey(item: JsonObject, mergeKey: string): Error {
  return new Error(`map: ${goValue(item)} does not contain declared merge key: ${mergeKey}`);
}
