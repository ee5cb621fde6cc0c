import { CelType, dynType, isSameType, listType, mapType, typeOfType } from '../types.ts';

/**
 * What the type parameters of an expression stand for, found while it is checked (cel-go: checker/types.go).
 * Trials that fail are taken back, so that one check costs no more than the types that it looks at.
 */
export class Substitutions {
  readonly #types = new Map<string, CelType>();
  readonly #trail: (readonly [string, CelType | undefined])[] = [];

  /** Whether `one` can be used as `other`; if not, nothing is changed. */
  isAssignable(one: CelType, other: CelType): boolean {
    return this.#attempt(() => this.#assign(one, other));
  }

  /** The same for lists of one length. */
  areAssignable(ones: readonly CelType[], others: readonly CelType[]): boolean {
    return this.#attempt(() => this.#assignAll(ones, others));
  }

  #attempt(trial: () => boolean): boolean {
    const mark = this.#trail.length;
    const succeeded = trial();
    if (succeeded) this.#trail.length = mark;
    else {
      while (this.#trail.length > mark) {
        const [name, before] = this.#trail.pop()!;
        if (before === undefined) this.#types.delete(name);
        else this.#types.set(name, before);
      }
    }
    return succeeded;
  }

  #find(type: CelType): CelType | undefined {
    return type.kind === 'parameter' ? this.#types.get(type.name) : undefined;
  }

  #set(parameter: CelType, type: CelType): void {
    this.#trail.push([parameter.name, this.#types.get(parameter.name)]);
    this.#types.set(parameter.name, type);
  }

  /** The type with its parameters replaced; those that stand for nothing become `dyn` if `free` is `dyn`. */
  substitute(type: CelType, free: 'dyn' | 'keep'): CelType {
    const found = this.#find(type);
    if (found !== undefined) return this.substitute(found, free);
    switch (type.kind) {
      case 'parameter':
        return free === 'dyn' ? dynType : type;
      case 'opaque':
        return type.parameters.length === 0
          ? type
          : new CelType(
              'opaque',
              type.name,
              type.parameters.map((parameter) => this.substitute(parameter, free)),
            );
      case 'list': {
        const element = this.substitute(type.parameters[0]!, free);
        return element === type.parameters[0] ? type : listType(element);
      }
      case 'map':
        return mapType(
          this.substitute(type.parameters[0]!, free),
          this.substitute(type.parameters[1]!, free),
        );
      case 'type':
        return type.parameters.length === 0 ? type : typeOfType(this.substitute(type.parameters[0]!, free));
      default:
        return type;
    }
  }

  #assignAll(ones: readonly CelType[], others: readonly CelType[]): boolean {
    return ones.length === others.length && ones.every((one, index) => this.#assign(one, others[index]!));
  }

  #assign(one: CelType, other: CelType): boolean {
    if (other.kind === 'parameter') {
      const result = this.#substituteFor(one, other);
      if (result.valid) return true;
      if (result.known) return false;
    }
    if (one.kind === 'parameter') return this.#substituteFor(other, one).valid;
    if (isDynamicOrError(one) || isDynamicOrError(other)) return true;
    if (one.kind === 'null') return isNullable(other);
    if (other.kind === 'null') return isNullable(one);
    switch (one.kind) {
      case 'type':
        return other.kind === 'type';
      case 'opaque':
      case 'list':
      case 'map':
        return (
          one.kind === other.kind &&
          one.name === other.name &&
          this.#assignAll(one.parameters, other.parameters)
        );
      default:
        return one.kind === other.kind && one.name === other.name;
    }
  }

  /** Whether `type` can be what `parameter` stands for, and whether it stood for something before. */
  #substituteFor(type: CelType, parameter: CelType): { valid: boolean; known: boolean } {
    if (isSameType(type, parameter)) return { valid: true, known: true };
    const found = this.#find(parameter);
    if (found !== undefined) {
      if (isSameType(type, found)) return { valid: true, known: true };
      if (!this.#assign(type, found)) return { valid: false, known: true };
      const general = mostGeneral(type, found);
      if (this.#isNotIn(parameter, general)) this.#set(parameter, general);
      return { valid: true, known: true };
    }
    if (!this.#isNotIn(parameter, type)) return { valid: false, known: false };
    this.#set(parameter, type);
    return { valid: true, known: false };
  }

  #isNotIn(parameter: CelType, type: CelType): boolean {
    if (isSameType(parameter, type)) return false;
    if (type.kind === 'parameter') {
      const found = this.#find(type);
      return found === undefined || this.#isNotIn(parameter, found);
    }
    return type.parameters.every((part) => this.#isNotIn(parameter, part));
  }
}

/** Whether a check may go on as if the type were right. */
export function isDynamicOrError(type: CelType): boolean {
  return type.isDynamic || type.kind === 'error';
}

function isNullable(type: CelType): boolean {
  switch (type.kind) {
    case 'opaque':
    case 'object':
    case 'any':
    case 'duration':
    case 'timestamp':
    case 'null':
      return true;
    default:
      return type.nullable;
  }
}

/** The more general of two types that fit each other. */
export function mostGeneral(one: CelType, other: CelType): CelType {
  return isLessSpecific(one, other) ? one : other;
}

function isLessSpecific(one: CelType, other: CelType): boolean {
  if (one.isDynamic || one.kind === 'parameter') return true;
  if (other.isDynamic || other.kind === 'parameter') return false;
  if (one.kind !== other.kind) return false;
  switch (one.kind) {
    case 'opaque':
      if (one.name !== other.name || one.parameters.length !== other.parameters.length) return false;
      return one.parameters.every((part, index) => isLessSpecific(part, other.parameters[index]!));
    case 'list':
    case 'map':
      return one.parameters.every((part, index) => isLessSpecific(part, other.parameters[index]!));
    case 'type':
      return true;
    default:
      return isSameType(one, other);
  }
}
