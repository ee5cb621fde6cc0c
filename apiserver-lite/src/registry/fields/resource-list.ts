import { formatQuantity, parseQuantity, QuantityError, roundQuantityUp } from '@pg8s/k8s-proto/quantity';
import { existing, type Fields } from './fill.ts';

/** Quantities that may be finer than a thousandth; which shows in their text. */
const mayBeFine = /[nu]$|[eE]-|\.\d{4}/;
const milli = -3;

function rounded(text: string): string {
  try {
    return formatQuantity(roundQuantityUp(parseQuantity(text), milli));
  } catch (error) {
    if (error instanceof QuantityError) return text;
    throw error;
  }
}

/**
 * No amount of a resource is finer than a thousandth: what is gets rounded up (Kubernetes:
 * `SetDefaults_ResourceList`).
 */
export function roundResourceList(list: Fields | undefined): void {
  for (const name in list) {
    const amount = list[name];
    if (typeof amount === 'string' && mayBeFine.test(amount)) list[name] = rounded(amount);
  }
}

/** The lists under these names. */
export function roundResourceLists(holder: Fields | undefined, names: readonly string[]): void {
  if (holder === undefined) return;
  for (const name of names) roundResourceList(existing(holder, name));
}

/** What a container, a Pod or a claim wants. */
export function roundRequirements(resources: Fields | undefined): void {
  roundResourceLists(resources, ['limits', 'requests']);
}
