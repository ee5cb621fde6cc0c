import type { ComponentFlag } from '@pg8s/k8s-proto/component-base/component-flag';
import { type Command, Option } from 'commander';

/** A flag as the rooms describe theirs. */
export interface FlagRow {
  /** Without the dashes. */
  name: string;
  /** Older name that is accepted too. */
  alias?: string;
  description: string;
  /** Shown in the help. */
  shownDefault: string;
  /** `--flag` alone means true. */
  isBoolean: boolean;
  /** Accepted, but left out of the help. */
  isHidden?: boolean;
  /**
   * A list: given several times, the values add up, as those of Go's `pflag`; of others the last one counts.
   */
  isRepeatable?: boolean;
}

/** A flag of one of Kubernetes' components; the help shows those that are in effect. */
export function flagRow({ name, type, description, defaultValue, effect }: ComponentFlag): FlagRow {
  return {
    name,
    description,
    shownDefault: defaultValue,
    isBoolean: type === 'boolean',
    isRepeatable: type === 'list',
    isHidden: effect !== 'inEffect',
  };
}

/** Adds a table of flags with the originals' own names; what was given is found again by `givenFlags`. */
export function addFlagOptions(command: Command, rows: readonly FlagRow[]): Command {
  for (const row of rows) {
    const { name, alias, description, shownDefault, isBoolean, isHidden = false } = row;
    const value = isBoolean ? '[value]' : '<value>';
    const shown = shownDefault === '' ? description : `${description} (default: ${shownDefault})`;
    // A name of one letter, kube-apiserver's `-v`, is a short flag too.
    const dashed = name.length === 1 ? `-${name}, --${name}` : `--${name}`;
    const option = new Option(`${dashed} ${value}`, shown);
    if (row.isRepeatable === true) option.argParser(addUp);
    command.addOption(isHidden ? option.hideHelp() : option);
    if (alias !== undefined) command.addOption(new Option(`--${alias} ${value}`).hideHelp());
  }
  return command;
}

function addUp(value: string, previous: string | undefined): string {
  return previous === undefined ? value : `${previous},${value}`;
}

/** The flags that stood on the command line, by name without dashes; `--flag` alone is `true`. */
export function givenFlags(command: Command, rows: readonly FlagRow[]): Record<string, string> {
  const options = command.opts<Record<string, string | boolean | undefined>>();
  const given: Record<string, string> = {};
  for (const { name, alias } of rows) {
    for (const one of alias === undefined ? [name] : [name, alias]) {
      const value = options[camelCase(one)];
      if (value !== undefined) given[one] = String(value);
    }
  }
  return given;
}

/** commander's own naming of options. */
function camelCase(name: string): string {
  return name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
