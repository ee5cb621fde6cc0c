import { ownValue } from '@pg8s/k8s-proto/own-value';
import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
} from '@pg8s/k8s-proto/quantity';
import { child, existing, fill, items, type Fields } from '../../fields/fill.ts';

type Amounts = Map<string, Quantity>;

const isHugePages = (name: string) => name.startsWith('hugepages-');
const isForPods = (name: string) => name === 'cpu' || name === 'memory' || isHugePages(name);

function amountsOf(list: Fields | undefined): Amounts {
  const amounts: Amounts = new Map();
  for (const [name, text] of Object.entries(list ?? {})) amounts.set(name, parseQuantity(String(text)));
  return amounts;
}

function add(total: Amounts, more: Amounts): void {
  for (const [name, amount] of more) {
    const before = total.get(name);
    total.set(name, before === undefined ? amount : addQuantities(before, amount));
  }
}

function raise(total: Amounts, other: Amounts): void {
  for (const [name, amount] of other) {
    const before = total.get(name);
    if (before === undefined || compareQuantities(amount, before) > 0) total.set(name, amount);
  }
}

/**
 * What the containers of a Pod need at most at one time. Init containers run one after the other before all
 * others, sidecars stay from their turn on (Kubernetes: `component-helpers/resource`).
 */
function aggregate(spec: Fields, list: 'requests' | 'limits'): Amounts {
  const wanted = (container: Fields) => amountsOf(existing(existing(container, 'resources'), list));
  const total: Amounts = new Map();
  for (const container of items(spec, 'containers')) add(total, wanted(container));
  const sidecars: Amounts = new Map();
  const peak: Amounts = new Map();
  for (const container of items(spec, 'initContainers')) {
    const own = wanted(container);
    if (container['restartPolicy'] === 'Always') {
      add(total, own);
      add(sidecars, own);
      raise(peak, sidecars);
    } else {
      const during = new Map(own);
      add(during, sidecars);
      raise(peak, during);
    }
  }
  raise(total, peak);
  return total;
}

/** What the containers of a Pod's spec need at most at one time, by the names of the resources. */
export function containerTotals(spec: object, list: 'requests' | 'limits'): [string, Quantity][] {
  return [...aggregate(spec as Fields, list)].sort(([a], [b]) => (a < b ? -1 : 1));
}

function isEmpty(list: Fields | undefined): boolean {
  return list === undefined || Object.keys(list).length === 0;
}

/** Huge pages cannot be overcommitted: what containers may have of them, the Pod may. */
function limitHugePages(spec: Fields, resources: Fields): void {
  const [limits, requests] = [existing(resources, 'limits'), existing(resources, 'requests')];
  if (isEmpty(limits) && isEmpty(requests)) return;
  for (const [name, amount] of aggregate(spec, 'limits')) {
    if (!isHugePages(name) || ownValue(requests, name) !== undefined) continue;
    fill(child(resources, 'limits'), { [name]: formatQuantity(amount) });
  }
}

/**
 * A Pod with limits of its own requests what its containers do, and its limits where they request nothing.
 */
function requestForPod(spec: Fields, resources: Fields): void {
  const limits = existing(resources, 'limits');
  if (limits === undefined || isEmpty(limits)) return;
  const requests: Fields = { ...existing(resources, 'requests') };
  for (const [name, amount] of aggregate(spec, 'requests')) {
    if (name === 'cpu' || name === 'memory') fill(requests, { [name]: formatQuantity(amount) });
  }
  for (const [name, amount] of Object.entries(limits))
    if (isForPods(name)) fill(requests, { [name]: amount });
  if (!isEmpty(requests)) resources['requests'] = requests;
}

/**
 * Requests and limits of a Pod as a whole, as far as it says something about them (KEP-2837). @throws
 * QuantityError
 */
export function defaultPodLevelResources(spec: Fields): void {
  const resources = existing(spec, 'resources');
  if (resources === undefined) return;
  limitHugePages(spec, resources);
  requestForPod(spec, resources);
}

/** What is limited and not requested is requested as limited. */
export function requestLimits(resources: Fields | undefined): void {
  const limits = existing(resources, 'limits');
  if (resources === undefined || limits === undefined || isEmpty(limits)) return;
  fill(child(resources, 'requests'), limits);
}
