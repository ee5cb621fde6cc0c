/**
 * Ranges of sizes and costs, as unsigned integers of 64 bits that stop at the largest (cel-go:
 * checker/cost.go). A size is what `size()` would say: characters, bytes, entries or elements.
 */
export interface Range {
  readonly min: bigint;
  readonly max: bigint;
}

/** A range of sizes. */
export type SizeEstimate = Range;
/** A range of costs. */
export type CostEstimate = Range;

/** The largest unsigned integer of 64 bits: unlimited. */
export const maxUint64 = 0xffff_ffff_ffff_ffffn;

/** What is not known. */
export const unknownSize: SizeEstimate = { min: 0n, max: maxUint64 };

/** Exactly `value`. */
export function fixed(value: bigint | number): Range {
  return { min: BigInt(value), max: BigInt(value) };
}

function limit(value: bigint): bigint {
  return value > maxUint64 ? maxUint64 : value;
}

/** The sum of both. */
export function addRange(one: Range, other: Range): Range {
  return { min: limit(one.min + other.min), max: limit(one.max + other.max) };
}

/** The product of both. */
export function multiplyRange(one: Range, other: Range): Range {
  return { min: limit(one.min * other.min), max: limit(one.max * other.max) };
}

/**
 * The range times a factor that need not be whole, rounded up, calculated in double precision as cel-go does.
 */
export function scaleRange(range: Range, factor: number): Range {
  return { min: scale(range.min, factor), max: scale(range.max, factor) };
}

function scale(value: bigint, factor: number): bigint {
  const ceiling = Math.ceil(Number(value) * factor);
  return ceiling >= 2 ** 64 ? maxUint64 : BigInt(ceiling);
}

/** The smallest range that has both. */
export function uniteRange(one: Range, other: Range): Range {
  return {
    min: one.min < other.min ? one.min : other.min,
    max: one.max > other.max ? one.max : other.max,
  };
}

/** Costs of single steps (cel-go: common/cost.go). */
export const selectAndIdentCost = 1;
export const listCreateCost = 10;
export const mapCreateCost = 30;
export const structCreateCost = 40;
/** Per character or byte that is read once. */
export const stringTraversalFactor = 0.1;
/** Per character of a regular expression that is applied to a string. */
export const regexLengthFactor = 0.25;
