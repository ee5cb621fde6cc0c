/** A priority level that has a share of the seats. */
export interface SeatClaim {
  lower: number;
  upper: number;
  /** What it would have. At least `lower`. */
  target: number;
}

const halvings = 60;

/**
 * Shares `total` seats in proportion to the targets, none below its lower or above its upper bound. Where
 * the bounds leave no choice, all have that bound (Kubernetes: `util/flowcontrol/conc_alloc.go`).
 */
export function shareSeats(total: number, claims: readonly SeatClaim[]): number[] {
  const given = (proportion: number): number[] =>
    claims.map(({ lower, upper, target }) =>
      Math.max(lower, Math.min(upper, proportion * Math.max(target, 0.001))),
    );
  const sum = (seats: readonly number[]): number => seats.reduce((a, b) => a + b, 0);
  let low = 0;
  let high = 1;
  const most = Math.min(total, sum(claims.map(({ upper }) => upper)));
  while (sum(given(high)) < most - 1e-6 && high < 1e12) high *= 2;
  for (let round = 0; round < halvings; round++) {
    const middle = (low + high) / 2;
    if (sum(given(middle)) < most) low = middle;
    else high = middle;
  }
  return given(high);
}
