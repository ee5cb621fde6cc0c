import { selectAndIdentCost } from '../estimate.ts';
import { goType, typeOf } from '../equality.ts';
import { printValue } from '../format-value.ts';
import {
  EvaluationError,
  ListValue,
  MapValue,
  noSuchOverload,
  ObjectValue,
  optionalNone,
  OptionalValue,
  Uint,
  type Result,
  type Value,
} from '../values.ts';
import type { Run } from './frame.ts';

/**
 * Chains of selections, `a.b[c].?d`, which are evaluated and charged as one (cel-go:
 * interpreter/attributes.go). The base costs 1 where the whole chain is evaluated, every selection 1; a
 * condition in front costs nothing.
 */
export type Attribute =
  | {
      readonly kind: 'base';
      /** Not charged for a variable, charged for the value of anything else. */
      readonly base: Run;
      readonly qualifiers: Qualifier[];
    }
  | {
      readonly kind: 'conditional';
      readonly condition: Run;
      readonly whenTrue: Attribute;
      readonly whenFalse: Attribute;
    };

/** One selection. */
export interface Qualifier {
  /** The key, or what is evaluated to be it. */
  readonly key: Value | Run;
  readonly optional: boolean;
  /** Only whether there is something counts: the last selection of has(). */
  readonly testOnly: boolean;
}

/** Adds a selection. */
export function qualify(attribute: Attribute, qualifier: Qualifier): void {
  if (attribute.kind === 'base') attribute.qualifiers.push(qualifier);
  else {
    qualify(attribute.whenTrue, qualifier);
    qualify(attribute.whenFalse, qualifier);
  }
}

/** Runs the chain, charging its selections. */
export function resolveAttribute(attribute: Attribute): Run {
  if (attribute.kind === 'conditional') {
    const { condition } = attribute;
    const whenTrue = resolveAttribute(attribute.whenTrue);
    const whenFalse = resolveAttribute(attribute.whenFalse);
    return (frame) => {
      const value = condition(frame);
      if (value === true) return whenTrue(frame);
      if (value === false) return whenFalse(frame);
      return value instanceof EvaluationError ? value : noSuchOverload;
    };
  }
  const { qualifiers } = attribute;
  const base = flat(attribute.base);
  if (qualifiers.length === 0) return base;
  const [only] = qualifiers;
  if (qualifiers.every((each) => typeof each.key === 'string' && !each.optional && !each.testOnly)) {
    return selectFields(
      base,
      qualifiers.map(({ key }) => key as string),
    );
  }
  const { key, optional, testOnly } = only!;
  return qualifiers.length === 1 && typeof key !== 'function' && !optional && !testOnly
    ? selectOne(base, key)
    : selectAll(base, qualifiers);
}

/** An optional of an optional at the start of a chain is one of what is innermost, as cel-go unwraps it. */
function flat(base: Run): Run {
  return (frame) => {
    const value = base(frame);
    if (!(value instanceof OptionalValue) || !(value.value instanceof OptionalValue)) return value;
    let inner: Value | undefined = value.value;
    while (inner instanceof OptionalValue) inner = inner.value;
    return new OptionalValue(inner ?? null);
  };
}

/** The common case: only fields, none optional. */
function selectFields(base: Run, fields: readonly string[]): Run {
  return (frame) => {
    let value = base(frame);
    if (value instanceof EvaluationError) return value;
    const optional = value instanceof OptionalValue;
    if (optional) {
      if ((value as OptionalValue).value === undefined) return value;
      value = (value as OptionalValue).value!;
    }
    for (const field of fields) {
      if (optional) {
        const found = find(value as Value, field);
        if (found === undefined) return optionalNone;
        if (found instanceof EvaluationError) return found;
        frame.charge(selectAndIdentCost);
        value = found;
      } else {
        const found: Result | undefined =
          value instanceof MapValue ? (value.find(field) ?? missingKey(field)) : get(value as Value, field);
        frame.charge(selectAndIdentCost);
        if (found instanceof EvaluationError) return found;
        value = found;
      }
    }
    return optional ? new OptionalValue(value as Value) : value;
  };
}

/** `list[index]`, `map[key]` with a constant. */
function selectOne(base: Run, key: Value): Run {
  return (frame) => {
    const value = base(frame);
    if (value instanceof EvaluationError) return value;
    if (value instanceof OptionalValue) {
      const found = value.value === undefined ? undefined : find(value.value, key);
      if (found === undefined) return optionalNone;
      if (found instanceof EvaluationError) return found;
      frame.charge(selectAndIdentCost);
      return new OptionalValue(found);
    }
    const found = get(value, key);
    frame.charge(selectAndIdentCost);
    return found;
  };
}

function selectAll(base: Run, qualifiers: readonly Qualifier[]): Run {
  return (frame) => {
    const start = base(frame);
    if (start instanceof EvaluationError) return start;
    let optional = false;
    let value: Value = start;
    if (start instanceof OptionalValue) {
      if (start.value === undefined) return start;
      value = start.value;
      optional = true;
    }
    for (const qualifier of qualifiers) {
      optional ||= qualifier.optional;
      let key: Result;
      if (typeof qualifier.key === 'function') {
        key = qualifier.key(frame);
        if (key instanceof EvaluationError) {
          if (!optional) frame.charge(selectAndIdentCost);
          return key;
        }
      } else key = qualifier.key;
      if (qualifier.testOnly) return testPresence(value, key, optional, frame);
      if (optional) {
        const found = isKey(key) ? find(value, key) : invalidKey(key);
        if (found === undefined) return optionalNone;
        if (found instanceof EvaluationError) return found;
        frame.charge(selectAndIdentCost);
        value = found;
      } else {
        const found = get(value, key);
        frame.charge(selectAndIdentCost);
        if (found instanceof EvaluationError) return found;
        value = found;
      }
    }
    return optional ? new OptionalValue(value) : value;
  };
}

/** The end of has(). With an optional before it only what is there is charged. */
function testPresence(
  value: Value,
  key: Value,
  optional: boolean,
  frame: { charge(cost: number): void },
): Result {
  const present = isPresent(value, key);
  if (!optional || present === true) frame.charge(selectAndIdentCost);
  return present;
}

function isPresent(value: Value, key: Value): boolean | EvaluationError {
  if (value instanceof ObjectValue && typeof key === 'string') return value.has(key) ?? missingField(key);
  const found = find(value, key);
  return found instanceof EvaluationError ? found : found !== undefined;
}

function missingKey(key: Value): EvaluationError {
  return new EvaluationError(`no such key: ${printValue(key)}`);
}

function missingField(field: string): EvaluationError {
  return new EvaluationError(`no such field '${field}'`);
}

/** The index that a key of a list means, or why it means none. */
function indexOf(key: Value): number | EvaluationError {
  if (typeof key === 'bigint') return Number(key);
  if (typeof key === 'number') {
    if (Number.isSafeInteger(key)) return key;
  } else if (key instanceof Uint) {
    if (key.value < 2n ** 63n) return Number(key.value);
  } else return new EvaluationError(`unsupported index type '${typeOf(key).name}' in list`);
  return new EvaluationError(`unsupported index value ${printValue(key)} in list`);
}

/** The error about a value that can be neither index nor key. */
export function invalidKey(key: Value): EvaluationError {
  return new EvaluationError(`invalid qualifier type: ${goType(key)}`);
}

/** Whether a value can be an index or key. */
export function isKey(key: Value): boolean {
  switch (typeof key) {
    case 'string':
    case 'bigint':
    case 'number':
    case 'boolean':
      return true;
    default:
      return key instanceof Uint;
  }
}

/** The element, entry or field; undefined when there is none, an error when the key cannot be one. */
function find(value: Value, key: Value): Result | undefined {
  if (value instanceof MapValue) return value.find(key);
  if (value instanceof ListValue) {
    const index = indexOf(key);
    if (index instanceof EvaluationError) return index;
    return index >= 0 && index < value.size ? value.get(index) : undefined;
  }
  if (value instanceof ObjectValue && typeof key === 'string') {
    const present = value.has(key);
    if (present === undefined) return missingField(key);
    return present ? value.get(key) : undefined;
  }
  return undefined;
}

/** The element, entry or field, or the error that there is none. */
function get(value: Value, key: Value): Result {
  if (!isKey(key)) return invalidKey(key);
  if (value instanceof ObjectValue) {
    return typeof key === 'string' ? (value.get(key) ?? missingField(key)) : noSuchOverload;
  }
  const found = find(value, key);
  if (found !== undefined) return found;
  return value instanceof ListValue
    ? new EvaluationError(`index out of bounds: ${printValue(key)}`)
    : missingKey(key);
}
