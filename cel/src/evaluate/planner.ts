import type { Checked, Reference } from '../checker/checker.ts';
import type { DeclaredFunction } from '../checker/declarations.ts';
import { EntryMap } from '../collections.ts';
import { equals, isComparable } from '../equality.ts';
import { listCreateCost, mapCreateCost, selectAndIdentCost, structCreateCost } from '../estimate.ts';
import type {
  CallExpression,
  ComprehensionExpression,
  Expression,
  ListExpression,
  MapExpression,
  SelectExpression,
  StructExpression,
} from '../expression.ts';
import { printValue } from '../format-value.ts';
import type { CallCheck, CostEstimator } from '../library.ts';
import { compileRegex } from '../standard/regex.ts';
import type { ObjectDeclaration } from '../types.ts';
import {
  ArrayList,
  EvaluationError,
  ListValue,
  noSuchOverload,
  OptionalValue,
  Uint,
  type Result,
  type Value,
} from '../values.ts';
import { type Attribute, invalidKey, isKey, qualify, resolveAttribute } from './attribute.ts';
import { callCost } from './cost.ts';
import { implementation } from './dispatch.ts';
import { runFold } from './fold.ts';
import type { Run } from './frame.ts';

/** What the planner takes from an environment. */
export interface PlanContext {
  findFunction(name: string): DeclaredFunction | undefined;
  findObject(name: string): ObjectDeclaration | undefined;
  readonly costs: readonly CostEstimator[];
  readonly checks: ReadonlyMap<string, CallCheck>;
}

/** A program: how to run it, and how many local variables a frame needs. */
export interface Program {
  readonly run: Run;
  readonly localCount: number;
}

/** Thrown where a constant makes the whole expression impossible: `duration("x")`. */
export class InstantiationFailed {
  readonly error: EvaluationError;

  constructor(error: EvaluationError) {
    this.error = error;
  }
}

/** A node: a constant, a chain of selections that may still grow, or anything else. */
type Plan =
  | { readonly kind: 'constant'; readonly value: Value }
  | { readonly kind: 'attribute'; readonly attribute: Attribute; readonly testOnly: boolean }
  | { readonly kind: 'run'; readonly run: Run };

/** Constant arguments of these are converted once (cel-go: IsTypeConversionFunction). */
const conversions = new Set([
  'bool',
  'bytes',
  'double',
  'duration',
  'dyn',
  'int',
  'string',
  'timestamp',
  'type',
  'uint',
]);

/** Makes closures of a checked expression. @throws InstantiationFailed */
export function plan(checked: Checked, context: PlanContext): Program {
  const planner = new Planner(checked, context);
  const run = planner.run(checked.expression);
  return { run, localCount: planner.localCount };
}

const constant = (value: Value): Plan => ({ kind: 'constant', value });
const running = (run: Run): Plan => ({ kind: 'run', run });

/** Runs a plan as a whole, with what that costs. */
function runPlan(node: Plan): Run {
  if (node.kind === 'run') return node.run;
  if (node.kind === 'constant') return () => node.value;
  const resolve = resolveAttribute(node.attribute);
  if (node.testOnly) {
    return (frame) => {
      const value = resolve(frame);
      return value instanceof OptionalValue ? value.value !== undefined : value;
    };
  }
  if (node.attribute.kind === 'conditional') return resolve;
  return (frame) => {
    const value = resolve(frame);
    frame.charge(selectAndIdentCost);
    return value;
  };
}

/** A plan as the start of a chain of selections. */
function toAttribute(node: Plan): Attribute {
  return node.kind === 'attribute' ? node.attribute : { kind: 'base', base: runPlan(node), qualifiers: [] };
}

class Planner {
  localCount = 0;
  readonly #checked: Checked;
  readonly #context: PlanContext;
  readonly #scopes: Map<string, Run>[] = [];

  constructor(checked: Checked, context: PlanContext) {
    this.#checked = checked;
    this.#context = context;
  }

  run(expression: Expression): Run {
    return runPlan(this.#plan(expression));
  }

  #plan(expression: Expression): Plan {
    const reference = this.#checked.references.get(expression.id);
    switch (expression.kind) {
      case 'literal':
        return constant(expression.value);
      case 'ident':
        return this.#name(expression.name, reference);
      case 'select':
        return reference === undefined ? this.#select(expression) : this.#name('', reference);
      case 'call':
        return this.#call(expression, reference);
      case 'list':
        return this.#list(expression);
      case 'map':
        return this.#map(expression);
      case 'struct':
        return this.#struct(expression, reference);
      case 'comprehension':
        return running(this.#comprehension(expression));
    }
  }

  #name(written: string, reference: Reference | undefined): Plan {
    const found = reference?.kind === 'name' ? reference : undefined;
    if (found?.value !== undefined) return constant(found.value);
    const name = found?.name ?? written;
    for (let index = this.#scopes.length - 1; index >= 0; index--) {
      const local = this.#scopes[index]!.get(name);
      if (local !== undefined) return this.#base(local);
    }
    const missing = new EvaluationError(`no such attribute(s): ${name}`);
    return this.#base((frame) => {
      const value = frame.variables.get(name);
      return value === undefined ? missing : value;
    });
  }

  #base(base: Run): Plan {
    return { kind: 'attribute', attribute: { kind: 'base', base, qualifiers: [] }, testOnly: false };
  }

  #select({ operand, field, testOnly }: SelectExpression): Plan {
    const attribute = toAttribute(this.#plan(operand));
    qualify(attribute, { key: field, optional: false, testOnly });
    return { kind: 'attribute', attribute, testOnly };
  }

  #index(args: readonly Plan[], optional: boolean): Plan {
    const attribute = toAttribute(args[0]!);
    const index = args[1]!;
    if (index.kind === 'constant' && !isKey(index.value)) {
      throw new InstantiationFailed(invalidKey(index.value));
    }
    const key =
      index.kind === 'constant'
        ? index.value
        : index.kind === 'attribute'
          ? resolveAttribute(index.attribute)
          : index.run;
    qualify(attribute, { key, optional, testOnly: false });
    return { kind: 'attribute', attribute, testOnly: false };
  }

  #call(expression: CallExpression, reference: Reference | undefined): Plan {
    if (reference?.kind !== 'call') throw new Error(`the call of ${expression.name} was not checked`);
    const { name, overloadIds, namespaced } = reference;
    const target = namespaced ? undefined : expression.target;
    const args = (target === undefined ? expression.args : [target, ...expression.args]).map((arg) =>
      this.#plan(arg),
    );
    const overloadId = overloadIds.length === 1 ? overloadIds[0]! : '';
    switch (name) {
      case '_&&_':
        return running(logic(args.map(runPlan), false));
      case '_||_':
        return running(logic(args.map(runPlan), true));
      case '_?_:_': {
        const [condition, whenTrue, whenFalse] = args;
        const attribute: Attribute = {
          kind: 'conditional',
          condition: runPlan(condition!),
          whenTrue: toAttribute(whenTrue!),
          whenFalse: toAttribute(whenFalse!),
        };
        return { kind: 'attribute', attribute, testOnly: false };
      }
      case '_==_':
      case '_!=_':
        return running(this.#equality(name, args.map(runPlan)));
      case '_[_]':
        return this.#index(args, false);
      case '_?._':
      case '_[?_]':
        return this.#index(args, true);
      case '@not_strictly_false':
        return running(this.#notStrictlyFalse(runPlan(args[0]!)));
      case 'or':
      case 'orValue':
        if (overloadId === 'optional_or_optional' || overloadId === 'optional_orValue_value') {
          return running(optionalOr(args.map(runPlan), name === 'orValue'));
        }
        break;
      default:
    }
    return this.#optimized(name, overloadId, args) ?? this.#general(name, overloadIds, args);
  }

  /** What is known of the call before it is run (cel-go: decOptimize, decRegexOptimizer). */
  #optimized(name: string, overloadId: string, args: readonly Plan[]): Plan | undefined {
    if (overloadId === 'in_list' && args[1]!.kind === 'constant' && args[1]!.value instanceof ListValue) {
      return isIn(args[0]!, args[1]!.value);
    }
    if (args.length === 1 && args[0]!.kind === 'constant' && conversions.has(name)) {
      const declared = this.#context.findFunction(name);
      if (declared === undefined) return undefined;
      const result = implementation(declared, overloadId === '' ? [] : [overloadId])([args[0]!.value]);
      if (result instanceof EvaluationError) throw new InstantiationFailed(result);
      return constant(result);
    }
    const pattern = args[name === 'matches' ? 1 : (this.#context.checks.get(name)?.regexArgument ?? -1)];
    if (pattern?.kind === 'constant' && typeof pattern.value === 'string') {
      const regex = compileRegex(pattern.value);
      if (regex instanceof EvaluationError) throw new InstantiationFailed(regex);
    }
    return undefined;
  }

  #general(name: string, overloadIds: readonly string[], plans: readonly Plan[]): Plan {
    const declared = this.#context.findFunction(name);
    if (declared === undefined) throw new Error(`the function ${name} is gone`);
    const invoke = implementation(declared, overloadIds);
    const overloadId = overloadIds.length === 1 ? overloadIds[0]! : '';
    const cost = callCost(name, overloadId, this.#context.costs);
    const args = plans.map(runPlan);
    // Functions of one or two arguments evaluate both before they look at errors, and are charged; those of
    // more stop at the first error and are not, unless it is the last.
    // A constant pattern makes matches() one of those.
    const together =
      args.length <= 2 &&
      (declared.call !== undefined || overloadIds.length === 1 || args.length === 0) &&
      !(name === 'matches' && plans[1]?.kind === 'constant');
    return running((frame) => {
      const values: Result[] = [];
      let error: EvaluationError | undefined;
      for (const arg of args) {
        const value = arg(frame);
        values.push(value);
        if (value instanceof EvaluationError) {
          error ??= value;
          if (!together) break;
        }
      }
      const result = error ?? invoke(values as readonly Value[]);
      if (values.length === args.length) frame.charge(cost(values, result));
      return result;
    });
  }

  #equality(name: string, [one, other]: readonly Run[]): Run {
    const cost = callCost(name, name === '_==_' ? 'equals' : 'not_equals', this.#context.costs);
    const expected = name === '_==_';
    return (frame) => {
      const left = one!(frame);
      const right = other!(frame);
      const result =
        left instanceof EvaluationError
          ? left
          : right instanceof EvaluationError
            ? right
            : expected && !isComparable(left, right)
              ? noSuchOverload
              : equals(left, right) === expected;
      frame.charge(cost([left, right], result));
      return result;
    };
  }

  #notStrictlyFalse(arg: Run): Run {
    const cost = callCost('@not_strictly_false', 'not_strictly_false', this.#context.costs);
    return (frame) => {
      const value = arg(frame);
      const result = value !== false;
      frame.charge(cost([value], result));
      return result;
    };
  }

  #list({ elements, optional }: ListExpression): Plan {
    const plans = elements.map((element) => this.#plan(element));
    const optionals = new Set(optional);
    const runs = plans.map(runPlan);
    const make = (frame: Parameters<Run>[0]): Result => {
      const values: Value[] = [];
      for (const [index, run] of runs.entries()) {
        const value = run(frame);
        if (value instanceof EvaluationError) return value;
        if (!optionals.has(index)) values.push(value);
        else if (!(value instanceof OptionalValue)) {
          return new EvaluationError(
            `cannot initialize optional list element from non-optional value ${printValue(value)}`,
          );
        } else if (value.value !== undefined) values.push(value.value);
      }
      return new ArrayList(values);
    };
    if (optional.length === 0 && plans.every((each) => each.kind === 'constant')) {
      return constant(new ArrayList(plans.map((each) => each.value)));
    }
    return running((frame) => {
      const list = make(frame);
      frame.charge(listCreateCost);
      return list;
    });
  }

  #map({ entries }: MapExpression): Plan {
    const plans = entries.map(({ key, value, optional }) => ({
      key: this.#plan(key),
      value: this.#plan(value),
      optional,
    }));
    if (
      plans.every(
        ({ key, value, optional }) => key.kind === 'constant' && value.kind === 'constant' && !optional,
      )
    ) {
      const map = new EntryMap();
      for (const { key, value } of plans) {
        if (key.kind !== 'constant' || value.kind !== 'constant') continue;
        map.set(key.value, value.value);
      }
      return constant(map);
    }
    const runs = plans.map(({ key, value, optional }) => ({
      key: runPlan(key),
      value: runPlan(value),
      optional,
    }));
    const make = (frame: Parameters<Run>[0]): Result => {
      const map = new EntryMap();
      for (const { key: runKey, value: runValue, optional } of runs) {
        const key = runKey(frame);
        if (key instanceof EvaluationError) return key;
        const result = runValue(frame);
        if (result instanceof EvaluationError) return result;
        let value: Value = result;
        if (optional) {
          if (!(value instanceof OptionalValue)) return notOptional(printValue(key), value);
          if (value.value === undefined) {
            map.delete(key);
            continue;
          }
          ({ value } = value);
        }
        map.set(key, value);
      }
      return map;
    };
    return running((frame) => {
      const map = make(frame);
      frame.charge(mapCreateCost);
      return map;
    });
  }

  #struct({ name, fields }: StructExpression, reference: Reference | undefined): Plan {
    const typeName = reference?.kind === 'name' ? reference.name : name;
    const declaration = this.#context.findObject(typeName);
    const runs = fields.map((field) => ({ ...field, run: this.run(field.value) }));
    const make = (frame: Parameters<Run>[0]): Result => {
      const values = new Map<string, Value>();
      for (const { name: field, optional, run } of runs) {
        const result = run(frame);
        if (result instanceof EvaluationError) return result;
        let value: Value = result;
        if (optional) {
          if (!(value instanceof OptionalValue)) return notOptional(field, value);
          if (value.value === undefined) {
            values.delete(field);
            continue;
          }
          ({ value } = value);
        }
        values.set(field, value);
      }
      return declaration?.create === undefined
        ? new EvaluationError(`unknown type '${typeName}'`)
        : (declaration.create(values) as Result);
    };
    return running((frame) => {
      const object = make(frame);
      frame.charge(structCreateCost);
      return object;
    });
  }

  #slot(): number {
    return this.localCount++;
  }

  #comprehension(expression: ComprehensionExpression): Run {
    const range = this.#plan(expression.range);
    const initialPlan = this.#plan(expression.initial);
    const initial = initialPlan.kind === 'constant' ? { constant: initialPlan.value } : undefined;
    const initialRun = runPlan(initialPlan);
    const accumulator = this.#slot();
    const variable = this.#slot();
    const variable2 = expression.variable2 === undefined ? undefined : this.#slot();
    const read = (slot: number): Run => {
      return (frame) => frame.locals[slot] as Result;
    };
    const readAccumulator: Run = (frame) => {
      const value = frame.locals[accumulator];
      return value === undefined ? (frame.locals[accumulator] = initialRun(frame)) : value;
    };
    this.#scopes.push(new Map([[expression.accumulator, readAccumulator]]));
    const variables = new Map([[expression.variable, read(variable)]]);
    if (variable2 !== undefined) variables.set(expression.variable2!, read(variable2));
    // The accumulator hides variables of the same name.
    variables.delete(expression.accumulator);
    this.#scopes.push(variables);
    const condition = this.run(expression.condition);
    const step = this.run(expression.step);
    this.#scopes.pop();
    const result = this.run(expression.result);
    this.#scopes.pop();
    const isLoop = !(range.kind === 'constant' && range.value instanceof ListValue && range.value.size === 0);
    return runFold(
      { range: runPlan(range), variable, variable2, accumulator, initial, condition, step, result },
      isLoop,
    );
  }
}

function notOptional(key: string, value: Value): EvaluationError {
  return new EvaluationError(
    `cannot initialize optional entry '${key}' from non-optional value ${printValue(value)}`,
  );
}

/** `&&` (ends with false) and `||` (ends with true): an error counts only if nothing else decides. */
function logic(terms: readonly Run[], deciding: boolean): Run {
  return (frame) => {
    let error: EvaluationError | undefined;
    for (const term of terms) {
      const value = term(frame);
      if (value === deciding) return deciding;
      if (typeof value !== 'boolean') error ??= value instanceof EvaluationError ? value : noSuchOverload;
    }
    return error ?? !deciding;
  };
}

function optionalOr([one, other]: readonly Run[], unwrap: boolean): Run {
  return (frame) => {
    const value = one!(frame);
    if (!(value instanceof OptionalValue)) return value;
    if (value.value === undefined) return other!(frame);
    return unwrap ? value.value : value;
  };
}

/**
 * A number or text as it is found among others of equal value; undefined for what is looked for one by one.
 */
function memberKey(value: Value): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return value;
    case 'number':
      return Number.isInteger(value) ? BigInt(value) : value;
    default:
      return value instanceof Uint ? value.value : undefined;
  }
}

/** `x in [constants]`: free but for `x` when all are numbers, strings or booleans. */
function isIn(element: Plan, list: ListValue): Plan | undefined {
  if (list.size === 0) return constant(false);
  const members = new Set<unknown>();
  for (let index = 0; index < list.size; index++) {
    const key = memberKey(list.get(index));
    if (key === undefined) return undefined;
    if (!Number.isNaN(key)) members.add(key);
  }
  const run = runPlan(element);
  return running((frame) => {
    const value = run(frame);
    return value instanceof EvaluationError ? value : members.has(memberKey(value));
  });
}
