import type { FieldType } from '@pg8s/k8s-proto/schema/field-type';
import { requireMessage } from '@pg8s/k8s-proto/schema/schema';
import type { Random } from '@pg8s/shim/mvcc/testing/random';
import { anyValue, expressions, valueOf } from './random-value.ts';

export type Fields = Record<string, unknown>;
type Path = readonly (string | number)[];

/** One change to an object. Where its place is not there (any more) it changes nothing. */
export interface Mutation {
  /** `spec.replicas = -1` */
  readonly text: string;
  apply(object: Fields): void;
}

/** A place in an object; of what the schema knows, with its type. */
interface Place {
  path: Path;
  value: unknown;
  type: FieldType | undefined;
}

/** What says of which type, or where, an object is. */
const untouched = new Set(['apiVersion', 'kind', 'metadata.namespace']);

function* placesIn(place: Place): Generator<Place> {
  const { path, value, type } = place;
  yield place;
  if (Array.isArray(value)) {
    const element = type?.kind === 'list' ? type.element : undefined;
    for (const [index, item] of value.entries())
      yield* placesIn({ path: [...path, index], value: item, type: element });
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  // In one order, whatever the order in which a server prints its fields.
  for (const [key, item] of Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (expressions.has(key) || untouched.has([...path, key].join('.'))) continue;
    yield* placesIn({ path: [...path, key], value: item, type: typeBelow(type, key) });
  }
}

function typeBelow(type: FieldType | undefined, key: string): FieldType | undefined {
  if (type?.kind === 'map') return type.value;
  return type?.kind === 'message' ? requireMessage(type.name).byJson.get(key)?.type : undefined;
}

/** A key that stands twice in the text of an object: see `withRepeatedKeys`. */
const again = '\u0000again';

/** A text of a mutated object, in which a key may stand twice, in JSON or YAML. */
export function withRepeatedKeys(text: string): string {
  return text.replaceAll('\\u0000again', '').replaceAll('\\0again', '');
}

/**
 * What is put into fields: of a few values any, which is mostly of a wrong type, or also random values of the
 * field's type, of several levels.
 */
export type MutationKind = 'plain' | 'typed';

/** A random change to the object, which is a message of this name. */
export function randomMutation(
  object: Fields,
  message: string,
  { random, kind }: { random: Random; kind: MutationKind },
): Mutation {
  const root: FieldType = { kind: 'message', name: message, goType: '' };
  const places = [...placesIn({ path: [], value: object, type: root })];
  if (random.chance(30)) {
    const place = random.pick(places.filter(({ type }) => type?.kind === 'message'));
    return addField(place, { random, kind });
  }
  const below = places.slice(1);
  if (below.length === 0) return setTo(['metadata'], anyValue(random));
  const { path, type, value } = random.pick(below);
  const text = path.join('.');
  if (random.chance(10)) {
    return {
      text: `without ${text}`,
      apply: change(path, (holder, key) => {
        if (Array.isArray(holder)) holder.splice(Number(key), 1);
        else delete holder[key];
      }),
    };
  }
  if (random.chance(10) && type !== undefined) return repeat(path, value);
  return setTo(path, newValue(type, { random, kind }));
}

function newValue(
  type: FieldType | undefined,
  { random, kind }: { random: Random; kind: MutationKind },
): unknown {
  return kind === 'plain' || type === undefined || random.chance(40)
    ? anyValue(random)
    : valueOf(type, random);
}

function addField(
  { path, type, value }: Place,
  { random, kind }: { random: Random; kind: MutationKind },
): Mutation {
  const name = type?.kind === 'message' ? type.name : '';
  const absent = [...requireMessage(name).byJson].filter(
    ([json]) =>
      !expressions.has(json) &&
      !Object.hasOwn((value ?? {}) as object, json) &&
      !untouched.has([...path, json].join('.')),
  );
  if (absent.length === 0 || random.chance(10)) return setTo([...path, 'bogus'], anyValue(random));
  const [json, field] = random.pick(absent);
  return setTo([...path, json], newValue(field.type, { random, kind }));
}

/** An item of a list twice, a key twice. */
function repeat(path: Path, value: unknown): Mutation {
  return {
    text: `${path.join('.')} twice`,
    apply: change(path, (holder, key) => {
      if (Array.isArray(holder)) holder.push(structuredClone(value));
      else holder[`${key}${again}`] = structuredClone(value);
    }),
  };
}

function setTo(path: Path, value: unknown): Mutation {
  return {
    text: `${path.join('.')} = ${JSON.stringify(value)}`,
    apply: change(path, (holder, key) => {
      if (Array.isArray(holder)) holder[Number(key)] = structuredClone(value);
      else holder[key] = structuredClone(value);
    }),
  };
}

function change(
  path: Path,
  at: (holder: Fields | unknown[], key: string | number) => void,
): (object: Fields) => void {
  return (object) => {
    let holder: unknown = object;
    for (const key of path.slice(0, -1)) {
      if (typeof holder !== 'object' || holder === null) return;
      holder = (holder as Fields)[key];
    }
    const key = path.at(-1);
    if (typeof holder !== 'object' || holder === null || key === undefined) return;
    at(holder as Fields | unknown[], key);
  };
}
