import type { Expression } from '../expression.ts';
import type { Macro, MacroError, MacroFactory } from '../library.ts';

/**
 * Macros of one variable, of two, and of optional values (cel-go: parser/macro.go, ext/comprehensions.go).
 */

type Expansion = Expression | MacroError | undefined;

interface Loop {
  readonly initial: Expression;
  readonly condition: Expression;
  readonly step: Expression;
  readonly result: Expression;
}

const isError = (value: unknown): value is MacroError =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'macro-error';

/** The names of the loop's variables, which must not be that of the accumulator. */
function variables(
  factory: MacroFactory,
  args: readonly Expression[],
  message: string,
): readonly string[] | MacroError {
  const names: string[] = [];
  for (const arg of args) {
    if (arg.kind !== 'ident') return factory.error(message, arg);
    names.push(arg.name);
  }
  if (names.length === 2 && names[0] === names[1]) {
    return factory.error(`duplicate variable name: ${names[0]!}`, args[1]!);
  }
  for (const [index, name] of names.entries()) {
    if (name === factory.accumulator || name === '__result__') {
      return factory.error('iteration variable overwrites accumulator variable', args[index]!);
    }
  }
  return names;
}

function loop(factory: MacroFactory, range: Expression, names: readonly string[], parts: Loop): Expression {
  return factory.comprehension({
    range,
    variable: names[0]!,
    ...(names[1] === undefined ? {} : { variable2: names[1] }),
    accumulator: factory.accumulator,
    ...parts,
  });
}

type LoopParts = (factory: MacroFactory, rest: readonly Expression[], names: readonly string[]) => Loop;

const all: LoopParts = (factory, [predicate]) => ({
  initial: factory.literal(true),
  condition: factory.call('@not_strictly_false', factory.ident(factory.accumulator)),
  step: factory.call('_&&_', factory.ident(factory.accumulator), predicate!),
  result: factory.ident(factory.accumulator),
});

const exists: LoopParts = (factory, [predicate]) => ({
  initial: factory.literal(false),
  condition: factory.call('@not_strictly_false', factory.call('!_', factory.ident(factory.accumulator))),
  step: factory.call('_||_', factory.ident(factory.accumulator), predicate!),
  result: factory.ident(factory.accumulator),
});

const existsOne: LoopParts = (factory, [predicate]) => ({
  initial: factory.literal(0n),
  condition: factory.literal(true),
  step: factory.call(
    '_?_:_',
    predicate!,
    factory.call('_+_', factory.ident(factory.accumulator), factory.literal(1n)),
    factory.ident(factory.accumulator),
  ),
  result: factory.call('_==_', factory.ident(factory.accumulator), factory.literal(1n)),
});

/** A loop that adds to a list or map: `add` is the step of one element, taken where the filter holds. */
function collect(
  factory: MacroFactory,
  initial: Expression,
  filter: Expression | undefined,
  add: Expression,
): Loop {
  return {
    initial,
    condition: factory.literal(true),
    step: filter === undefined ? add : factory.call('_?_:_', filter, add, factory.ident(factory.accumulator)),
    result: factory.ident(factory.accumulator),
  };
}

/** The filter, if there is one, and the transformation: the last two arguments. */
function transformation(rest: readonly Expression[]): [Expression | undefined, Expression] {
  return rest.length === 2 ? [rest[0], rest[1]!] : [undefined, rest[0]!];
}

const toList: LoopParts = (factory, rest) => {
  const [filter, transform] = transformation(rest);
  const add = factory.call('_+_', factory.ident(factory.accumulator), factory.list(transform));
  return collect(factory, factory.list(), filter, add);
};

const toMap: LoopParts = (factory, rest, names) => {
  const [filter, transform] = transformation(rest);
  const key = factory.ident(names[0]!);
  const add = factory.call('cel.@mapInsert', factory.ident(factory.accumulator), key, transform);
  return collect(factory, factory.map([]), filter, add);
};

const toMapEntries: LoopParts = (factory, rest) => {
  const [filter, transform] = transformation(rest);
  const add = factory.call('cel.@mapInsert', factory.ident(factory.accumulator), transform);
  return collect(factory, factory.map([]), filter, add);
};

const notIdentifier = 'argument is not an identifier';

function loopMacro(name: string, variableCount: 1 | 2, argumentCount: number, parts: LoopParts): Macro {
  const message = name === 'map' ? notIdentifier : 'argument must be a simple name';
  return {
    name,
    member: true,
    argumentCount,
    expand(factory, target, args): Expansion {
      const names = variables(factory, args.slice(0, variableCount), message);
      if (isError(names)) return names;
      return loop(factory, target!, names, parts(factory, args.slice(variableCount), names));
    },
  };
}

/** What `list.filter(x, predicate)` adds is the variable itself, as the text has it. */
const filter: Macro = {
  name: 'filter',
  member: true,
  argumentCount: 2,
  expand(factory, target, args): Expansion {
    const names = variables(factory, args.slice(0, 1), notIdentifier);
    if (isError(names)) return names;
    const add = factory.call('_+_', factory.ident(factory.accumulator), factory.list(args[0]!));
    return loop(factory, target!, names, collect(factory, factory.list(), args[1], add));
  },
};

const has: Macro = {
  name: 'has',
  member: false,
  argumentCount: 1,
  expand(factory, _target, [argument]): Expansion {
    return argument!.kind === 'select'
      ? factory.select(argument!.operand, argument!.field, true)
      : factory.error('invalid argument to has() macro', argument!);
  },
};

/** The macros of the language itself. */
export const standardMacros: readonly Macro[] = [
  has,
  loopMacro('all', 1, 2, all),
  loopMacro('exists', 1, 2, exists),
  loopMacro('exists_one', 1, 2, existsOne),
  loopMacro('map', 1, 2, toList),
  loopMacro('map', 1, 3, toList),
  filter,
];

/** Comprehensions of two variables. */
export const twoVariableMacros: readonly Macro[] = [
  loopMacro('all', 2, 3, all),
  loopMacro('exists', 2, 3, exists),
  loopMacro('existsOne', 2, 3, existsOne),
  loopMacro('exists_one', 2, 3, existsOne),
  loopMacro('transformList', 2, 3, toList),
  loopMacro('transformList', 2, 4, toList),
  loopMacro('transformMap', 2, 3, toMap),
  loopMacro('transformMap', 2, 4, toMap),
  loopMacro('transformMapEntry', 2, 3, toMapEntries),
  loopMacro('transformMapEntry', 2, 4, toMapEntries),
];

/** `result` with `name` standing for `value`, which is evaluated once, when it is needed. */
function bind(factory: MacroFactory, name: string, value: Expression, result: Expression): Expression {
  return factory.comprehension({
    range: factory.list(),
    variable: '#unused',
    accumulator: name,
    initial: value,
    condition: factory.literal(false),
    step: factory.ident(name),
    result,
  });
}

/** `cel.bind(name, value, result)`. */
export const bindMacro: Macro = {
  name: 'bind',
  member: true,
  argumentCount: 3,
  expand(factory, target, [name, value, result]): Expansion {
    if (target?.kind !== 'ident' || target.name !== 'cel') return undefined;
    return name!.kind === 'ident'
      ? bind(factory, name!.name, value!, result!)
      : factory.error('cel.bind() variable names must be simple identifiers', name!);
  },
};

function optionalMacro(
  name: string,
  finish: (factory: MacroFactory, bound: Expression) => Expression,
): Macro {
  return {
    name,
    member: true,
    argumentCount: 2,
    expand(factory, target, [variable, transform]): Expansion {
      if (variable!.kind !== 'ident') {
        return factory.error(`${name}() variable name must be a simple identifier`, variable!);
      }
      const hasValue = factory.memberCall('hasValue', target!);
      const value = factory.memberCall('value', factory.copy(target!));
      const bound = bind(factory, variable!.name, value, transform!);
      return factory.call('_?_:_', hasValue, finish(factory, bound), factory.call('optional.none'));
    },
  };
}

/** `optional.optMap(x, …)` and `optional.optFlatMap(x, …)` (cel-go: cel/library.go). */
export const optionalMacros: readonly Macro[] = [
  optionalMacro('optMap', (factory, bound) => factory.call('optional.of', bound)),
  optionalMacro('optFlatMap', (_factory, bound) => bound),
];
