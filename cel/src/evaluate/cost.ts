import { regexLengthFactor, stringTraversalFactor } from '../estimate.ts';
import type { CostEstimator } from '../library.ts';
import { sizeOf } from '../standard/library.ts';
import { EvaluationError, OptionalValue, type Result } from '../values.ts';

/** The size of a value for costs: what size() says, and 1 for what has none (cel-go: actualSize). */
export function actualSize(value: Result): number {
  if (value instanceof EvaluationError) return 1;
  const size = sizeOf(value);
  if (size !== undefined) return size;
  return value instanceof OptionalValue && value.value !== undefined ? actualSize(value.value) : 1;
}

function traversal(size: number): number {
  return Math.ceil(size * stringTraversalFactor);
}

type CallCost = (args: readonly Result[]) => number;

const first: CallCost = ([text]) => traversal(actualSize(text!));
const smaller: CallCost = ([one, other]) => traversal(Math.min(actualSize(one!), actualSize(other!)));
const both: CallCost = ([one, other]) => traversal(actualSize(one!) + actualSize(other!));

const byOverload = new Map<string, CallCost>([
  ['starts_with_string', first],
  ['ends_with_string', first],
  ['string_to_bytes', first],
  ['bytes_to_string', first],
  ['strings_quote', first],
  ['string_format', first],
  ['in_list', ([, list]) => actualSize(list!)],
  ['less_string', smaller],
  ['greater_string', smaller],
  ['less_equals_string', smaller],
  ['greater_equals_string', smaller],
  ['less_bytes', smaller],
  ['greater_bytes', smaller],
  ['less_equals_bytes', smaller],
  ['greater_equals_bytes', smaller],
  ['equals', smaller],
  ['not_equals', smaller],
  ['add_string', both],
  ['add_bytes', both],
  [
    'matches_string',
    ([text, pattern]) =>
      traversal(1 + actualSize(text!)) * Math.ceil(actualSize(pattern!) * regexLengthFactor),
  ],
  ['contains_string', ([text, part]) => traversal(actualSize(text!)) * traversal(actualSize(part!))],
]);

/** What a call costs: by the first of the estimators that says, else as cel-go's costCall. */
export function callCost(
  name: string,
  overloadId: string,
  estimators: readonly CostEstimator[],
): (args: readonly Result[], result: Result) => number {
  const standard = byOverload.get(overloadId);
  const own = estimators.filter(({ actualCost }) => actualCost !== undefined);
  if (own.length === 0) return standard ?? ((): number => 1);
  return (args, result) => {
    for (const estimator of own) {
      const cost = estimator.actualCost!(name, overloadId, args, result);
      if (cost !== undefined) return cost;
    }
    return standard === undefined ? 1 : standard(args);
  };
}
