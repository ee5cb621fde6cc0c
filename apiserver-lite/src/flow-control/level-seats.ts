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

const smoothing = 0.977;

/**
 * Sets what each level has now: those that needed fewer seats lend them to those that need more. Exempt
 * levels take what they use from the total first (Kubernetes: `updateBorrowingLocked`).
 */
export function adjustSeats(levels: readonly AdjustedLevel[]): void {
  let remaining = levels.reduce((sum, { seats }) => sum + seats.nominal, 0);
  const total = remaining;
  const limited: { seats: LevelSeats; least: number }[] = [];
  for (const { isExempt, seats, demand } of levels) {
    const high = Math.round(demand.max);
    if (demand.average !== undefined) {
      const envelope = demand.average + demand.deviation;
      seats.smoothed = Math.max(envelope, smoothing * seats.smoothed + (1 - smoothing) * envelope);
    }
    if (isExempt) {
      seats.current = Math.max(seats.min, high);
      remaining -= seats.current;
    } else {
      limited.push({ seats, least: Math.max(seats.min, Math.min(seats.nominal, high)) });
    }
  }
  const minSum = limited.reduce((sum, { seats }) => sum + seats.min, 0);
  const leastSum = limited.reduce((sum, { least }) => sum + least, 0);
  if (remaining <= minSum) {
    for (const { seats } of limited) seats.current = seats.min;
  } else if (remaining <= leastSum) {
    const part = (remaining - minSum) / (leastSum - minSum);
    for (const { seats, least } of limited)
      seats.current = seats.min + Math.round((least - seats.min) * part);
  } else {
    const shared = shareSeats(
      total,
      limited.map(({ seats, least }) => ({
        lower: least,
        upper: seats.max,
        target: Math.max(least, seats.smoothed),
      })),
    );
    for (const [index, { seats }] of limited.entries()) seats.current = Math.round(shared[index] ?? 0);
  }
}
