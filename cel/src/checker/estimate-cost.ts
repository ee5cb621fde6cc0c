import { sizeOf } from '../standard/library.ts';
import {
  addRange,
  type CostEstimate,
  fixed,
  listCreateCost,
  mapCreateCost,
  maxUint64,
  multiplyRange,
  selectAndIdentCost,
  type SizeEstimate,
  structCreateCost,
  uniteRange,
} from '../estimate.ts';
import type {
  CallExpression,
  ComprehensionExpression,
  Expression,
  ListExpression,
  MapExpression,
  SelectExpression,
} from '../expression.ts';
import type { CallEstimate, CostEstimator, CostNode, SizeEstimator } from '../library.ts';
import { accumulatorName } from '../parser/tree-builder.ts';
import { type CelType, dynType, isOptionalType } from '../types.ts';
import { estimateStandardCall } from './call-cost.ts';
import type { Checked } from './checker.ts';

/** Sizes of the keys (or indexes) and values of a list or map, where the text tells both. */
interface EntrySizes {
  readonly container: 'list' | 'map';
  readonly key: SizeEstimate;
  readonly value: SizeEstimate;
}

/** A call to be estimated, its arguments estimated already. */
interface Call {
  readonly name: string;
  readonly overloadId: string;
  readonly target: CostNode | undefined;
  readonly args: readonly CostNode[];
  readonly argCosts: readonly CostEstimate[];
}

interface LocalVariable {
  readonly path: readonly string[];
  readonly size: SizeEstimate | undefined;
  readonly entries: EntrySizes | undefined;
}

const one = fixed(1);
const zero = fixed(0);
const selectCost = fixed(selectAndIdentCost);
const nothingYet: SizeEstimate = { min: maxUint64, max: 0n };

/**
 * The static cost of a checked expression as cel-go estimates it for Kubernetes, where has() is free
 * (checker/cost.go). `costs` are asked for calls first, `sizes` for what the text does not tell.
 */
export function estimateCost(
  checked: Checked,
  costs: readonly CostEstimator[],
  sizes: SizeEstimator,
): CostEstimate {
  return new Estimation(checked, costs, sizes).cost(checked.expression);
}

function isScalar(type: CelType): boolean {
  switch (type.kind) {
    case 'bool':
    case 'double':
    case 'duration':
    case 'int':
    case 'timestamp':
    case 'uint':
      return true;
    default:
      return isOptionalType(type) && isScalar(type.parameters[0]!);
  }
}

/** The size that the text itself tells. */
function sizeInText(expression: Expression): SizeEstimate | undefined {
  switch (expression.kind) {
    case 'literal':
      return fixed(sizeOf(expression.value) ?? 1);
    case 'list':
      return fixed(expression.elements.length);
    case 'map':
      return fixed(expression.entries.length);
    default:
      return undefined;
  }
}

function uniteEntries(first: EntrySizes | undefined, second: EntrySizes | undefined): EntrySizes | undefined {
  if (first === undefined || second === undefined) return undefined;
  return {
    container: first.container,
    key: uniteRange(first.key, second.key),
    value: uniteRange(first.value, second.value),
  };
}

class Estimation {
  readonly #checked: Checked;
  readonly #costs: readonly CostEstimator[];
  readonly #sizes: SizeEstimator;
  readonly #paths = new Map<number, readonly string[]>();
  readonly #computed = new Map<number, SizeEstimate>();
  readonly #entries = new Map<number, EntrySizes>();
  readonly #locals = new Map<string, LocalVariable[]>();

  constructor(checked: Checked, costs: readonly CostEstimator[], sizes: SizeEstimator) {
    this.#checked = checked;
    this.#costs = costs;
    this.#sizes = sizes;
  }

  cost(expression: Expression): CostEstimate {
    const reference = this.#checked.references.get(expression.id);
    switch (expression.kind) {
      case 'literal':
        return zero;
      case 'ident':
        return this.#name(expression.id, reference?.name ?? expression.name);
      case 'select':
        return reference === undefined ? this.#select(expression) : this.#name(expression.id, reference.name);
      case 'call':
        return this.#call(expression);
      case 'list':
        return this.#list(expression);
      case 'map':
        return this.#map(expression);
      case 'struct': {
        let sum = fixed(structCreateCost);
        for (const { value } of expression.fields) sum = addRange(sum, this.cost(value));
        return sum;
      }
      case 'comprehension':
        return isBinding(expression) ? this.#binding(expression) : this.#comprehension(expression);
    }
  }

  #typeOf(expression: Expression): CelType {
    return this.#checked.types.get(expression.id) ?? dynType;
  }

  #local(name: string): LocalVariable | undefined {
    return this.#locals.get(name)?.at(-1);
  }

  #push(name: string, variable: LocalVariable): void {
    const stack = this.#locals.get(name);
    if (stack === undefined) this.#locals.set(name, [variable]);
    else stack.push(variable);
  }

  #nameOf(expression: Expression): string | undefined {
    if (expression.kind !== 'ident') return undefined;
    return this.#checked.references.get(expression.id)?.name ?? expression.name;
  }

  #path(expression: Expression): readonly string[] {
    const name = this.#nameOf(expression);
    const local = name === undefined ? undefined : this.#local(name);
    return local?.path ?? this.#paths.get(expression.id) ?? [];
  }

  #name(id: number, name: string): CostEstimate {
    this.#paths.set(id, this.#local(name)?.path ?? [name]);
    return selectCost;
  }

  #select(expression: SelectExpression): CostEstimate {
    const sum = this.cost(expression.operand);
    if (expression.testOnly) return sum;
    this.#paths.set(expression.id, [...this.#path(expression.operand), expression.field]);
    switch (this.#typeOf(expression.operand).kind) {
      case 'map':
      case 'object':
      case 'parameter':
        return addRange(sum, selectCost);
      default:
        return sum;
    }
  }

  #node(expression: Expression): CostNode {
    const path = this.#path(expression);
    const hidden = path[0] === accumulatorName || path[0] === '__result__' || path.length === 0;
    return {
      path: hidden ? undefined : path,
      type: this.#typeOf(expression),
      expression,
      computedSize: this.#size(expression),
    };
  }

  #size(expression: Expression): SizeEstimate | undefined {
    const known = this.#computed.get(expression.id) ?? sizeInText(expression);
    if (known !== undefined) return known;
    const path = this.#path(expression);
    const type = this.#typeOf(expression);
    const estimated = this.#sizes.estimateSize({
      path: path.length === 0 ? undefined : path,
      type,
      expression,
      computedSize: undefined,
    });
    if (estimated !== undefined) {
      this.#computed.set(expression.id, estimated);
      return estimated;
    }
    if (isScalar(type)) return one;
    const name = this.#nameOf(expression);
    return name === undefined ? undefined : this.#local(name)?.size;
  }

  #sizeOrUnknown(expression: Expression): SizeEstimate {
    return this.#size(expression) ?? { min: 0n, max: maxUint64 };
  }

  #entrySizes(expression: Expression): EntrySizes | undefined {
    const known = this.#entries.get(expression.id);
    if (known !== undefined) return known;
    const name = this.#nameOf(expression);
    return name === undefined ? undefined : this.#local(name)?.entries;
  }

  #setSize(expression: Expression, size: SizeEstimate | undefined): void {
    if (size !== undefined) this.#computed.set(expression.id, size);
  }

  #setEntries(expression: Expression, entries: EntrySizes | undefined): void {
    if (entries !== undefined) this.#entries.set(expression.id, entries);
  }

  #call(expression: CallExpression): CostEstimate {
    const reference = this.#checked.references.get(expression.id);
    const { args } = expression;
    if (reference?.kind !== 'call') return zero;
    if (reference.name === 'dyn') {
      const sum = addRange(one, this.cost(args[0]!));
      this.#setSize(expression, this.#size(args[0]!));
      this.#setEntries(expression, this.#entrySizes(args[0]!));
      return sum;
    }
    const argCosts: CostEstimate[] = [];
    const nodes: CostNode[] = [];
    for (const arg of args) {
      argCosts.push(this.cost(arg));
      nodes.push(this.#node(arg));
    }
    let sum = zero;
    let target: CostNode | undefined;
    if (!reference.namespaced && expression.target !== undefined) {
      sum = this.cost(expression.target);
      target = this.#node(expression.target);
    }
    let callCost: CostEstimate = { min: maxUint64, max: 0n };
    let resultSize: SizeEstimate | undefined;
    for (const overloadId of reference.overloadIds) {
      const { cost, resultSize: size } = this.#callCost(expression, {
        name: reference.name,
        overloadId,
        target,
        args: nodes,
        argCosts,
      });
      callCost = uniteRange(callCost, cost);
      if (size !== undefined) resultSize = resultSize === undefined ? size : uniteRange(resultSize, size);
      if ((overloadId === 'index_list' || overloadId === 'index_map') && args.length > 0) {
        resultSize = this.#entrySizes(args[0]!)?.value;
        const part = overloadId === 'index_list' ? '@items' : '@values';
        this.#paths.set(expression.id, [...this.#path(args[0]!), part]);
      }
      resultSize ??= this.#size(expression);
    }
    this.#setSize(expression, resultSize);
    return addRange(sum, callCost);
  }

  #callCost(expression: CallExpression, { argCosts, ...call }: Call): CallEstimate {
    const { overloadId, target, args } = call;
    const withArgs = (cost: CostEstimate): CostEstimate => argCosts.reduce(addRange, cost);
    for (const estimator of this.#costs) {
      const own = estimator.estimateCall?.({ ...call, sizes: this.#sizes });
      if (own !== undefined) return { cost: withArgs(own.cost), resultSize: own.resultSize };
    }
    switch (overloadId) {
      case 'logical_and':
      case 'logical_or': {
        const [left, right] = argCosts;
        return { cost: { min: left!.min, max: addRange(left!, right!).max } };
      }
      case 'conditional': {
        const [, whenTrue, whenFalse] = expression.args;
        this.#setEntries(expression, uniteEntries(this.#entrySizes(whenTrue!), this.#entrySizes(whenFalse!)));
        return {
          cost: addRange(argCosts[0]!, uniteRange(argCosts[1]!, argCosts[2]!)),
          resultSize: uniteRange(this.#sizeOrUnknown(whenTrue!), this.#sizeOrUnknown(whenFalse!)),
        };
      }
      case 'add_string':
      case 'add_bytes':
      case 'add_list': {
        const [left, right] = expression.args;
        this.#setEntries(expression, uniteEntries(this.#entrySizes(left!), this.#entrySizes(right!)));
        break;
      }
      default:
    }
    const { cost, resultSize } = estimateStandardCall(overloadId, target, args);
    return { cost: withArgs(cost), resultSize };
  }

  #list(expression: ListExpression): CostEstimate {
    let sum = fixed(listCreateCost);
    let item: SizeEstimate = expression.elements.length === 0 ? zero : nothingYet;
    for (const element of expression.elements) {
      sum = addRange(sum, this.cost(element));
      item = uniteRange(item, this.#sizeOrUnknown(element));
    }
    this.#setEntries(expression, { container: 'list', key: one, value: item });
    return sum;
  }

  #map(expression: MapExpression): CostEstimate {
    let sum = fixed(mapCreateCost);
    let keys: SizeEstimate = expression.entries.length === 0 ? zero : nothingYet;
    let values = keys;
    for (const { key, value } of expression.entries) {
      sum = addRange(addRange(sum, this.cost(key)), this.cost(value));
      keys = uniteRange(keys, this.#sizeOrUnknown(key));
      values = uniteRange(values, this.#sizeOrUnknown(value));
    }
    this.#setEntries(expression, { container: 'map', key: keys, value: values });
    return sum;
  }

  /** The variable of a loop over `range`: its keys (or indexes) or its values. */
  #pushIterated(name: string, range: Expression, which: 'keys' | 'values'): void {
    const entries = this.#entrySizes(range);
    const isList = (entries?.container ?? this.#typeOf(range).kind) === 'list';
    const part = which === 'keys' ? (isList ? '@indices' : '@keys') : isList ? '@items' : '@values';
    this.#push(name, {
      path: [...this.#path(range), part],
      size: which === 'keys' ? entries?.key : entries?.value,
      entries: undefined,
    });
  }

  #pushAccumulator(name: string, initial: Expression): void {
    this.#push(name, {
      path: this.#path(initial),
      size: this.#size(initial),
      entries: this.#entrySizes(initial),
    });
  }

  #comprehension(expression: ComprehensionExpression): CostEstimate {
    const { range, initial, variable, variable2, accumulator } = expression;
    let sum = addRange(this.cost(range), this.cost(initial));
    this.#pushAccumulator(accumulator, initial);
    if (variable2 === undefined) {
      const isList = (this.#entrySizes(range)?.container ?? this.#typeOf(range).kind) === 'list';
      this.#pushIterated(variable, range, isList ? 'values' : 'keys');
    } else {
      this.#pushIterated(variable, range, 'keys');
      this.#pushIterated(variable2, range, 'values');
    }
    const condition = this.cost(expression.condition);
    const step = this.cost(expression.step);
    this.#locals.get(variable)!.pop();
    if (variable2 !== undefined) this.#locals.get(variable2)!.pop();
    sum = addRange(sum, this.cost(expression.result));
    this.#locals.get(accumulator)!.pop();
    const count = this.#sizeOrUnknown(range);
    if (initial.kind === 'literal') this.#setSize(expression, this.#size(initial));
    else if (initial.kind === 'list' || initial.kind === 'map') {
      this.#setSize(expression, count);
      this.#setEntries(expression, this.#entrySizes(expression.step));
    }
    return addRange(sum, multiplyRange(count, addRange(step, condition)));
  }

  #binding(expression: ComprehensionExpression): CostEstimate {
    let sum = addRange(this.cost(expression.range), this.cost(expression.initial));
    this.#pushAccumulator(expression.accumulator, expression.initial);
    sum = addRange(sum, this.cost(expression.result));
    this.#locals.get(expression.accumulator)!.pop();
    this.#setSize(expression, this.#size(expression.result));
    this.#setEntries(expression, this.#entrySizes(expression.result));
    return sum;
  }
}

/** Whether a comprehension only gives a name to a value. */
function isBinding({ range, condition, accumulator }: ComprehensionExpression): boolean {
  return (
    range.kind === 'list' &&
    range.elements.length === 0 &&
    condition.kind === 'literal' &&
    condition.value === false &&
    accumulator !== '__result__'
  );
}
