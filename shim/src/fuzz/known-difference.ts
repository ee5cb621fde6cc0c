import type { Operation } from './operation.ts';

/** What a server answered, comparable. */
interface Refusal {
  readonly code?: unknown;
  readonly message?: unknown;
}

interface KnownDifference {
  readonly reason: string;
  holds(operation: Operation, stock: Refusal, shim: Refusal): boolean;
}

const putErrors = ['etcdserver: requested lease not found', 'etcdserver: key not found'];
const rangeErrors = [
  'etcdserver: mvcc: required revision is a future revision',
  'etcdserver: mvcc: required revision has been compacted',
];

/** Every version. */
const always: readonly KnownDifference[] = [
  {
    reason: 'etcd takes a compaction at revision 0 once, if there was none before, and does nothing',
    holds: (operation, stock) =>
      'compact' in operation && operation.compact.revision === 0 && stock.code === undefined,
  },
];

const byVersion: Readonly<Record<string, readonly KnownDifference[]>> = {
  '3.4': [
    {
      reason:
        'a txn with several wrong operations: all puts were checked before all ranges, not in their order',
      holds: (operation, stock, shim) =>
        'txn' in operation && isOneOf(stock, putErrors) && isOneOf(shim, rangeErrors),
    },
    {
      reason: 'in a txn, all puts without a key to take from were found before those without a lease',
      holds: (operation, stock, shim) =>
        'txn' in operation && isOneOf(stock, putErrors) && isOneOf(shim, putErrors),
    },
  ],
};

/** Why a stock etcd of this version may answer something else than a shim; undefined if it may not. */
export function knownDifference(
  version: string,
  operation: Operation,
  answers: { stock: unknown; shim: unknown },
): string | undefined {
  const known = [...always, ...(byVersion[version] ?? [])];
  return known.find(({ holds }) => holds(operation, answers.stock as Refusal, answers.shim as Refusal))
    ?.reason;
}

function isOneOf(answer: Refusal, messages: readonly string[]): boolean {
  return typeof answer.message === 'string' && messages.includes(answer.message);
}
