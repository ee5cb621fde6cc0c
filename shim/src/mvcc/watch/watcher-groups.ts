import type { KeyRange, KeyString } from '../index/key-range.ts';

/** Watchers of one range: they all see the same changes. */
export interface WatcherGroup<Member> {
  readonly range: KeyRange;
  readonly members: Set<Member>;
}

/**
 * Watchers by what they watch, so that a change costs one look-up for its key, and one comparison for every
 * distinct range, however many watch it.
 */
export class WatcherGroups<Member extends { readonly range: KeyRange }> {
  readonly #byKey = new Map<KeyString, WatcherGroup<Member>>();
  readonly #byRange = new Map<string, WatcherGroup<Member>>();

  add(member: Member): void {
    const [groups, name] = this.#place(member.range);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, { range: member.range, members: new Set([member]) });
    else group.members.add(member);
  }

  delete(member: Member): void {
    const [groups, name] = this.#place(member.range);
    const group = groups.get(name);
    if (group?.members.delete(member) && group.members.size === 0) groups.delete(name);
  }

  /** The groups that watch this key. */
  *watching(key: KeyString): Generator<WatcherGroup<Member>> {
    const exact = this.#byKey.get(key);
    if (exact !== undefined) yield exact;
    for (const group of this.#byRange.values()) {
      if (key >= group.range.low && key < group.range.high) yield group;
    }
  }

  #place(range: KeyRange): [Map<string, WatcherGroup<Member>>, string] {
    if (range.single) return [this.#byKey, range.low];
    // Keys may contain any char up to U+00FF: the separator is beyond.
    return [this.#byRange, `${range.low}\u0100${range.high}`];
  }
}
