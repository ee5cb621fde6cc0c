import {
  addQuantities,
  compareQuantities,
  parseQuantity,
  type Quantity,
  QuantityError,
  subtractQuantities,
} from '@pg8s/k8s-proto/quantity';
import type { Library } from '../../library.ts';
import { boolType, doubleType, intType, objectType, stringType } from '../../types.ts';
import { EvaluationError, OpaqueValue, type Value } from '../../values.ts';
import { declare, member, overload } from '../declare.ts';
import { addSmall, integerOf, type SmallAmount, smallAmount } from './small-amount.ts';

/** The type of `quantity('…')`. */
export const quantityType = objectType('kubernetes.Quantity');

/** A resource quantity as a value. */
export class QuantityValue extends OpaqueValue {
  readonly type = quantityType;
  readonly quantity: Quantity;
  /** How Go holds it while it is small; undefined when it is not, which decides whether it is an integer. */
  readonly small: SmallAmount | undefined;

  constructor(quantity: Quantity, small: SmallAmount | undefined) {
    super();
    this.quantity = quantity;
    this.small = small;
  }

  override comparesTo(other: Value): boolean {
    return other instanceof QuantityValue;
  }

  equals(other: Value): boolean {
    return other instanceof QuantityValue && compareQuantities(this.quantity, other.quantity) === 0;
  }
}

function quantityOf(text: string): QuantityValue | EvaluationError {
  try {
    return new QuantityValue(parseQuantity(text), smallAmount(text));
  } catch (error) {
    if (error instanceof QuantityError) return new EvaluationError(error.message);
    throw error;
  }
}

/** Go's `AsApproximateFloat64`: digits as a double, then the power of ten. */
function approximateFloat({ digits, scale }: Quantity): number {
  const base = Number(digits);
  return scale === 0 || base === 0 ? base : base * 10 ** scale;
}

const ofInteger = (value: bigint) =>
  new QuantityValue({ digits: value, scale: 0, format: 'DecimalExponent' }, { value, scale: 0 });

type Calculate = (left: Quantity, right: Quantity) => Quantity;

function arithmetic(name: 'add' | 'sub', exact: Calculate) {
  const sign = name === 'add' ? 1n : -1n;
  const calculate = (left: QuantityValue, right: QuantityValue) =>
    new QuantityValue(exact(left.quantity, right.quantity), addSmall(left.small, right.small, sign));
  return declare(
    name,
    member(`quantity_${name}`, [quantityType, quantityType], quantityType, calculate),
    member(
      `quantity_${name}_int`,
      [quantityType, intType],
      quantityType,
      (left: QuantityValue, right: bigint) => calculate(left, ofInteger(right)),
    ),
  );
}

const compared = (left: QuantityValue, right: QuantityValue) =>
  compareQuantities(left.quantity, right.quantity);

/**
 * `quantity()`, `isQuantity()`, comparison and arithmetic (Kubernetes: `kubernetes.quantity`, since 1.28).
 */
export const quantityLibrary: Library = {
  name: 'kubernetes.quantity',
  functions: [
    declare('quantity', overload('string_to_quantity', [stringType], quantityType, quantityOf)),
    declare(
      'isQuantity',
      overload(
        'is_quantity_string',
        [stringType],
        boolType,
        (text: string) => quantityOf(text) instanceof QuantityValue,
      ),
    ),
    declare(
      'sign',
      // Not a member, although it is documented as one.
      overload('quantity_sign', [quantityType], intType, ({ quantity: { digits } }: QuantityValue) =>
        digits === 0n ? 0n : digits > 0n ? 1n : -1n,
      ),
    ),
    declare(
      'isGreaterThan',
      member(
        'quantity_is_greater_than',
        [quantityType, quantityType],
        boolType,
        (left: QuantityValue, right: QuantityValue) => compared(left, right) > 0,
      ),
    ),
    declare(
      'isLessThan',
      member(
        'quantity_is_less_than',
        [quantityType, quantityType],
        boolType,
        (left: QuantityValue, right: QuantityValue) => compared(left, right) < 0,
      ),
    ),
    declare(
      'compareTo',
      member(
        'quantity_compare_to',
        [quantityType, quantityType],
        intType,
        (left: QuantityValue, right: QuantityValue) => BigInt(compared(left, right)),
      ),
    ),
    declare(
      'asApproximateFloat',
      member('quantity_get_float', [quantityType], doubleType, ({ quantity }: QuantityValue) =>
        approximateFloat(quantity),
      ),
    ),
    declare(
      'asInteger',
      member(
        'quantity_get_int',
        [quantityType],
        intType,
        ({ small }: QuantityValue) =>
          integerOf(small) ?? new EvaluationError('cannot convert value to integer'),
      ),
    ),
    declare(
      'isInteger',
      member(
        'quantity_is_integer',
        [quantityType],
        boolType,
        ({ small }: QuantityValue) => integerOf(small) !== undefined,
      ),
    ),
    arithmetic('add', addQuantities),
    arithmetic('sub', subtractQuantities),
  ],
};
