import { Random, testSeed } from '@pg8s/shim/mvcc/testing/random';
import { minimalManifests } from '../../minimal-manifests.ts';
import type { Family } from '../family.ts';
import { placesOf } from '../places.ts';

/** What a field may have instead of its value. */
const values: readonly unknown[] = [
  null,
  '',
  'a',
  'A b',
  'a/b',
  '-1',
  '1Gi',
  '2026-01-02T03:04:05Z',
  0,
  1,
  -1,
  4_294_967_296,
  1.5,
  true,
  [],
  {},
  [null],
  [''],
  [{}],
  { a: 'b' },
];

/** Fields whose value is another in each run, or that say where the object is. */
const untouched = new Set(['apiVersion', 'kind', 'namespace']);

type Node = Record<string, unknown> | unknown[];

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null;
}

/** Every place in an object: its parent and its key. */
function* placesIn(node: Node): Generator<[parent: Node, key: string | number]> {
  for (const key of Array.isArray(node) ? node.keys() : Object.keys(node)) {
    if (untouched.has(String(key))) continue;
    const child = (node as Record<string | number, unknown>)[key];
    yield [node, key];
    if (isNode(child)) yield* placesIn(child);
  }
}

/** Changes one place: its value, its presence, or, of a list, how often an item stands in it. */
function mutate(object: object, random: Random): string {
  const places = [...placesIn(object as Node)];
  if (places.length === 0) return 'nothing left';
  const [parent, key] = random.pick(places);
  const holder = parent as Record<string | number, unknown>;
  if (Array.isArray(parent) && random.chance(30)) {
    parent.push(structuredClone(holder[key]));
    return `${key} twice`;
  }
  if (random.chance(15)) {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete holder[key];
    return `without ${key}`;
  }
  const value = random.pick(values);
  holder[key] = structuredClone(value);
  return `${key}: ${JSON.stringify(value)}`;
}

/**
 * Objects of all kinds with one to three random changes, created as a dry run. `PG8S_TEST_SEED` repeats a
 * run.
 */
export function mutations(count: number): Family {
  const seed = testSeed();
  return {
    name: `mutated objects (PG8S_TEST_SEED=${seed})`,
    async run(ask) {
      const random = new Random(seed);
      const places = placesOf(minimalManifests);
      for (let index = 0; index < count; index++) {
        const { collection, object } = random.pick(places);
        const mutated = structuredClone(object);
        const changes: string[] = [];
        for (let times = 1 + random.below(3); times > 0; times--) changes.push(mutate(mutated, random));
        await ask(`${index}, ${object.kind} ${changes.join(', ')}`, {
          path: `${collection}?dryRun=All&fieldValidation=Strict`,
          body: mutated,
        });
      }
    },
  };
}
