import { type ComponentFlag, goBoolean, judgeFlags } from './component-flag.ts';
import { featureGateProblem } from './feature-gates.ts';
import { parseGoDuration } from './go-duration.ts';

/** Flags of a component by name, without dashes; only those given. */
export type GivenFlags = Readonly<Record<string, string | undefined>>;

export interface FlagReaderOptions {
  /** The component's name: `kube-apiserver`. */
  readonly program: string;
  readonly flags: readonly ComponentFlag[];
  readonly given: GivenFlags;
  /** Makes the error of a flag that cannot be used, of one line for the person who gave it. */
  readonly error: (message: string) => Error;
}

/** Reads the flags of a component by name and type. Every problem is an error made by `error`. */
export class FlagReader {
  /** A line for each flag that was given and changes nothing. */
  readonly notes: readonly string[];
  readonly #flags: ReadonlyMap<string, ComponentFlag>;
  readonly #given: GivenFlags;
  readonly #error: (message: string) => Error;

  /** Throws for an unknown flag, for refused ones, and for a feature gate that cannot be changed. */
  constructor({ program, flags, given, error }: FlagReaderOptions) {
    this.#flags = new Map(flags.map((flag) => [flag.name, flag]));
    this.#given = given;
    this.#error = error;
    const unknown = Object.keys(given).find((name) => !this.#flags.has(name));
    if (unknown !== undefined) throw this.wrong(unknown, `is not a flag of ${program}`);
    const { problem, notes } = judgeFlags(this.#flags, given);
    if (problem !== undefined) throw error(problem);
    const gates = featureGateProblem(this.text('feature-gates'));
    if (gates !== undefined) throw this.wrong('feature-gates', gates);
    this.notes = notes;
  }

  /** The error of one flag; `problem` completes "--name …". */
  wrong(name: string, problem: string): Error {
    return this.#error(`--${name} ${problem}`);
  }

  text(name: string): string {
    const value = this.#given[name] ?? this.#flags.get(name)?.defaultValue ?? '';
    // The originals take `-v=3`, of which a short flag elsewhere leaves `=3`.
    return name === 'v' ? value.replace(/^=/, '') : value;
  }

  list(name: string): string[] {
    return this.text(name)
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  }

  integer(name: string): number {
    if (!/^\d{1,15}$/.test(this.text(name))) throw this.#other(name, 'a whole number');
    return Number(this.text(name));
  }

  positive(name: string): number {
    const value = this.integer(name);
    if (value === 0) throw this.#other(name, 'greater than 0');
    return value;
  }

  number(name: string): number {
    if (!/^\d{1,15}(\.\d+)?$/.test(this.text(name))) throw this.#other(name, 'a number');
    return Number(this.text(name));
  }

  boolean(name: string): boolean {
    const value = goBoolean(this.text(name));
    if (value === undefined) throw this.#other(name, 'true or false');
    return value;
  }

  durationMs(name: string): number {
    const value = parseGoDuration(this.text(name));
    if (value === undefined || value < 0) throw this.#other(name, 'a duration such as 30s or 1h30m');
    return value;
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const value = this.text(name);
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw this.#other(name, `one of ${choices.join(', ')}`);
    return found;
  }

  #other(name: string, expected: string): Error {
    return this.wrong(name, `is ${JSON.stringify(this.text(name))}, but must be ${expected}`);
  }
}
