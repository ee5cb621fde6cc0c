import { type KeyRange, type KeyString, toKeyRange } from '../../mvcc/index/key-range.ts';
import type { AuthRole, AuthState, AuthUser, Permission } from '../auth-state.ts';

/** Keys `low <= key < high`. */
interface Interval {
  readonly low: KeyString;
  readonly high: KeyString;
}

/**
 * What a user may read and write by all roles together: intervals that neither overlap nor touch, in order.
 *
 *     granted   [a, c)  [b, f)  [f, f\0)  [x, ∞)
 *     merged    [a, f\0)                  [x, ∞)      a range is permitted if one interval has all of it
 */
export class KeyPermissions {
  readonly #read: readonly Interval[];
  readonly #write: readonly Interval[];

  constructor(permissions: readonly Permission[]) {
    this.#read = merge(permissions.filter(({ type }) => type !== 'WRITE'));
    this.#write = merge(permissions.filter(({ type }) => type !== 'READ'));
  }

  mayRead(range: KeyRange): boolean {
    return covers(this.#read, range);
  }

  mayWrite(range: KeyRange): boolean {
    return covers(this.#write, range);
  }
}

const cache = new WeakMap<AuthState, Map<string, KeyPermissions>>();

/** The user's permissions, merged once per state. */
export function keyPermissions(state: AuthState, user: AuthUser): KeyPermissions {
  let users = cache.get(state);
  if (users === undefined) cache.set(state, (users = new Map()));
  let permissions = users.get(user.name);
  if (permissions === undefined) {
    const roles = user.roles
      .map((name) => state.roles.get(name))
      .filter((role): role is AuthRole => role !== undefined);
    permissions = new KeyPermissions(roles.flatMap((role) => role.permissions));
    users.set(user.name, permissions);
  }
  return permissions;
}

/** Whether there are keys that it could be about (etcd: `isValidPermissionRange`). */
export function isValidPermission({ key, rangeEnd }: { key: Uint8Array; rangeEnd: Uint8Array }): boolean {
  if (key.length === 0) return false;
  const { low, high } = toKeyRange(key, rangeEnd);
  return low < high;
}

function merge(permissions: readonly Permission[]): Interval[] {
  const merged: { low: KeyString; high: KeyString }[] = [];
  const sorted = permissions
    .map(({ key, rangeEnd }) => toKeyRange(key, rangeEnd))
    .sort((a, b) => (a.low < b.low ? -1 : a.low > b.low ? 1 : 0));
  for (const { low, high } of sorted) {
    const last = merged.at(-1);
    if (last === undefined || low > last.high) merged.push({ low, high });
    else if (high > last.high) last.high = high;
  }
  return merged;
}

function covers(intervals: readonly Interval[], { low, high }: KeyRange): boolean {
  // The last interval that begins at or before the range.
  let from = 0;
  let to = intervals.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((intervals[middle] as Interval).low <= low) from = middle + 1;
    else to = middle;
  }
  const interval = intervals[from - 1];
  return interval !== undefined && interval.high > low && interval.high >= high;
}
