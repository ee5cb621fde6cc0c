/** Fields of Pod templates that are maps in Go, where empty and absent are the same. */
const maps = new Set([
  'labels',
  'annotations',
  'nodeSelector',
  'limits',
  'requests',
  'matchLabels',
  'overhead',
  'driver',
]);
/** Fields that are structs by value in Go: `{}` and absent are the same. */
const values = new Set(['resources', 'metadata', 'status']);

/**
 * Whether two objects mean the same to the API (Kubernetes: `equality.Semantic.DeepEqual`): the order of
 * fields does not count, and null, an empty list and an empty map are as good as absent. An empty object
 * elsewhere is a value: `emptyDir: {}`.
 */
export function semanticEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, index) => semanticEqual(item, other[index]));
  if (!isObject(one) || !isObject(other)) return false;
  for (const field of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const left = meaning(field, one[field]);
    const right = meaning(field, other[field]);
    if (!semanticEqual(left, right)) return false;
  }
  return true;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function meaning(field: string, value: unknown): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value;
  if (isObject(value) && Object.keys(value).length === 0 && (maps.has(field) || values.has(field)))
    return undefined;
  return value;
}
