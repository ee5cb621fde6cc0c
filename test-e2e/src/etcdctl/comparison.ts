import assert from 'node:assert/strict';
import type { CommandResult } from '../command.ts';
import type { Etcdctl } from './etcdctl.ts';
import { normalise } from './normalise.ts';

/** One call of etcdctl, and what must come of it whichever server answers. */
export interface Step {
  /** May hold `$NAME`: what an earlier step kept under that name. */
  readonly args: readonly string[];
  readonly input?: string;
  /** Default 0. */
  readonly code?: number;
  /** Must be found in what it prints on either stream. */
  readonly says?: RegExp;
  /** Keeps the first group of each pattern, found on standard output, as `$NAME`. */
  readonly keep?: Readonly<Record<string, RegExp>>;
  /** Why another server prints something else than we do; then only exit codes are compared. */
  readonly differs?: string;
  /** The first etcdctl that has it. */
  readonly since?: EtcdctlVersion;
  /** Numbers in the output that no two servers have in common: they are left out of the comparison. */
  readonly leaveOut?: readonly RegExp[];
}

/** Ordered as text. */
export type EtcdctlVersion = '3.4' | '3.5' | '3.6';

/** One server under comparison. */
export interface Side {
  readonly name: string;
  readonly url: string;
  readonly etcdctl: Etcdctl;
}

/** Makes a step of a command line; `''` stands for an empty argument. */
export function step(line: string, rest: Omit<Step, 'args'> = {}): Step {
  return { args: line.split(' ').map((arg) => (arg === "''" ? '' : arg)), ...rest };
}

/**
 * One list of commands, several servers: each command goes to all of them, and all must print the same and
 * end with the same exit code. Identities, hashes, sizes and times are made equal first, revisions and
 * everything else are not.
 */
export class Comparison {
  readonly sides: readonly Side[];
  readonly #version: EtcdctlVersion;
  readonly #kept: Map<string, string>[];
  /** The first words of all that was run. */
  readonly ran = new Set<string>();

  /** `version` is that of etcdctl. */
  constructor(sides: readonly Side[], version: EtcdctlVersion) {
    this.sides = sides;
    this.#version = version;
    this.#kept = sides.map(() => new Map());
  }

  /** One step after the other; other flags than the sides' own may be added for all of them. */
  async run(steps: readonly Step[], ...flags: readonly string[]): Promise<void> {
    for (const current of steps) {
      if ((current.since ?? '3.4') <= this.#version) await this.#runStep(current, flags);
    }
  }

  /**
   * `drive` talks to one server; what it resolves to must be the same for all. Remembers what it is a test
   * of.
   */
  async same<T>(command: string, drive: (side: Side) => Promise<T>): Promise<T> {
    this.#remember(command.split(' '));
    const [ours, ...others] = await Promise.all(this.sides.map(drive));
    for (const [index, other] of others.entries()) {
      assert.deepEqual(ours, other, `${command}: ${this.sides[0]?.name} and ${this.sides[index + 1]?.name}`);
    }
    return ours as T;
  }

  /** A command for one side only: what no stock server could be asked without harm. */
  async alone(
    side: Side,
    args: readonly string[],
    { code, says }: { code: number; says: RegExp },
  ): Promise<void> {
    this.#remember(args);
    const result = await side.etcdctl.run(args);
    const where = `${side.name}: etcdctl ${args.join(' ')}\n${result.stdout}${result.stderr}`;
    assert.equal(result.code, code, where);
    assert.match(result.stdout + result.stderr, says, where);
  }

  async #runStep(current: Step, flags: readonly string[]): Promise<void> {
    const line = `etcdctl ${[...flags, ...current.args].join(' ')}`;
    const results = await Promise.all(
      this.sides.map(({ etcdctl }, index) => {
        const args = current.args.map((arg) => this.#filled(arg, index));
        return etcdctl.with(...flags).run(args, current.input);
      }),
    );
    this.#remember(current.args);
    for (const [index, result] of results.entries()) {
      const where = `${this.sides[index]?.name}: ${line}\n${result.stdout}${result.stderr}`;
      assert.equal(result.code, current.code ?? 0, where);
      if (current.says !== undefined) assert.match(result.stdout + result.stderr, current.says, where);
      for (const [name, pattern] of Object.entries(current.keep ?? {})) {
        const [, found] = pattern.exec(result.stdout) ?? [];
        assert.ok(found !== undefined, `${pattern} in ${where}`);
        this.#kept[index]?.set(name, found);
      }
    }
    if (current.differs !== undefined) return;
    const [ours, ...others] = results.map((result, index) => comparable(result, this.sides[index]!, current));
    for (const [index, other] of others.entries()) {
      assert.equal(ours, other, `${line}: ${this.sides[0]?.name} and ${this.sides[index + 1]?.name}`);
    }
  }

  /** What was kept of one side. */
  kept(side: Side, name: string): string {
    const value = this.#kept[this.sides.indexOf(side)]?.get(name);
    assert.ok(value !== undefined, `nothing was kept as $${name}`);
    return value;
  }

  #filled(arg: string, index: number): string {
    return arg.replaceAll(/\$([A-Z]+)/g, (_whole, name: string) => this.kept(this.sides[index]!, name));
  }

  #remember(args: readonly string[]): void {
    const words = args.filter((arg) => !arg.startsWith('-'));
    this.ran.add(words.slice(0, 1).join(' ')).add(words.slice(0, 2).join(' '));
  }
}

function comparable({ stdout, stderr }: CommandResult, side: Side, { leaveOut = [] }: Step): string {
  let text = `${stdout}\n--- standard error\n${stderr}`;
  for (const pattern of leaveOut) text = text.replaceAll(pattern, '');
  return normalise(text, side.url);
}

/** One command on one side that must succeed; resolves to its standard output. */
export async function must(side: Side, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await side.etcdctl.run(args);
  assert.equal(code, 0, `${side.name}: etcdctl ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}
