import { forgetGivenEmpty } from '@pg8s/k8s-proto/conform/unprinted';

type Holder = Record<string, unknown>;

const isHolder = (value: unknown): value is Holder => typeof value === 'object' && value !== null;

/**
 * The next step of a path and what stands at its end: `devices[]` is every item of a list, `attributes{}`
 * every value of a map.
 */
function follow(holders: readonly Holder[], step: string): Holder[] {
  const [, name = '', every] = /^(.*?)(\[\]|\{\})?$/.exec(step) ?? [];
  return holders.flatMap((holder) => {
    const value = holder[name];
    if (!isHolder(value)) return [];
    return every === undefined ? [value] : Object.values(value).filter(isHolder);
  });
}

function holdersOf(object: object, path: string): { holders: Holder[]; name: string } {
  const steps = path.split('.');
  const name = steps.pop() ?? '';
  return { holders: steps.reduce(follow, [object as Holder]), name };
}

function uses(object: object, path: string): boolean {
  const { holders, name } = holdersOf(object, path);
  return holders.some((holder) => holder[name] !== undefined && holder[name] !== null);
}

/**
 * Fields of features that a stock server has switched off go, unless the stored object has one of them
 * already. Each feature is a list of paths such as `spec.devices[].attributes{}.bools`.
 */
export function dropUnused(
  object: object,
  old: object | undefined,
  features: readonly (readonly string[])[],
): void {
  for (const paths of features) {
    if (old !== undefined && paths.some((path) => uses(old, path))) continue;
    for (const path of paths) {
      const { holders, name } = holdersOf(object, path);
      for (const holder of holders) {
        delete holder[name];
        forgetGivenEmpty(holder, name);
      }
    }
  }
}
