import type {
  CallExpression,
  ComprehensionExpression,
  Expression,
  ListExpression,
  MapExpression,
  SelectExpression,
  StructExpression,
} from '../expression.ts';
import { typeOf } from '../equality.ts';
import type { Issues } from '../parser/issues.ts';
import type { Parsed } from '../parser/parser.ts';
import {
  boolType,
  type CelType,
  dynType,
  errorType,
  intType,
  isOptionalType,
  isSameType,
  listType,
  mapType,
  optionalType,
  typeParameter,
} from '../types.ts';
import type { Value } from '../values.ts';
import {
  candidateNames,
  type Declarations,
  type DeclaredFunction,
  type DeclaredName,
  nameOfObject,
} from './declarations.ts';
import { isDynamicOrError, mostGeneral, Substitutions } from './unify.ts';

/** What a name or a call was found to be. */
export type Reference =
  | { readonly kind: 'name'; readonly name: string; readonly value?: Value }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly overloadIds: readonly string[];
      /** Whether the target of the call is part of the function's name. */
      readonly namespaced: boolean;
    };

/** A checked expression: types and references of its nodes by id. */
export interface Checked extends Parsed {
  readonly types: ReadonlyMap<number, CelType>;
  readonly references: ReadonlyMap<number, Reference>;
}

/** Checks types and resolves names (cel-go: checker/checker.go). Issues are reported to `issues`. */
export function check(parsed: Parsed, declarations: Declarations, issues: Issues): Checked {
  return new Checker(parsed, declarations, issues).run();
}

/** The name that selections from a name spell, `a.b.c`. */
export function qualifiedName(expression: Expression): string | undefined {
  if (expression.kind === 'ident') return expression.name;
  if (expression.kind !== 'select' || expression.testOnly) return undefined;
  const prefix = qualifiedName(expression.operand);
  return prefix === undefined ? undefined : `${prefix}.${expression.field}`;
}

function unwrap(type: CelType): CelType {
  return isOptionalType(type) ? type.parameters[0]! : type;
}

class Checker {
  readonly #parsed: Parsed;
  readonly #declarations: Declarations;
  readonly #issues: Issues;
  readonly #types = new Map<number, CelType>();
  readonly #references = new Map<number, Reference>();
  readonly #substitutions = new Substitutions();
  /** Variables of comprehensions, the innermost last. */
  readonly #scopes: Map<string, DeclaredName>[] = [];
  #freeTypes = 0;

  constructor(parsed: Parsed, declarations: Declarations, issues: Issues) {
    this.#parsed = parsed;
    this.#declarations = declarations;
    this.#issues = issues;
  }

  run(): Checked {
    this.#check(this.#parsed.expression);
    for (const [id, type] of this.#types) this.#types.set(id, this.#substitutions.substitute(type, 'dyn'));
    return { ...this.#parsed, types: this.#types, references: this.#references };
  }

  #report(id: number, message: string): void {
    this.#issues.report(this.#parsed.offsets[id]!, message);
  }

  #typeOf(expression: Expression): CelType {
    return this.#types.get(expression.id) ?? errorType;
  }

  #set(expression: Expression, type: CelType): void {
    this.#types.set(expression.id, type);
  }

  #check(expression: Expression): void {
    switch (expression.kind) {
      case 'literal':
        return this.#set(expression, typeOf(expression.value));
      case 'ident':
        return this.#checkName(expression, expression.name);
      case 'select':
        return this.#checkSelect(expression);
      case 'call':
        return this.#checkCall(expression);
      case 'list':
        return this.#checkList(expression);
      case 'map':
        return this.#checkMap(expression);
      case 'struct':
        return this.#checkStruct(expression);
      case 'comprehension':
        return this.#checkComprehension(expression);
    }
  }

  #lookUp(name: string): DeclaredName | undefined {
    for (const candidate of candidateNames(this.#declarations.container, name)) {
      for (let index = this.#scopes.length - 1; index >= 0; index--) {
        const local = this.#scopes[index]!.get(candidate);
        if (local !== undefined) return local;
      }
      const found = this.#declarations.findName(candidate);
      if (found !== undefined) return found;
      if (this.#declarations.findObject(candidate) !== undefined) return nameOfObject(candidate);
    }
    return undefined;
  }

  #lookUpFunction(name: string): DeclaredFunction | undefined {
    for (const candidate of candidateNames(this.#declarations.container, name)) {
      const found = this.#declarations.findFunction(candidate);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #refer(expression: Expression, found: DeclaredName): void {
    this.#set(expression, found.type);
    this.#references.set(expression.id, {
      kind: 'name',
      name: found.name,
      ...(found.value === undefined ? {} : { value: found.value }),
    });
  }

  #undeclared(id: number, name: string): void {
    this.#report(id, `undeclared reference to '${name}' (in container '${this.#declarations.container}')`);
  }

  #checkName(expression: Expression, name: string): void {
    const found = this.#lookUp(name);
    if (found !== undefined) return this.#refer(expression, found);
    this.#set(expression, errorType);
    this.#undeclared(expression.id, name);
  }

  #checkSelect(expression: SelectExpression): void {
    const name = qualifiedName(expression);
    const found = name === undefined ? undefined : this.#lookUp(name);
    if (found !== undefined) return this.#refer(expression, found);
    const type = this.#selectField(expression, expression.operand, expression.field, false);
    this.#set(expression, expression.testOnly ? boolType : this.#substitutions.substitute(type, 'keep'));
  }

  #checkOptionalSelect(expression: CallExpression): void {
    const [operand, field] = expression.args;
    if (field?.kind !== 'literal' || typeof field.value !== 'string') {
      this.#report(field?.id ?? expression.id, 'unsupported optional field selection');
      return;
    }
    this.#set(field, typeOf(field.value));
    const type = this.#selectField(expression, operand!, field.value, true);
    this.#set(expression, this.#substitutions.substitute(type, 'keep'));
    this.#references.set(expression.id, {
      kind: 'call',
      name: expression.name,
      overloadIds: ['select_optional_field'],
      namespaced: false,
    });
  }

  #selectField(expression: Expression, operand: Expression, field: string, optional: boolean): CelType {
    this.#check(operand);
    const operandType = this.#substitutions.substitute(this.#typeOf(operand), 'keep');
    const target = unwrap(operandType);
    const type = this.#fieldType(expression.id, target, field);
    return optional || target !== operandType ? optionalType(type) : type;
  }

  #fieldType(id: number, target: CelType, field: string): CelType {
    switch (target.kind) {
      case 'map':
        return target.parameters[1]!;
      case 'object':
        return this.#lookUpField(id, target.name, field) ?? errorType;
      case 'parameter':
        this.#substitutions.isAssignable(dynType, target);
        return dynType;
      default:
        if (!isDynamicOrError(target)) this.#report(id, `type '${target}' does not support field selection`);
        return dynType;
    }
  }

  #lookUpField(id: number, typeName: string, field: string): CelType | undefined {
    const declaration = this.#declarations.findObject(typeName);
    if (declaration === undefined) {
      this.#report(id, `unexpected failed resolution of '${typeName}'`);
      return undefined;
    }
    const type = declaration.field(field);
    if (type === undefined) this.#report(id, `undefined field '${field}'`);
    return type;
  }

  #checkCall(expression: CallExpression): void {
    const { name, target, args } = expression;
    if (name === '_?._') return this.#checkOptionalSelect(expression);
    for (const arg of args) this.#check(arg);
    if (target === undefined) {
      const found = this.#lookUpFunction(name);
      if (found !== undefined) return this.#resolve(expression, found, undefined, false);
    } else {
      const prefix = qualifiedName(target);
      const namespaced = prefix === undefined ? undefined : this.#lookUpFunction(`${prefix}.${name}`);
      if (namespaced !== undefined) return this.#resolve(expression, namespaced, undefined, true);
      this.#check(target);
      const found = this.#lookUpFunction(name);
      if (found !== undefined) return this.#resolve(expression, found, target, false);
    }
    this.#set(expression, errorType);
    this.#undeclared(expression.id, name);
  }

  #resolve(
    expression: CallExpression,
    found: DeclaredFunction,
    target: Expression | undefined,
    namespaced: boolean,
  ): void {
    const argTypes = [...(target === undefined ? [] : [target]), ...expression.args].map((arg) =>
      this.#typeOf(arg),
    );
    const { name } = found;
    if (name === '_&&_' || name === '_||_') {
      this.#resolveLogic(expression, found, argTypes);
      return;
    }
    const overloadIds: string[] = [];
    let result: CelType | undefined;
    for (const overload of found.overloads) {
      if ((target !== undefined) !== (overload.member ?? false)) continue;
      const [type, ...parameters] = this.#instantiate([overload.result, ...overload.parameters]);
      if (!this.#substitutions.areAssignable(argTypes, parameters)) continue;
      overloadIds.push(overload.id);
      const own = this.#substitutions.substitute(type!, 'keep');
      if (result === undefined) result = own;
      else if (!result.isDynamic && !isSameType(own, result)) result = dynType;
    }
    if (result === undefined) {
      const shown = argTypes.map((type) => this.#substitutions.substitute(type, 'dyn'));
      const prefix = target === undefined ? '' : `${shown.shift()!}.`;
      this.#report(
        expression.id,
        `found no matching overload for '${name}' applied to '${prefix}(${shown.join(', ')})'`,
      );
      this.#set(expression, errorType);
      return;
    }
    this.#set(expression, result);
    this.#references.set(expression.id, { kind: 'call', name, overloadIds, namespaced });
  }

  #resolveLogic(expression: CallExpression, found: DeclaredFunction, argTypes: readonly CelType[]): void {
    let mistaken = false;
    for (const [index, type] of argTypes.entries()) {
      if (this.#substitutions.isAssignable(type, boolType)) continue;
      this.#mismatch(expression.args[index]!, boolType, type);
      mistaken = true;
    }
    this.#set(expression, mistaken ? errorType : boolType);
    if (mistaken) return;
    const overloadIds = [found.overloads[0]!.id];
    this.#references.set(expression.id, { kind: 'call', name: found.name, overloadIds, namespaced: false });
  }

  /** The types with type parameters of their own, so that calls of one function do not disturb each other. */
  #instantiate(types: readonly CelType[]): readonly CelType[] {
    let fresh: Substitutions | undefined;
    const seen = new Set<string>();
    const visit = (type: CelType): void => {
      if (type.kind === 'parameter' && !seen.has(type.name)) {
        seen.add(type.name);
        fresh ??= new Substitutions();
        fresh.isAssignable(this.#freeType(), type);
      }
      type.parameters.forEach(visit);
    };
    types.forEach(visit);
    return fresh === undefined ? types : types.map((type) => fresh!.substitute(type, 'keep'));
  }

  #freeType(): CelType {
    return typeParameter(`_var${this.#freeTypes++}`);
  }

  #mismatch(at: Expression, expected: CelType, found: CelType): void {
    this.#report(at.id, `expected type '${expected}' but found '${found}'`);
  }

  /** The type of an element or value written with `?`: what its optional has. */
  #unwrapOptional(value: Expression): CelType {
    const type = this.#typeOf(value);
    if (isOptionalType(type)) return type.parameters[0]!;
    if (!type.isDynamic) this.#mismatch(value, optionalType(type), type);
    return type;
  }

  #join(previous: CelType | undefined, current: CelType): CelType {
    if (previous === undefined) return current;
    return this.#substitutions.isAssignable(previous, current) ? mostGeneral(previous, current) : dynType;
  }

  #checkList(expression: ListExpression): void {
    let element: CelType | undefined;
    const optional = new Set(expression.optional);
    for (const [index, each] of expression.elements.entries()) {
      this.#check(each);
      const type = optional.has(index) ? this.#unwrapOptional(each) : this.#typeOf(each);
      element = this.#join(element, type);
    }
    this.#set(expression, listType(element ?? this.#freeType()));
  }

  #checkMap(expression: MapExpression): void {
    let keys: CelType | undefined;
    let values: CelType | undefined;
    for (const { key, value, optional } of expression.entries) {
      this.#check(key);
      keys = this.#join(keys, this.#typeOf(key));
      this.#check(value);
      values = this.#join(values, optional ? this.#unwrapOptional(value) : this.#typeOf(value));
    }
    this.#set(expression, mapType(keys ?? this.#freeType(), values ?? this.#freeType()));
  }

  #checkStruct(expression: StructExpression): void {
    const found = this.#lookUp(expression.name);
    if (found === undefined) {
      this.#undeclared(expression.id, expression.name);
      this.#set(expression, errorType);
      return;
    }
    this.#references.set(expression.id, { kind: 'name', name: found.name });
    let result = errorType;
    if (found.type.kind === 'type' && found.type.parameters.length > 0) {
      const named = found.type.parameters[0]!;
      if (named.kind === 'object') result = named;
      else this.#report(expression.id, `'${named.name}' is not a message type`);
    } else if (found.type.kind !== 'error') {
      this.#report(expression.id, `'${found.type.name}' is not a type`);
    }
    this.#set(expression, result);
    for (const { id, name, value, optional } of expression.fields) {
      this.#check(value);
      const fieldType = this.#lookUpField(id, found.name, name) ?? errorType;
      const type = optional ? this.#unwrapOptional(value) : this.#typeOf(value);
      if (!this.#substitutions.isAssignable(fieldType, type)) {
        this.#report(id, `expected type of field '${name}' is '${fieldType}' but provided type is '${type}'`);
      }
    }
  }

  #checkComprehension(expression: ComprehensionExpression): void {
    this.#check(expression.range);
    this.#check(expression.initial);
    const range = this.#substitutions.substitute(this.#typeOf(expression.range), 'keep');
    const accumulated = this.#typeOf(expression.initial);
    const scope = (...names: DeclaredName[]): void => {
      this.#scopes.push(new Map(names.map((name) => [name.name, name])));
    };
    scope({ name: expression.accumulator, type: accumulated });
    const [first, second] = this.#iterated(expression, range);
    const variables = [{ name: expression.variable, type: first }];
    if (expression.variable2 !== undefined) variables.push({ name: expression.variable2, type: second });
    scope(...variables);
    this.#check(expression.condition);
    this.#expect(expression.condition, boolType);
    this.#check(expression.step);
    this.#expect(expression.step, accumulated);
    this.#scopes.pop();
    this.#check(expression.result);
    this.#scopes.pop();
    this.#set(expression, this.#substitutions.substitute(this.#typeOf(expression.result), 'keep'));
  }

  /** The types of the variables of a loop over `range`. */
  #iterated({ range: at, variable2 }: ComprehensionExpression, range: CelType): readonly [CelType, CelType] {
    switch (range.kind) {
      case 'list': {
        const element = range.parameters[0]!;
        return variable2 === undefined ? [element, element] : [intType, element];
      }
      case 'map':
        return [range.parameters[0]!, range.parameters[1]!];
      case 'dyn':
      case 'error':
      case 'parameter':
        this.#substitutions.isAssignable(dynType, range);
        return [dynType, dynType];
      default:
        this.#report(
          at.id,
          `expression of type '${range}' cannot be range of a comprehension (must be list, map, or dynamic)`,
        );
        return [errorType, errorType];
    }
  }

  #expect(expression: Expression, type: CelType): void {
    if (!this.#substitutions.isAssignable(type, this.#typeOf(expression))) {
      this.#mismatch(expression, type, this.#typeOf(expression));
    }
  }
}
