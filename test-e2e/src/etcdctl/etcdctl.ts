import { attempt, type CommandResult } from '../command.ts';
import { LongCommand } from '../long-command.ts';

/** One etcdctl, pointed at one server. */
export class Etcdctl {
  readonly #program: string;
  readonly #flags: readonly string[];

  constructor(program: string, flags: readonly string[]) {
    this.#program = program;
    this.#flags = flags;
  }

  /** The same with further flags: `--user ann:pw`. */
  with(...flags: readonly string[]): Etcdctl {
    return new Etcdctl(this.#program, [...this.#flags, ...flags]);
  }

  /** The same program for another server, in plain text. */
  at(url: string): Etcdctl {
    return new Etcdctl(this.#program, ['--endpoints', url]);
  }

  /** To its end, whatever the exit code. */
  async run(args: readonly string[], input = ''): Promise<CommandResult> {
    return attempt(this.#program, this.#args(args), { env: etcdctlEnv(), input });
  }

  /** One that goes on until `end` is called. */
  start(...args: readonly string[]): LongCommand {
    return new LongCommand(this.#program, this.#args(args), etcdctlEnv());
  }

  /** Flags behind `--` would belong to the program that etcdctl runs, so ours come first. */
  #args(args: readonly string[]): string[] {
    return [...this.#flags, ...args];
  }
}

/** Nothing of the person who runs the tests. */
function etcdctlEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(ETCDCTL_|ETCD_)/.test(name)));
}
