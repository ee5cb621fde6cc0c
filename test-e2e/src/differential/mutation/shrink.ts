import type { Fields } from './mutate.ts';

/** More requests are not sent for one difference. */
const mostTries = 80;

function* holdersIn(node: unknown): Generator<[holder: Fields | unknown[], key: string | number]> {
  if (typeof node !== 'object' || node === null) return;
  for (const key of Array.isArray(node) ? [...node.keys()] : Object.keys(node)) {
    yield [node as Fields | unknown[], key];
    yield* holdersIn((node as Fields)[key]);
  }
}

function without(object: Fields, place: number): Fields | undefined {
  const smaller = structuredClone(object);
  const found = [...holdersIn(smaller)][place];
  if (found === undefined) return undefined;
  const [holder, key] = found;
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
  return smaller;
}

/** The object without what is not needed for `still` to hold, as far as that is found in a bounded time. */
export async function shrink(object: Fields, still: (smaller: Fields) => Promise<boolean>): Promise<Fields> {
  let smallest = object;
  let place = 0;
  for (let tries = 0; tries < mostTries; tries++) {
    const smaller = without(smallest, place);
    if (smaller === undefined) break;
    if (await still(smaller)) smallest = smaller;
    else place++;
  }
  return smallest;
}
