import { attempt, type CommandOptions, type CommandResult, run } from './command.ts';
import { obtainClients } from './clients/obtain.ts';
import type { RunningPg8s } from './running-pg8s.ts';

/** kubectl and etcdctl, pointed at one running pg8s. */
export class StockClients {
  readonly env: NodeJS.ProcessEnv;
  readonly #kubectl: string;
  readonly #etcdctl: string;

  private constructor(env: NodeJS.ProcessEnv, programs: { kubectl: string; etcdctl: string }) {
    this.env = env;
    this.#kubectl = programs.kubectl;
    this.#etcdctl = programs.etcdctl;
  }

  static async of(pg8s: RunningPg8s): Promise<StockClients> {
    return new StockClients(await pg8s.clientEnv(), await obtainClients());
  }

  /** Must succeed; resolves to standard output. */
  async kubectl(...args: readonly string[]): Promise<string> {
    return run(this.#kubectl, args, { env: this.env });
  }

  /** With a manifest or other text as standard input. */
  async kubectlInput(input: string, ...args: readonly string[]): Promise<string> {
    return run(this.#kubectl, args, { env: this.env, input });
  }

  /** Whatever the exit code. */
  async tryKubectl(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    return attempt(this.#kubectl, args, { env: this.env, ...options });
  }

  /** `kubectl get … -o json`, parsed. */
  async get<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.kubectl('get', ...args, '-o', 'json')) as T;
  }

  async etcdctl(...args: readonly string[]): Promise<string> {
    return run(this.#etcdctl, args, { env: this.env });
  }

  async tryEtcdctl(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    return attempt(this.#etcdctl, args, { env: this.env, ...options });
  }
}
