import { UsageError } from './usage-error.ts';

/** A flag of a part, as far as its place on a command line goes. */
export interface PartFlag {
  readonly name: string;
  readonly isBoolean: boolean;
  /** Several values add up. */
  readonly isList: boolean;
}

/** Which part's flags are read, and for which command. */
export interface PartArgsContext {
  /** The option that carries them: `--kube-apiserver-arg`. */
  readonly option: string;
  readonly flags: readonly PartFlag[];
  /** Flags that the control plane sets itself, with what to use instead or why. */
  readonly own: Readonly<Record<string, string>>;
}

/**
 * Flags of one part that were passed on to it, as k3s takes them: `audit-log-path=FILE`, `profiling`, or with
 * dashes. Gives their values by name.
 *
 * @throws UsageError for an unknown flag, a missing value, and a flag that the control plane sets itself.
 */
export function readPartArgs(
  args: readonly string[],
  { option, flags, own }: PartArgsContext,
): Record<string, string> {
  const known = new Map(flags.map((flag) => [flag.name, flag]));
  const given = new Map<string, string>();
  for (const arg of args) {
    const text = arg.replace(/^--?/, '');
    const at = text.indexOf('=');
    const name = at === -1 ? text : text.slice(0, at);
    const flag = known.get(name);
    if (flag === undefined) throw new UsageError(`${option}: unknown flag: --${name}`);
    if (Object.hasOwn(own, name)) throw new UsageError(`${option}: --${name} cannot be set: ${own[name]}`);
    if (at === -1 && !flag.isBoolean) {
      throw new UsageError(`${option}: flag needs an argument: ${name}=VALUE`);
    }
    const value = at === -1 ? 'true' : text.slice(at + 1);
    const before = given.get(name);
    given.set(name, flag.isList && before !== undefined ? `${before},${value}` : value);
  }
  return Object.fromEntries(given);
}
