/**
 * Fields that older versions wrote and 1.36 no longer has: by message, number → JSON name. All are strings.
 */
const formerFields: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  // Written by every version up to 1.23 or so, mostly empty; it never had a meaning.
  'k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta': { 15: 'clusterName' },
};

/** The former fields of a message, as [number, JSON name]. */
export function formerFieldsOf(message: string): readonly (readonly [number, string])[] {
  return Object.entries(formerFields[message] ?? {}).map(([number, json]) => [Number(number), json]);
}
