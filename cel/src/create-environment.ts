import { check } from './checker/checker.ts';
import {
  type DeclaredFunction,
  type DeclaredName,
  type Declarations,
  mergeFunctions,
  nameOfType,
} from './checker/declarations.ts';
import { validateCalls, validateHomogeneous } from './checker/validate-literals.ts';
import { CheckedExpression } from './compiled-expression.ts';
import type { CompileFailure, CompileSuccess, Environment, EnvironmentOptions } from './environment.ts';
import type { CallCheck, CostEstimator, Library, Macro } from './library.ts';
import { Issues, Source } from './parser/issues.ts';
import { macroKey, parse } from './parser/parser.ts';
import { standardFunctions, standardTypes } from './standard/library.ts';
import { standardMacros } from './standard/macros.ts';
import { timeFunctions } from './standard/time-fields.ts';
import type { ObjectDeclaration, TypeProvider } from './types.ts';

const standard: Library = {
  name: 'cel.lib.std',
  functions: [...standardFunctions, ...timeFunctions],
  macros: standardMacros,
  types: standardTypes,
};

/** One layer of declarations on top of another. */
class Layer implements Environment, Declarations {
  readonly #below: Layer | undefined;
  readonly #names = new Map<string, DeclaredName>();
  readonly #functions = new Map<string, DeclaredFunction>();
  readonly #types: TypeProvider | undefined;
  readonly #validateLiterals: boolean;
  readonly #escapedFields: boolean;
  readonly macros: ReadonlyMap<string, Macro>;
  readonly costs: readonly CostEstimator[];
  readonly checks: ReadonlyMap<string, CallCheck>;
  readonly container: string;

  constructor(below: Layer | undefined, options: EnvironmentOptions) {
    this.#below = below;
    this.#types = options.types;
    this.container = options.container ?? below?.container ?? '';
    this.#validateLiterals =
      options.validateLiterals ?? (below === undefined ? false : below.#validateLiterals);
    this.#escapedFields = options.escapedFields ?? (below === undefined ? false : below.#escapedFields);
    const libraries = options.libraries ?? [];
    for (const library of libraries) this.#declare(library);
    for (const { name, type } of options.variables ?? []) this.#names.set(name, { name, type });
    const macros = libraries.flatMap((library) => library.macros ?? []);
    this.macros =
      macros.length === 0 && below !== undefined
        ? below.macros
        : new Map([
            ...(below?.macros ?? []),
            ...macros.map(
              (macro) => [macroKey(macro.name, macro.member, macro.argumentCount), macro] as const,
            ),
          ]);
    const checks = libraries.flatMap((library) => library.checks ?? []);
    this.checks = new Map([...(below?.checks ?? []), ...checks.map((check) => [check.name, check] as const)]);
    const costs = libraries.flatMap((library) => library.costs ?? []);
    this.costs = [...costs, ...(below?.costs ?? [])];
  }

  #declare(library: Library): void {
    for (const declaration of library.functions ?? []) {
      const earlier = this.findFunction(declaration.name);
      this.#functions.set(declaration.name, mergeFunctions(earlier, declaration));
    }
    for (const type of library.types ?? []) this.#names.set(type.name, nameOfType(type.name, type));
    for (const constant of library.constants ?? []) this.#names.set(constant.name, constant);
  }

  findName(name: string): DeclaredName | undefined {
    return this.#names.get(name) ?? this.#below?.findName(name);
  }

  findFunction(name: string): DeclaredFunction | undefined {
    return this.#functions.get(name) ?? this.#below?.findFunction(name);
  }

  findObject(name: string): ObjectDeclaration | undefined {
    return this.#types?.findObject(name) ?? this.#below?.findObject(name);
  }

  extend(options: EnvironmentOptions): Environment {
    return new Layer(this, options);
  }

  compile(text: string): CompileSuccess | CompileFailure {
    const issues = new Issues(new Source(text));
    const fail = (): CompileFailure => ({ ok: false, issues: issues.sorted(), text: issues.toText() });
    const parsed = parse(text, { macros: this.macros, escapedFields: this.#escapedFields }, issues);
    if (parsed === undefined) return fail();
    const checked = check(parsed, this, issues);
    if (issues.count > 0) return fail();
    if (this.#validateLiterals) {
      validateCalls(checked, this.checks, issues);
      validateHomogeneous(checked, this.checks, issues);
    }
    if (issues.count > 0) return fail();
    return { ok: true, expression: new CheckedExpression(text, checked, this) };
  }
}

const base = new Layer(undefined, { libraries: [standard] });

/** An environment with the language itself and what `options` add. */
export function createEnvironment(options: EnvironmentOptions = {}): Environment {
  return base.extend(options);
}
