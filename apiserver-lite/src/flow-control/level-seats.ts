import type { PriorityLevelObject } from './config-objects.ts';
import type { DemandSummary } from './seat-demand.ts';
import { shareSeats } from './share-seats.ts';

/** How many seats a priority level has. */
export interface LevelSeats {
  nominal: number;
  /** What it keeps while others borrow. */
  min: number;
  /** What it has at most, with what it borrows. */
  max: number;
  /** What it has now. */
  current: number;
  /** How many it was seen to need, sinking slowly. */
  smoothed: number;
}

/** What the spec of a priority level says about its seats. */
export function sharesOf({ spec = {} }: PriorityLevelObject): {
  shares: number;
  lendable: number;
  /** Undefined: as many as there are. */
  borrowing: number | undefined;
} {
  if (spec.type === 'Exempt') {
    const { nominalConcurrencyShares: shares = 0, lendablePercent: lendable = 0 } = spec.exempt ?? {};
    return { shares, lendable, borrowing: undefined };
  }
  const { nominalConcurrencyShares: shares = 30, lendablePercent: lendable = 0 } = spec.limited ?? {};
  return { shares, lendable, borrowing: spec.limited?.borrowingLimitPercent };
}

/** The bounds of a level by its share; `before`: what it had until now (Kubernetes: `apf_controller.go`). */
export function boundsOf(
  level: PriorityLevelObject,
  { total, shareSum, before }: { total: number; shareSum: number; before: LevelSeats | undefined },
): LevelSeats {
  const { shares, lendable, borrowing } = sharesOf(level);
  const nominal = shareSum === 0 ? 0 : Math.ceil((total * shares) / shareSum);
  const lent = Math.round((nominal * lendable) / 100);
  const borrowed = borrowing === undefined ? total : Math.round((nominal * borrowing) / 100);
  return {
    nominal,
    min: nominal - lent,
    max: nominal + borrowed,
    current: before?.current ?? nominal - Math.floor(lent / 2),
    smoothed: before?.smoothed ?? 0,
  };
}

/** A level whose seats are shared out anew. */
export interface AdjustedLevel {
  isExempt: boolean;
  seats: LevelSeats;
  demand: DemandSummary | { average: undefined; max: number };
}

/** How much of a demand that has sunk is remembered from one adjustment to the next (KEP-1040). */
const remembered = 0.977;

/**
 * Sets how many seats each level has now (KEP-1040, "Borrowing"): exempt levels have what they use. The
 * others share what is left: each keeps what it needs of its own seats, and what nobody needs goes to those
 * that need more, in proportion. Where not even the own seats are left, all give up the same part of those
 * that they may lend.
 */
export function adjustSeats(levels: readonly AdjustedLevel[]): void {
  for (const level of levels) remember(level);
  const total = sumOf(levels, ({ seats }) => seats.nominal);
  const exempt = levels.filter(({ isExempt }) => isExempt);
  for (const { seats, demand } of exempt) seats.current = Math.max(seats.min, Math.round(demand.max));
  const left = total - sumOf(exempt, ({ seats }) => seats.current);
  const sharing = levels
    .filter(({ isExempt }) => !isExempt)
    .map(({ seats, demand }) => ({ seats, own: between(seats.min, Math.round(demand.max), seats.nominal) }));
  if (left > sumOf(sharing, ({ own }) => own)) lend(sharing, total);
  else giveUp(sharing, left);
}

interface SharingLevel {
  seats: LevelSeats;
  /** What it needs of its nominal seats, and at least those that it does not lend. */
  own: number;
}

/** A demand that grows counts at once, one that sinks little by little. */
function remember({ seats, demand }: AdjustedLevel): void {
  if (demand.average === undefined) return;
  const usual = demand.average + demand.deviation;
  const sinking = remembered * seats.smoothed + (1 - remembered) * usual;
  seats.smoothed = Math.max(usual, sinking);
}

function lend(sharing: readonly SharingLevel[], total: number): void {
  const claims = sharing.map(({ seats, own }) => ({
    lower: own,
    upper: seats.max,
    target: Math.max(own, seats.smoothed),
  }));
  for (const [index, share] of shareSeats(total, claims).entries()) {
    const { seats } = sharing[index]!;
    seats.current = Math.round(share);
  }
}

function giveUp(sharing: readonly SharingLevel[], left: number): void {
  const kept = sumOf(sharing, ({ seats }) => seats.min);
  const lendable = sumOf(sharing, ({ own }) => own) - kept;
  const part = lendable === 0 ? 0 : Math.max(0, (left - kept) / lendable);
  for (const { seats, own } of sharing) seats.current = seats.min + Math.round((own - seats.min) * part);
}

function sumOf<Item>(items: readonly Item[], valueOf: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + valueOf(item), 0);
}

function between(low: number, value: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
