import type { ServedRest } from './rest.ts';

/** One change of what is served, sent to subscribers after it was made. */
export interface ServedChange {
  /** Of the table, after the change. */
  readonly version: number;
  readonly added: readonly ServedRest[];
  /** Also those whose place another one took. */
  readonly removed: readonly ServedRest[];
}

/**
 * What the API serves, for those who only read it: every resource and subresource, found by its place in the
 * API.
 */
export interface ServedResources {
  /** Rises with every change: what was made from the table holds as long as this number does. */
  readonly version: number;
  /** `subresource` is empty for the resource itself. */
  lookup(group: string, version: string, resource: string, subresource: string): ServedRest | undefined;
  /** All of them, in the order in which they were added. The same array until the table changes. */
  all(): readonly ServedRest[];
  /** Whether anything of a group is served that is not one of a CustomResourceDefinition. */
  servesBuiltIn(group: string): boolean;
  /** Whether anything of a group's version is served. */
  servesVersion(group: string, version: string): boolean;
  /** Calls `listener` after every change, until the returned function is called. */
  subscribe(listener: (change: ServedChange) => void): () => void;
}

/**
 * The table of what is served. Discovery, OpenAPI, metrics, APIServices and the router of requests read it
 * for every request, or follow its changes, so that resources can come and go while the server runs.
 */
export class ResourceTable implements ServedResources {
  readonly #rests = new Map<string, ServedRest>();
  /** How many rests there are of each `group/version`. */
  readonly #versions = new Map<string, number>();
  readonly #builtInGroups = new Map<string, number>();
  readonly #listeners = new Set<(change: ServedChange) => void>();
  #all: readonly ServedRest[] | undefined;
  #version = 0;

  constructor(rests: readonly ServedRest[] = []) {
    if (rests.length > 0) this.add(rests);
  }

  get version(): number {
    return this.#version;
  }

  lookup(group: string, version: string, resource: string, subresource: string): ServedRest | undefined {
    return this.#rests.get(placeOf(group, version, resource, subresource));
  }

  all(): readonly ServedRest[] {
    this.#all ??= [...this.#rests.values()];
    return this.#all;
  }

  servesBuiltIn(group: string): boolean {
    return this.#builtInGroups.has(group);
  }

  servesVersion(group: string, version: string): boolean {
    return this.#versions.has(`${group}/${version}`);
  }

  subscribe(listener: (change: ServedChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Serves `rests`; one at a place that is taken replaces what is there. */
  add(rests: readonly ServedRest[]): void {
    this.change({ add: rests });
  }

  /** Serves `rests` no more; those that are not served (any more) are passed over. */
  remove(rests: readonly ServedRest[]): void {
    this.change({ remove: rests });
  }

  /**
   * Removes and adds in one step: no request and no subscriber sees a state between. Nothing happens, and the
   * version stays, where nothing changes.
   */
  change({ add = [], remove = [] }: { add?: readonly ServedRest[]; remove?: readonly ServedRest[] }): void {
    const removed = new Set<ServedRest>();
    for (const rest of remove) if (this.#take(rest)) removed.add(rest);
    const added = new Set<ServedRest>();
    for (const rest of add) {
      const place = placeOfRest(rest);
      const former = this.#rests.get(place);
      if (former === rest) continue;
      if (former !== undefined && this.#take(former) && !added.delete(former)) removed.add(former);
      this.#rests.set(place, rest);
      this.#count(rest, 1);
      // One that was removed and comes back in the same step never was away.
      if (!removed.delete(rest)) added.add(rest);
    }
    if (added.size === 0 && removed.size === 0) return;
    this.#all = undefined;
    this.#version++;
    const change = { version: this.#version, added: [...added], removed: [...removed] };
    for (const listener of this.#listeners) listener(change);
  }

  #take(rest: ServedRest): boolean {
    const place = placeOfRest(rest);
    if (this.#rests.get(place) !== rest) return false;
    this.#rests.delete(place);
    this.#count(rest, -1);
    return true;
  }

  #count({ resource: { group, version }, isCustom }: ServedRest, change: 1 | -1): void {
    if (isCustom !== true) bump(this.#builtInGroups, group, change);
    bump(this.#versions, `${group}/${version}`, change);
  }
}

function bump(counts: Map<string, number>, key: string, change: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}

function placeOfRest({ resource, subresource }: ServedRest): string {
  return placeOf(resource.group, resource.version, resource.name, subresource?.name ?? '');
}

function placeOf(group: string, version: string, resource: string, subresource: string): string {
  return `${group}/${version}/${resource}/${subresource}`;
}
