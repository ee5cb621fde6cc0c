/** One operation on one register. `returnedAt` is Infinity when nobody knows whether it was done. */
export interface RegisterOperation {
  readonly calledAt: number;
  readonly returnedAt: number;
  /** What was there, for reads and conditional writes that were answered. */
  readonly saw?: { readonly value: string | undefined };
  /** What is there afterwards, for writes. */
  readonly wrote?: string;
}

const maxConfigurations = 1_000_000;

interface Configuration {
  /** All answered operations before this one are done. */
  readonly first: number;
  /** Further ones that are done. */
  readonly ahead: readonly number[];
  /** Unanswered ones that are done. */
  readonly unanswered: readonly number[];
  readonly value: string | undefined;
}

/**
 * Whether there is an order of the operations, each at one moment between its call and its return, in which
 * every one saw what it says (Wing and Gong's search, with Lowe's memory of where it has been). Knows nothing
 * of revisions: a second opinion on what `checkHistory` says. Throws when the search takes too long: leave
 * out what surely was not done.
 */
export function isLinearizable(operations: readonly RegisterOperation[], initial?: string): boolean {
  const byCall = operations.toSorted((a, b) => a.calledAt - b.calledAt);
  const answered = byCall.filter(({ returnedAt }) => returnedAt !== Infinity);
  const unanswered = byCall.filter(({ returnedAt }) => returnedAt === Infinity);
  const seen = new Set<string>();
  const open: Configuration[] = [{ first: 0, ahead: [], unanswered: [], value: initial }];
  for (let here = open.pop(); here !== undefined; here = open.pop()) {
    if (here.first === answered.length) return true;
    const name = `${here.first};${here.ahead.join()};${here.unanswered.join()};${here.value}`;
    if (seen.has(name)) continue;
    seen.add(name);
    if (seen.size > maxConfigurations) throw new Error('too many orders to try them all');
    // A call that began after another's return cannot be before it.
    let limit = Infinity;
    const candidates: number[] = [];
    for (let at = here.first; at < answered.length; at++) {
      const operation = answered[at] as RegisterOperation;
      if (operation.calledAt > limit) break;
      if (here.ahead.includes(at)) continue;
      limit = Math.min(limit, operation.returnedAt);
      candidates.push(at);
    }
    for (const [at, operation] of unanswered.entries()) {
      if (operation.calledAt > limit || here.unanswered.includes(at)) continue;
      if (allows(operation, here.value))
        open.push({
          ...here,
          unanswered: [...here.unanswered, at].sort((a, b) => a - b),
          value: operation.wrote ?? here.value,
        });
    }
    for (const at of candidates.toReversed()) {
      const operation = answered[at] as RegisterOperation;
      if (operation.calledAt <= limit && allows(operation, here.value))
        open.push(done(here, at, operation.wrote ?? here.value));
    }
  }
  return false;
}

function allows(operation: RegisterOperation, value: string | undefined): boolean {
  return operation.saw === undefined || operation.saw.value === value;
}

function done(here: Configuration, at: number, value: string | undefined): Configuration {
  const ahead = new Set([...here.ahead, at]);
  let { first } = here;
  while (ahead.delete(first)) first++;
  return { ...here, first, ahead: [...ahead].sort((a, b) => a - b), value };
}
