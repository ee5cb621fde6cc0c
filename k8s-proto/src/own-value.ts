/**
 * What a record itself has under a name that a user chose: nothing under `constructor` or `__proto__`, unless
 * somebody put it there.
 */
export function ownValue<T>(
  record: Readonly<Record<string, T>> | null | undefined,
  name: string,
): T | undefined {
  return record !== undefined && record !== null && Object.hasOwn(record, name) ? record[name] : undefined;
}
