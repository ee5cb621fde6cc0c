import { compareBytes } from '../byte-order.ts';
import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  isZeroQuantity,
  parseQuantity,
  type Quantity,
  subtractQuantities,
} from '../quantity.ts';

/** Amounts by the names of resources (Kubernetes: `core/v1.ResourceList`). */
export type ResourceList = ReadonlyMap<string, Quantity>;

const zero: Quantity = { digits: 0n, scale: 0, format: 'DecimalSI' };

/** So many pieces. */
export function pieces(count: number): Quantity {
  return { digits: BigInt(count), scale: 0, format: 'DecimalSI' };
}

/** Reads a list; a missing one is empty. @throws QuantityError */
export function readResourceList(
  list: Readonly<Record<string, string>> | undefined | null,
): Map<string, Quantity> {
  return new Map(Object.entries(list ?? {}).map(([name, text]) => [name, parseQuantity(String(text))]));
}

/** The list as objects have it, in the order of its names. */
export function writeResourceList(list: ResourceList): Record<string, string> {
  const sorted = [...list].sort(([one], [other]) => compareBytes(one, other));
  return Object.fromEntries(sorted.map(([name, amount]) => [name, formatQuantity(amount)]));
}

/** `cpu=1,pods=2`, as refusals show a list. */
export function resourceListText(list: ResourceList): string {
  return Object.entries(writeResourceList(list))
    .map(([name, amount]) => `${name}=${amount}`)
    .join(',');
}

/** The sum for each name. */
export function addResourceLists(one: ResourceList, other: ResourceList): Map<string, Quantity> {
  const sum = new Map(one);
  for (const [name, amount] of other) {
    const before = sum.get(name);
    sum.set(name, before === undefined ? amount : addQuantities(before, amount));
  }
  return sum;
}

/** What is more in the first than in the second; never below zero. */
export function increaseOf(next: ResourceList, before: ResourceList): Map<string, Quantity> {
  const names = new Set([...next.keys(), ...before.keys()]);
  return new Map(
    [...names].map((name) => {
      const amount = subtractQuantities(next.get(name) ?? zero, before.get(name) ?? zero);
      return [name, amount.digits > 0n ? amount : zero];
    }),
  );
}

/** The larger amount for each name. */
export function largestOf(one: ResourceList, other: ResourceList): Map<string, Quantity> {
  const largest = new Map(one);
  for (const [name, amount] of other) {
    const before = largest.get(name);
    if (before === undefined || compareQuantities(amount, before) > 0) largest.set(name, amount);
  }
  return largest;
}

/** Only the amounts of the names. */
export function only(list: ResourceList, names: Iterable<string>): Map<string, Quantity> {
  const wanted = new Set(names);
  return new Map([...list].filter(([name]) => wanted.has(name)));
}

/** Only the amounts that are not zero. */
export function withoutZeros(list: ResourceList): Map<string, Quantity> {
  return new Map([...list].filter(([, amount]) => !isZeroQuantity(amount)));
}

/** The names that have more than the limits have for them. */
export function exceededBy(list: ResourceList, limits: ResourceList): string[] {
  return [...list]
    .filter(([name, amount]) => {
      const limit = limits.get(name);
      return limit !== undefined && compareQuantities(amount, limit) > 0;
    })
    .map(([name]) => name);
}

/** Whether both have the same names with the same amounts, however they are written. */
export function equalResourceLists(one: ResourceList, other: ResourceList): boolean {
  return (
    one.size === other.size &&
    [...one].every(([name, amount]) => {
      const theirs = other.get(name);
      return theirs !== undefined && compareQuantities(amount, theirs) === 0;
    })
  );
}
