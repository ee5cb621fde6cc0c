import { isDeepStrictEqual } from 'node:util';
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
  '3.8': [
    {
      reason: 'keys alone come from the index, which does not know their leases',
      holds: (operation, stock, shim) =>
        asksForKeysOnly(operation) && isDeepStrictEqual(withoutLeases(stock), withoutLeases(shim)),
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

function asksForKeysOnly(operation: unknown): boolean {
  if (typeof operation !== 'object' || operation === null) return false;
  return Object.entries(operation).some(
    ([name, value]) => (name === 'keysOnly' && value === true) || asksForKeysOnly(value),
  );
}

/** Key-values whose value is not shown, with no lease. */
function withoutLeases(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map(withoutLeases);
  if (typeof answer !== 'object' || answer === null) return answer;
  const entries = Object.entries(answer).map(([name, value]) => [name, withoutLeases(value)]);
  const copy = Object.fromEntries(entries) as Record<string, unknown>;
  return 'modRevision' in copy && copy['value'] === '' ? { ...copy, lease: '0' } : copy;
}

function isOneOf(answer: Refusal, messages: readonly string[]): boolean {
  return typeof answer.message === 'string' && messages.includes(answer.message);
}
