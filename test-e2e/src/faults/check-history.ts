import type { Change, Operation } from './history.ts';

/**
 * Checks the answers that clients had against the one history that the servers kept: `changes`, from revision
 * 2 on. Returns what is wrong, in words; nothing if the history is strictly serializable in the order of its
 * revisions:
 *
 * - revisions are dense, and a value, which is written once, is there once;
 * - an acknowledged write is there whole, in the revision of its answer; an unanswered one is there whole or
 *   not at all;
 * - a request made after another client had an answer sees that answer's revision, or a later one;
 * - a read shows exactly what was there at its revision, and a conditional write saw what it expected.
 */
export function checkHistory(changes: readonly Change[], operations: readonly Operation[]): string[] {
  const faults: string[] = [];
  const states = checkChanges(changes, faults);
  const revisionOf = new Map(changes.map(({ key, value, revision }) => [`${key}=${value}`, revision]));
  const dated: { operation: Operation; revision: number }[] = [];
  let known = 0;
  for (const operation of operations) {
    if (operation.kind === 'read') {
      checkRead(operation, states, faults);
      dated.push({ operation, revision: operation.revision });
      continue;
    }
    const found = [...operation.writes].map(([key, value]) => revisionOf.get(`${key}=${value}`));
    known += found.filter((revision) => revision !== undefined).length;
    const [revision] = found;
    const name = describe(operation.writes);
    if (new Set(found).size !== 1) faults.push(`${name}: its keys are in revisions ${found.join(', ')}`);
    if (operation.returnedAt !== Infinity && revision !== operation.revision)
      faults.push(`${name}: acknowledged in revision ${operation.revision}, found in ${revision}`);
    if (revision === undefined) continue;
    const { expected } = operation;
    if (expected !== undefined && states[revision - 1]?.get(expected.key) !== expected.value)
      faults.push(`${name}: done, though ${expected.key} was not ${expected.value}`);
    dated.push({ operation, revision });
  }
  if (known !== changes.length) faults.push(`${changes.length} changes, but ${known} were asked for`);
  checkOrder(dated, faults);
  return faults;
}

/** The state at each revision. */
function checkChanges(changes: readonly Change[], faults: string[]): ReadonlyMap<string, string>[] {
  const states: ReadonlyMap<string, string>[] = [new Map(), new Map()];
  const seen = new Set<string>();
  let state = new Map<string, string>();
  let last = 1;
  for (const { revision, key, value } of changes) {
    if (revision !== last && revision !== last + 1) faults.push(`revision ${revision} follows ${last}`);
    if (seen.has(`${key}=${value}`)) faults.push(`${key}=${value} is there twice`);
    seen.add(`${key}=${value}`);
    if (revision !== last) state = new Map(state);
    state.set(key, value);
    states[revision] = state;
    last = revision;
  }
  return states;
}

function checkRead(
  read: Operation & { kind: 'read' },
  states: readonly ReadonlyMap<string, string>[],
  faults: string[],
): void {
  const expected = states[read.revision];
  if (expected === undefined) {
    faults.push(`a read at revision ${read.revision}, which does not exist`);
    return;
  }
  if (describe(expected) !== describe(read.values))
    faults.push(
      `at revision ${read.revision} there was ${describe(expected)}, read ${describe(read.values)}`,
    );
}

/** The order of revisions must be one that the clients could have seen. */
function checkOrder(dated: readonly { operation: Operation; revision: number }[], faults: string[]): void {
  const byCall = dated.toSorted((a, b) => a.operation.calledAt - b.operation.calledAt);
  const byReturn = dated.toSorted((a, b) => a.operation.returnedAt - b.operation.returnedAt);
  let at = 0;
  let newest = 0;
  for (const { operation, revision } of byCall) {
    for (; (byReturn[at]?.operation.returnedAt ?? Infinity) < operation.calledAt; at++)
      newest = Math.max(newest, byReturn[at]?.revision ?? 0);
    if (operation.kind === 'read' ? revision < newest : revision <= newest)
      faults.push(`a ${operation.kind} at revision ${revision} after an answer of revision ${newest}`);
  }
}

function describe(values: ReadonlyMap<string, string>): string {
  return [...values]
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(' ');
}
