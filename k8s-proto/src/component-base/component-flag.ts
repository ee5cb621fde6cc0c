import { parseGoDuration } from './go-duration.ts';

/** What a flag of one of Kubernetes' components does in pg8s. */
export type FlagEffect =
  | 'inEffect'
  /** Asks for something that pg8s does not do yet: a value other than the default is an error. */
  | 'refused'
  /**
   * Taken, so that a program that starts the component can start pg8s; `description` says why it changes
   * nothing.
   */
  | 'withoutMeaning';

/** How a value is written: Go's types of flags, as far as they differ here. */
export type FlagType = 'string' | 'list' | 'boolean' | 'duration' | 'int' | 'float';

/** One flag of a component of Kubernetes (kube-apiserver, kube-controller-manager, kube-scheduler). */
export interface ComponentFlag {
  /** Without the dashes. */
  readonly name: string;
  readonly type: FlagType;
  readonly description: string;
  /** As it would be written on the command line; shown in the help. */
  readonly defaultValue: string;
  readonly effect: FlagEffect;
  /** Further values of a refused flag that ask for nothing. */
  readonly harmless?: readonly string[];
}

const row =
  (type: FlagType) =>
  (name: string, defaultValue: string, description: string): ComponentFlag => ({
    name,
    type,
    description,
    defaultValue,
    effect: 'inEffect',
  });

/** Rows of flags that are in effect, by the type of their value. */
export const inEffect = {
  string: row('string'),
  /** A value with commas, or several. */
  list: row('list'),
  boolean: row('boolean'),
  duration: row('duration'),
  int: row('int'),
  float: row('float'),
};

/** Names by type, separated by spaces, each with its default: `{ duration: 'a=5s b', boolean: 'c=true' }`. */
export type FlagNames = Partial<Record<FlagType, string>>;

/** Flags that are refused because `about` (to complete "refused: …") is so. */
export function refused(
  about: string,
  names: FlagNames,
  harmless: readonly string[] = [],
): readonly ComponentFlag[] {
  return rows('refused', about, names).map((row) => ({ ...row, harmless }));
}

/** Flags that change nothing because `about` is so. */
export function withoutMeaning(about: string, names: FlagNames): readonly ComponentFlag[] {
  return rows('withoutMeaning', about, names);
}

/** What a flag of Go is where it names no default. */
const zeroValues: Readonly<Record<FlagType, string>> = {
  string: '',
  list: '',
  boolean: 'false',
  duration: '0s',
  int: '0',
  float: '0',
};

function rows(effect: FlagEffect, description: string, names: FlagNames): ComponentFlag[] {
  return Object.entries(names).flatMap(([type, text]) =>
    text
      .trim()
      .split(/\s+/)
      .map((word) => {
        const [name = '', value] = split(word);
        const kind = type as FlagType;
        return { name, type: kind, description, defaultValue: value ?? zeroValues[kind], effect };
      }),
  );
}

function split(word: string): [name: string, value?: string] {
  const at = word.indexOf('=');
  return at === -1 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

/** What was given and is not in effect. */
export interface FlagJudgement {
  /** One line that says what cannot be taken, and why; undefined: all can. */
  readonly problem: string | undefined;
  /** A line for each flag that changes nothing. */
  readonly notes: readonly string[];
}

/**
 * Judges the flags that are not in effect among those given (by name, without dashes). Those in effect are
 * for their own parser. Unknown names are left to the caller.
 */
export function judgeFlags(
  flags: ReadonlyMap<string, ComponentFlag>,
  given: Readonly<Record<string, string | undefined>>,
): FlagJudgement {
  const refusals = new Map<string, string[]>();
  const notes: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    const row = flags.get(name);
    if (row === undefined || value === undefined || row.effect === 'inEffect') continue;
    const wrong = problemOf(row, value);
    if (wrong !== undefined) return { problem: `--${name} ${wrong}`, notes: [] };
    if (row.effect === 'withoutMeaning') notes.push(`--${name} changes nothing: ${row.description}`);
    else if (!asksForNothing(row, value)) {
      refusals.set(row.description, [...(refusals.get(row.description) ?? []), `--${name}`]);
    }
  }
  const lines = [...refusals].map(([about, names]) => `${names.join(', ')} refused: ${about}`);
  return { problem: lines.length === 0 ? undefined : lines.join('; '), notes };
}

function asksForNothing({ type, defaultValue, harmless = [] }: ComponentFlag, value: string): boolean {
  if (type === 'boolean') return goBoolean(value) === goBoolean(defaultValue);
  if (type === 'duration' && Number(parseGoDuration(value)) === Number(parseGoDuration(defaultValue)))
    return true;
  return value === '' || value === defaultValue || harmless.includes(value);
}

function problemOf({ type }: ComponentFlag, value: string): string | undefined {
  const expected = `is ${JSON.stringify(value)}, but must be`;
  switch (type) {
    case 'boolean':
      return goBoolean(value) === undefined ? `${expected} true or false` : undefined;
    case 'duration':
      return parseGoDuration(value) === undefined ? `${expected} a duration such as 30s or 1h30m` : undefined;
    case 'int':
      return /^[+-]?\d{1,18}$/.test(value) ? undefined : `${expected} a whole number`;
    case 'float':
      return value.trim() !== '' && Number.isFinite(Number(value)) ? undefined : `${expected} a number`;
    case 'string':
    case 'list':
      return undefined;
  }
}

/** A boolean as Go's `strconv.ParseBool` reads it; undefined for anything else. `--flag` alone is `true`. */
export function goBoolean(text: string): boolean | undefined {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)) return false;
  return undefined;
}
