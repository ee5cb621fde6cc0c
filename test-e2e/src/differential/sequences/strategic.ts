import type { Random } from '@pg8s/shim/mvcc/testing/random';
import { isJson, itemShape, type Json, memberShape, type Shape } from './structure.ts';

/**
 * Puts directives of strategic merge patches into a patch: `$patch`, `$retainKeys`, `$setElementOrder` and
 * `$deleteFromPrimitiveList`, where the type of the value has them, now and then where it has not.
 */
export function withDirectives(shape: Shape | undefined, patch: unknown, random: Random): unknown {
  if (!isJson(patch)) return patch;
  const decorated: Json = {};
  for (const [name, value] of Object.entries(patch)) {
    const member = shape === undefined ? undefined : memberShape(shape, name);
    if (random.chance(3)) decorated[name] = null;
    else if (Array.isArray(value)) decorateList(decorated, { name, list: value, shape: member, random });
    else decorated[name] = withDirectives(member, value, random);
    if (isJson(decorated[name]) && member?.field?.patchStrategy.includes('retainKeys') && random.chance(50)) {
      decorated[name] = retaining(decorated[name], random);
    }
  }
  if (random.chance(2)) decorated['$patch'] = random.pick(['replace', 'delete', 'merge', 'other']);
  return decorated;
}

function retaining(value: Json, random: Random): Json {
  return { ...value, $retainKeys: Object.keys(value).filter(() => random.chance(90)) };
}

interface Decorated {
  name: string;
  list: readonly unknown[];
  shape: Shape | undefined;
  random: Random;
}

function decorateList(into: Json, { name, list, shape, random }: Decorated): void {
  const key = shape?.field?.patchMergeKey;
  const merges = shape?.field?.patchStrategy.includes('merge') ?? false;
  const item = shape === undefined ? undefined : itemShape(shape);
  const retains = shape?.field?.patchStrategy.includes('retainKeys') ?? false;
  const items = list.map((each) => {
    const next = withDirectives(item, each, random);
    return retains && isJson(next) && random.chance(40) ? retaining(next, random) : next;
  });
  into[name] = items;
  if (!merges) return;
  if (key === undefined) {
    if (random.chance(40)) into[`$deleteFromPrimitiveList/${name}`] = items.filter(() => random.chance(50));
    if (random.chance(30)) into[`$setElementOrder/${name}`] = shuffled(items, random);
    return;
  }
  const named = items.filter(isJson).map((each) => ({ [key]: each[key] }));
  if (random.chance(30) && named.length > 0) {
    const { [key]: deleted } = random.pick(named);
    into[name] = random.chance(50)
      ? [
          ...items.filter((each) => isJson(each) && each[key] !== deleted),
          { [key]: deleted, $patch: 'delete' },
        ]
      : [...items, { [key]: random.chance(50) ? deleted : 'nobody', $patch: 'delete' }];
  }
  if (random.chance(6)) into[name] = [...items, { $patch: 'replace' }];
  if (random.chance(4))
    into[name] = items.map((each) => (isJson(each) ? { ...each, $patch: 'replace' } : each));
  if (random.chance(30)) {
    const others = random.chance(30) ? [{ [key]: 'nobody' }] : [];
    into[`$setElementOrder/${name}`] = shuffled([...named, ...others], random);
  }
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const left = [...items];
  const order: T[] = [];
  while (left.length > 0) order.push(...left.splice(random.below(left.length), 1));
  return order;
}
