import { ownValue } from '@pg8s/k8s-proto/own-value';

/** Defaults for fields of `spec`, where there is a spec. */
export function fillSpec(values: Fields): (object: Fields) => void {
  return (object) => {
    const spec = existing(object, 'spec');
    if (spec !== undefined) fill(spec, values);
  };
}

/** JSON objects as the defaults see them: any field may be there or not. */
export type Fields = Record<string, unknown>;

/** Gives every absent field its value; lists and objects among the values are shared, so pass fresh ones. */
export function fill(target: Fields, values: Fields): void {
  for (const name in values) {
    const value = ownValue(target, name);
    if (value === undefined || value === null) target[name] = values[name];
  }
}

/** As `fill`, but an empty string counts as absent: where Go has a plain string. */
export function fillText(target: Fields, values: Readonly<Record<string, string>>): void {
  for (const name in values) if (!target[name]) target[name] = values[name];
}

/** As `fill`, but 0 counts as absent: where Go has a plain number. */
export function fillNumbers(target: Fields, values: Readonly<Record<string, number>>): void {
  for (const name in values) if (!target[name]) target[name] = values[name];
}

/** The object under a name, made where it is absent. */
export function child(target: Fields, name: string): Fields {
  const value = target[name];
  if (typeof value === 'object' && value !== null) return value as Fields;
  const made: Fields = {};
  target[name] = made;
  return made;
}

/** The object under a name, if there is one. */
export function existing(target: Fields | undefined, name: string): Fields | undefined {
  const value = target?.[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** The objects of a list, none where it is absent. */
export function items(target: Fields | undefined, name: string): Fields[] {
  const value = target?.[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];
}
