import type { Random } from '@pg8s/shim/mvcc/testing/random';
import { placesIn, valueAt } from './edit.ts';
import { isJson, itemShape, memberShape, type Shape } from './structure.ts';
import { otherLeaf, take, type Taking } from './vary.ts';

type At = readonly (string | number)[];

function pointer(at: At): string {
  return at.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function shapeAt(whole: Shape, at: At): Shape | undefined {
  let shape: Shape | undefined = whole;
  for (const key of at) {
    if (shape === undefined) return undefined;
    shape = typeof key === 'number' ? itemShape(shape) : memberShape(shape, key);
  }
  return shape;
}

function otherPlace(at: At, random: Random): At {
  if (typeof at.at(-1) === 'number' && random.chance(40))
    return [...at.slice(0, -1), random.pick(['-', 0, 9])];
  return random.chance(8) ? [...at, 'nowhere'] : at;
}

/** One to four operations on an object that is like `document`. */
export function jsonPatch(
  whole: Shape,
  document: unknown,
  { random, wild }: Pick<Taking, 'random' | 'wild'>,
): object[] {
  const places = placesIn(document).filter(
    (at) => at[0] !== 'apiVersion' && at[0] !== 'kind' && !String(at.at(-1)).endsWith('xpression'),
  );
  const operations: object[] = [];
  for (let left = 1 + random.below(4); left > 0 && places.length > 0; left--) {
    const at = random.pick(places);
    const value = valueAt(document, at);
    const shape = shapeAt(whole, at);
    const path = pointer(otherPlace(at, random));
    const next =
      typeof value === 'object' && value !== null
        ? take(shape, value, { random, keep: wild === true ? 80 : 97, change: 10, wild: wild === true })
        : otherLeaf(shape, value, { random, wild: wild === true });
    const op = random.pick(['add', 'add', 'add', 'replace', 'replace', 'remove', 'test', 'copy', 'move']);
    if (op === 'remove') operations.push({ op, path });
    else if (op === 'copy' || op === 'move') {
      const siblings = places.filter(
        (each) => each.length === at.length && pointer(each.slice(0, -1)) === pointer(at.slice(0, -1)),
      );
      operations.push({ op, from: pointer(random.pick(siblings)), path });
    } else operations.push({ op, path, value: op === 'test' && random.chance(80) ? value : next });
  }
  return operations;
}

/** A merge patch from a part of the object: with nulls where something goes. */
export function mergePatch(part: unknown, random: Random): unknown {
  if (!isJson(part)) return part;
  return Object.fromEntries(
    Object.entries(part).map(([name, value]) => [name, random.chance(6) ? null : mergePatch(value, random)]),
  );
}
